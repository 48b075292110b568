// Every form of every page, made from the route table: refused without its token, from another site, with the token of
// another session and for users without its permission, changing nothing; extra fields of a form are not written.
import { expect } from 'chai'
import type { PageAccess } from '../../server/http/kinds/page.js'
import type { PublicPageAccess } from '../../server/http/kinds/public-page.js'
import { type PageRouteName, pageRoutes } from '../../server/http/pages/routes.js'
import { builtInRoles, type OwnPermission, ownPermissions } from '../../server/policy/permissions.js'
import { aClient } from '../support/client.js'
import { type FormName, formNames, type ReadyForm, readyForm, tokenOf } from '../support/forms.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, type Seen, type Visitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }

const accessOf = (name: PageRouteName): PageAccess | PublicPageAccess => pageRoutes[name].access
const permissionOf = (name: PageRouteName) => {
  const access = accessOf(name)
  return access.kind === 'page' ? access.permission : undefined
}
const isForRecent = (name: PageRouteName) => 'recentlyAuthenticated' in accessOf(name)

/** @returns each form once, filled in about a user of its own */
async function everyForm(server: TestServer): Promise<ReadyForm[]> {
  const ready: ReadyForm[] = []
  for (const name of formNames) ready.push(await readyForm(server, name, name.toLowerCase()))
  return ready
}

function send(
  form: ReadyForm,
  _token: string | undefined,
  headers: Record<string, string> = ownSite,
  by = form.sender,
) {
  return by.send('POST', form.path, { form: { ...form.fields, ...(_token !== undefined && { _token }) }, headers })
}

async function expectUnchanged(server: TestServer, before: string, what: string): Promise<void> {
  expect(await snapshotOf(server), what).to.equal(before)
}

describe('every form of every page', () => {
  it('has a row in the table of filled-in forms', () => {
    const posts = Object.entries(pageRoutes).flatMap(([name, row]) => (row.method === 'POST' ? [name] : []))
    expect([...formNames].sort()).to.deep.equal(posts.sort())
  })

  it('is accepted from an authorized sender, and changes the database unless it only reads', async () => {
    const server = await aServer()
    for (const [index, name] of formNames.entries()) {
      const form = await readyForm(server, name, `m${index}`)
      const token = await tokenOf(form.sender)
      const before = await snapshotOf(server)
      const { status, text } = await send(form, token)
      expect(status, `${name}: ${text.slice(0, 500)}`).to.be.oneOf([200, 303])
      if (!form.looks) expect(await snapshotOf(server), name).to.not.equal(before)
    }
  }).timeout(60_000)

  it('is refused without its form token, and with a made-up or altered one or that of another session', async () => {
    const server = await aServer()
    const ready = await everyForm(server)
    const stranger = aVisitor(server)
    await stranger.signIn(admin)
    const others = await tokenOf(stranger)
    const tokens = new Map<ReadyForm, string>()
    for (const form of ready) tokens.set(form, await tokenOf(form.sender))
    const before = await snapshotOf(server)
    for (const form of ready) {
      const own = tokens.get(form)!
      const changed = own.slice(0, -1) + (own.endsWith('A') ? 'B' : 'A')
      const spliced = `${others.split('.')[0]}.${own.split('.')[1]}`
      for (const token of [undefined, '', 'made-up', changed, spliced, others]) {
        const { status, text } = await send(form, token)
        expect(status, `${form.name} with ${token}`).to.equal(403)
        expect(text, form.name).to.include('form_refused')
      }
      const headers = { ...ownSite, 'Content-Type': 'application/json', Cookie: cookiesOf(form.sender) }
      const fields = JSON.stringify(form.fields).slice(1, -1)
      for (const json of ['null', '[]', '"a"', `{"_token":null,${fields}}`, `{"_token":["${own}"],${fields}}`]) {
        const body = json.replace(/,}$/, '}')
        const { status } = await aClient(server).send('POST', form.path, { headers, body })
        expect(status, `${form.name} ${body}`).to.equal(403)
      }
      await expectUnchanged(server, before, form.name)
    }
  }).timeout(60_000)

  it('is refused from another site, even with a valid form token', async () => {
    const server = await aServer()
    const ready = await everyForm(server)
    const tokens = new Map<ReadyForm, string>()
    for (const form of ready) tokens.set(form, await tokenOf(form.sender))
    const before = await snapshotOf(server)
    const sites: Record<string, string>[] = [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://localhost:4000' },
      { Origin: 'https://other.example' },
      { Origin: 'http://localhost:4000.other.example' },
      { Origin: 'null' },
    ]
    for (const form of ready) {
      for (const headers of sites) {
        const { status, text } = await send(form, tokens.get(form), headers)
        expect(status, `${form.name} ${JSON.stringify(headers)}`).to.equal(403)
        expect(text, form.name).to.include('form_refused')
      }
      await expectUnchanged(server, before, form.name)
    }
  }).timeout(60_000)

  it('is refused for users without its permission, even if they have all others', async () => {
    const server = await aServer()
    const ready = (await everyForm(server)).filter(({ name }) => permissionOf(name) !== undefined)
    expect(ready).to.have.length.above(20)
    const people = await lesserPeople(server, new Set(ready.map(({ name }) => permissionOf(name)!)))
    const nobody = aVisitor(server)
    const before = await snapshotOf(server)
    for (const form of ready) {
      const out = await send(form, 'x', ownSite, nobody)
      expect([out.status, out.headers.get('location')], form.name).to.deep.equal([303, '/login?next=%2F'])
      const lesser = people.filter(({ permissions }) => !permissions.includes(permissionOf(form.name)!))
      expect(lesser, form.name).to.have.length.of.at.least(2)
      for (const { who, visitor, token } of lesser) {
        const { status, text } = await send(form, token, ownSite, visitor)
        expect(status, `${form.name} by ${who}`).to.equal(403)
        expect(text, form.name).to.include('permission_denied')
      }
      await expectUnchanged(server, before, form.name)
    }
  }).timeout(60_000)

  it('that acts on a user changes no user with more permissions than its sender', async () => {
    const server = await aServer()
    const { roles } = server.composed.parts.people
    const some = Object.keys(ownPermissions).filter(permission => permission !== 'darvoza:keys:write')
    await roles.create('deputy', some, 'system')
    const deputy = aVisitor(server)
    await deputy.signIn(await server.aUser({ roles: ['deputy'] }))
    const token = await tokenOf(deputy)
    const ready: ReadyForm[] = []
    for (const name of onSomebody) ready.push(await readyForm(server, name, name.toLowerCase(), ['admin']))
    const before = await snapshotOf(server)
    for (const form of ready) {
      const { status, text } = await send(form, token, ownSite, deputy)
      // Bulk acts: the page of the list names the users that were left out.
      if (status === 303) expect((await deputy.open('/account')).text, form.name).to.match(/left out/i)
      else expect([status, text.includes('permission_denied')], form.name).to.deep.equal([403, true])
      // The message has been shown, and is no longer stored.
      await expectUnchanged(server, before, form.name)
    }
  }).timeout(60_000)

  it('that needs recent authentication asks for the password after five minutes', async () => {
    const server = await aServer()
    const ready = (await everyForm(server)).filter(({ name }) => isForRecent(name))
    expect(ready).to.have.length.above(15)
    server.clock.advance('5m')
    const tokens = new Map<ReadyForm, string>()
    for (const form of ready) tokens.set(form, await tokenOf(form.sender))
    const before = await snapshotOf(server)
    for (const form of ready) {
      const { status, text } = await send(form, tokens.get(form))
      expect(status, form.name).to.equal(401)
      expect(text, form.name).to.include('name="_proof"').and.include(`action="${form.path}"`)
      await expectUnchanged(server, before, form.name)
    }
  }).timeout(60_000)

  it('is refused with 400 for a repeated field, and changes nothing', async () => {
    const server = await aServer()
    for (const form of await everyForm(server)) {
      const fields = { ...form.fields, _token: await tokenOf(form.sender) }
      const before = await snapshotOf(server)
      for (const [name, value] of Object.entries(fields)) {
        const pairs = [...Object.entries(fields), [name, value] as [string, string]]
        const headers = { ...ownSite, Cookie: cookiesOf(form.sender) }
        const client = aClient(server)
        const sent = [
          ['application/x-www-form-urlencoded', String(new URLSearchParams(pairs))],
          ['application/json', `{${pairs.map(pair => pair.map(one => JSON.stringify(one)).join(':')).join(',')}}`],
        ] as const
        for (const [type, body] of sent) {
          const answer = await client.send('POST', form.path, { headers: { ...headers, 'Content-Type': type }, body })
          expect(answer.status, `${form.name}: ${name} twice as ${type}`).to.equal(400)
        }
      }
      await expectUnchanged(server, before, form.name)
    }
  }).timeout(60_000)

  it('ignores additional fields: the same rows are written as without them', async () => {
    const [plain, crowded, json] = [await aServer(), await aServer(), await aServer()]
    for (const [index, name] of formNames.entries()) {
      const mark = `m${index}`
      const written = await Promise.all(
        [plain, crowded, json].map(async (server): Promise<Record<string, string[]>> => {
          const form = await readyForm(server, name, mark)
          const token = await tokenOf(form.sender)
          const answer = await (server === json
            ? sendJson(server, form, token)
            : send(server === plain ? form : { ...form, fields: { ...extras(form), ...form.fields } }, token))
          // Waits for work that goes on after the answer, such as marking rows.
          await server.composed.jobs.stop()
          return { answer: [answerOf(answer)], ...masked(await snapshotOf(server)) }
        }),
      )
      for (const one of written.slice(1))
        for (const table of Object.keys(one)) expect(one[table], `${name}: ${table}`).to.deep.equal(written[0]![table])
    }
  }).timeout(90_000)
})

/** Forms that change a user, or end sessions and devices of a user. */
const onSomebody: FormName[] = [
  'disableUsersPage',
  'signOutUsersPage',
  'addRoleToUsersPage',
  'removeRoleFromUsersPage',
  'saveUserPage',
  'saveUserRoles',
  'savePasswordOfUser',
  'deleteUserPage',
  'disableUserPage',
  'enableUserPage',
  'signOutUserPage',
  'addRevocationPage',
  'endManyDevicesPage',
  'endDevicePage',
  'endManySessionsPage',
  'endSessionPage',
]

/** @returns users with a built-in role or none, and for each permission a user with all others */
async function lesserPeople(server: TestServer, permissions: ReadonlySet<OwnPermission>) {
  const all = Object.keys(ownPermissions) as OwnPermission[]
  const kinds: { who: string; roles: string[]; permissions: OwnPermission[] }[] = [
    { who: 'nobody in particular', roles: [], permissions: [] },
    { who: 'support', roles: ['support'], permissions: builtInRoles.support },
    { who: 'an auditor', roles: ['auditor'], permissions: builtInRoles.auditor },
  ]
  for (const lacking of permissions) {
    const name = `all-but-${lacking.replaceAll(':', '-')}`
    const others = all.filter(permission => permission !== lacking)
    await server.composed.parts.people.roles.create(name, others, 'system')
    kinds.push({ who: name, roles: [name], permissions: others })
  }
  const people: { who: string; permissions: OwnPermission[]; visitor: Visitor; token: string }[] = []
  for (const { who, roles, permissions } of kinds) {
    const visitor = aVisitor(server)
    await visitor.signIn(await server.aUser({ roles }))
    people.push({ who, permissions, visitor, token: await tokenOf(visitor) })
  }
  return people
}

/** Fields that an attacker would like to be written; `extras` leaves out those that the form has itself. */
const wanted: Record<string, string> = {
  id: '1',
  user_id: '1',
  userId: '1',
  username: 'root',
  active: '0',
  is_active: '0',
  is_admin: '1',
  is_staff: '1',
  roles: 'admin',
  role: 'admin',
  'roles[]': 'admin',
  'roles[0]': 'admin',
  permissions: 'darvoza:keys:write',
  allPermissions: 'darvoza:keys:write',
  password_hash: 'x',
  passwordHash: 'x',
  must_change_password: '0',
  created_at: '0',
  actor: 'system',
  seq: '0',
  sid: 'x',
  session_id: 'x',
  authenticatedAt: '9999999999999',
  device_token: 'x',
  deviceToken: 'x',
  _method: 'DELETE',
  email_verified: '1',
  constructor: 'x',
  toString: 'x',
  'constructor.prototype.admin': '1',
  'constructor[prototype][admin]': '1',
  '__proto__[admin]': '1',
  '__proto__.roles': 'admin',
  prototype: 'x',
  hasOwnProperty: 'x',
  mustChangePassword: '0',
  builtIn: '1',
}

function extras({ fields }: ReadyForm): Record<string, string> {
  const all = [...Object.entries(wanted), ['__proto__', 'admin'] as [string, string]]
  return Object.fromEntries(all.filter(([name]) => !Object.hasOwn(fields, name)))
}

/** Sends the form with additional fields as JSON, where values need not be strings. */
function sendJson(server: TestServer, form: ReadyForm, _token: string): Promise<{ status: number; headers: Headers }> {
  const lists = { roles: ['admin'], permissions: ['darvoza:keys:write'], is_admin: true, id: 1, user: { id: 1 } }
  const others = Object.entries(lists).filter(([name]) => !Object.hasOwn(form.fields, name))
  const fields = { ...extras(form), ...Object.fromEntries(others), ...form.fields, _token }
  const headers = { ...ownSite, Cookie: cookiesOf(form.sender), 'Accept-Language': 'en' }
  const client = aClient(server, 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Firefox/132.0')
  return client.send('POST', form.path, { json: fields, headers })
}

const cookiesOf = ({ cookies }: Visitor) => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

const answerOf = ({ status, headers }: Pick<Seen, 'status' | 'headers'>) =>
  `${status} ${maskIds(headers.get('location') ?? '')}`

/** Masks ids, secrets and hashes, in which two servers with the same changes differ. */
function masked(snapshot: string): Record<string, string[]> {
  const tables = JSON.parse(snapshot) as Record<string, string[]>
  return Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.map(maskRow).sort()]))
}

function maskRow(row: string): string {
  return maskIds(row.replace(/\{"type":"Buffer","data":\[[\d,]*\]\}/g, 'BYTES'))
}

function maskIds(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
    .replace(/(hint|secret_end)\\*":\\*"[\w-]{4}/g, 'RANDOM')
    .replace(/user_code\\*":\\*"[A-Z]{8}/g, 'RANDOM')
    .replace(/bcrypt_sha256\$\$[^"\\]+/g, 'HASH')
    .replace(/s1\.[\w-]+\.[\w-]+|"log_id":"[0-9a-f]+"|[\w-]{12}…/g, 'RANDOM')
    .replace(/(?<![\w-])(?=[\w-]*[A-Z\d])[\w-]{20,}(?![\w-])/g, 'RANDOM')
}
