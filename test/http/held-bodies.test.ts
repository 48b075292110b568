// Requests whose body arrives late. Between headers and body the sender may lose its authorization: requests to every
// changing route are sent halfway, the sender loses session, permission or token, and the rest changes nothing.
import { expect } from 'chai'
import { type Access, senderOf } from '../../server/http/kinds/kinds.js'
import { pageRoutes } from '../../server/http/pages/routes.js'
import type { RouteRow } from '../../server/http/route.js'
import { routes } from '../../server/http/routes.js'
import { type OwnPermission, ownPermissions } from '../../server/policy/permissions.js'
import { type CallName, callNames, calls, judgedByBody, type Own, readyCall } from '../support/calls.js'
import { aClient, claimsOf } from '../support/client.js'
import { onMariaDb } from '../support/engines.js'
import { aWorld, type FormName, filledForm, formNames, forms, tokenOf, type World } from '../support/forms.js'
import { aWatch, type Held, type Holdable, hold } from '../support/held.js'
import type { RawAnswer } from '../support/raw.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { sessionsOf } from '../support/sessions.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, type Visitor } from '../support/visitor.js'

const table: Record<string, RouteRow<Access>> = routes
const permissionOf = (name: string): OwnPermission | null => {
  const { access } = table[name]!
  return ('permission' in access && access.permission) || null
}
const isForRecent = (name: string) => 'recentlyAuthenticated' in table[name]!.access

/** Public pages: what they change is judged by their body, or is a cookie. */
const forAnybody = new Set<string>(
  Object.entries(pageRoutes).flatMap(([name, row]) => (row.access.kind === 'publicPage' ? [name] : [])),
)
/** Long enough for many held requests on a busy machine. */
const patient = { bodyWait: 60_000 }

const heldForms = formNames.filter(name => !forAnybody.has(name))

/** A user with all permissions, signed in by token and by cookie, for one test to take them away. */
type Sender = {
  id: number
  roleName: string
  access: string
  own: Own
  visitor: Visitor
  formToken: string
}

async function aSender(server: TestServer, mark: string): Promise<Sender> {
  const {
    people: { roles },
    devices: { sessions },
  } = server.composed.parts
  const roleName = `sender-${mark}`
  await roles.create(roleName, [...Object.keys(ownPermissions), 'orders:read', 'orders:write'], 'system')
  const user = await server.aUser({ username: roleName, roles: [roleName] })
  const client = aClient(server)
  const { access } = await client.signIn(user)
  const sid = claimsOf((await client.signIn(user)).access).sid as string
  const visitor = aVisitor(server)
  await visitor.signIn(user)
  return {
    id: user.id,
    roleName,
    access,
    own: { sid, deviceId: (await sessions.require(sid)).session.deviceId },
    formToken: await tokenOf(visitor),
    visitor,
  }
}

async function callsOf(world: World, sender: Sender, names: readonly CallName[]): Promise<Holdable[]> {
  const headers = { Authorization: `Bearer ${sender.access}`, 'Content-Type': 'application/json' }
  const ready = await Promise.all(names.map(name => readyCall(world, name, sender.own)))
  return ready.map(call => ({ ...call, headers }))
}

async function formsOf(world: World, sender: Sender, names: readonly FormName[]): Promise<Holdable[]> {
  const headers = {
    Cookie: '',
    'Sec-Fetch-Site': 'same-origin',
    'Content-Type': 'application/x-www-form-urlencoded',
  }
  const own = { ...world, deviceId: sender.own.deviceId }
  // The form of this page disables its user first; the other forms need an active user.
  const other = { ...world, person: await world.server.aUser() }
  const about = (name: FormName) => {
    if (name === 'enableUserPage') return other
    return table[name]!.path.startsWith('/account') ? own : world
  }
  const ready: Holdable[] = []
  for (const name of names) {
    const { path, fields } = await filledForm(about(name), name, sender.visitor)
    const body = String(new URLSearchParams({ ...fields, _token: sender.formToken }))
    ready.push({ name, method: 'POST', path, headers, body })
  }
  // With the cookies that the pages of the forms have set.
  headers.Cookie = cookiesOf(sender.visitor)
  return ready
}

/** Sends the rest of each request; the database must not change. */
async function expectRefused(
  server: TestServer,
  held: readonly Held[],
  refused: (answer: RawAnswer, name: string) => void,
): Promise<void> {
  // Waits for work that goes on after an answer, such as marking rows.
  await server.composed.jobs.stop()
  const before = await snapshotOf(server)
  for (const { name, finish } of held) refused(await finish(), name)
  expect(await snapshotOf(server)).to.equal(before)
}

/** @returns `reason` of a refused token, or else `code` */
function codeOf({ text }: RawAnswer): string | undefined {
  const body = JSON.parse(text) as { code?: string; reason?: string }
  return body.reason ?? body.code
}

const refusedWith = (status: number, code: string | undefined) => (answer: RawAnswer, name: string) => {
  expect([answer.status, codeOf(answer)], `${name}: ${answer.text}`).to.deep.equal([status, code])
}

const ledToSignIn = (answer: RawAnswer, name: string) => {
  const [status, location] = [answer.status, String(answer.headers.location)]
  expect(status, `${name}: ${answer.text.slice(0, 300)}`).to.equal(303)
  // Consent leads back to the authorization endpoint, a device approval to its page after the sign-in.
  const wayBack = { saveConsent: '/oauth/authorize?ticket=', decideConnect: '/login?again=1&next=%2Fdevice' }[name]
  if (!wayBack || !location.startsWith(wayBack)) expect(location, name).to.equal('/login?next=%2F')
}

describe('routes that change something', () => {
  it('all have a call or a form in the test tables, or are judged by their body', () => {
    const changing = Object.entries(table).flatMap(([name, row]) =>
      row.method === 'GET' || senderOf(row) === 'client' ? [] : [name],
    )
    expect([...callNames, ...judgedByBody, ...formNames].sort()).to.deep.equal(changing.sort())
    for (const name of judgedByBody)
      expect(table[name]!.access.kind, name).to.be.oneOf(['open', 'authorization', 'scope', 'program', 'registration'])
    expect(changing.filter(name => senderOf(table[name]!) === 'cookie' && forAnybody.has(name)).sort()).to.deep.equal(
      ['confirmLogout', 'leaveSignIn', 'prefer', 'signIn', 'signOut'].sort(),
    )
  })

  it('accept a late request body if nothing has happened meanwhile', async () => {
    const watch = aWatch()
    const server = await aServer({ onRequest: watch.onRequest, ports: patient })
    const client = aClient(server)
    const admin = { username: 'admin', password }
    for (const [index, name] of callNames.entries()) {
      const { access } = await client.signIn(admin)
      const world = await aWorld(server, `m${index}`, [])
      const sid = claimsOf((await client.signIn(admin)).access).sid as string
      const own = { sid, deviceId: (await server.composed.parts.devices.sessions.require(sid)).session.deviceId }
      const sender = { id: 1, roleName: 'admin', access, own, visitor: aVisitor(server), formToken: '' }
      const call = await callsOf(world, sender, [name])
      const before = await snapshotOf(server)
      const [held] = await hold(server, watch, call)
      const { status, text } = await held!.finish()
      expect(status, `${name}: ${text}`).to.be.oneOf([200, 201, 204])
      if (!calls[name].looks) expect(await snapshotOf(server), name).to.not.equal(before)
      if (name === 'changePassword') await restorePassword(server)
    }
  }).timeout(90_000)
})

async function restorePassword(server: TestServer): Promise<void> {
  await server.composed.parts.people.users.setPassword(1, password, 'system')
}

describe('late request body', () => {
  async function aStage() {
    const watch = aWatch()
    const server = await aServer({ onRequest: watch.onRequest, ports: patient })
    return { watch, server, world: await aWorld(server, 'world', []) }
  }

  it('changes nothing and gets 401 user_inactive after its sender was disabled', async () => {
    const { watch, server, world } = await aStage()
    const sender = await aSender(server, 'disabled')
    const byToken = await hold(server, watch, await callsOf(world, sender, callNames))
    await server.composed.parts.people.users.disable(sender.id, 'system')
    await expectRefused(server, byToken, refusedWith(401, 'user_inactive'))
  }).timeout(30_000)

  it('changes nothing on a page and redirects to the sign-in after its sender was disabled', async () => {
    const { watch, server, world } = await aStage()
    const sender = await aSender(server, 'disabled-page')
    const byCookie = await hold(server, watch, await formsOf(world, sender, heldForms))
    await server.composed.parts.people.users.disable(sender.id, 'system')
    await expectRefused(server, byCookie, ledToSignIn)
  }).timeout(30_000)

  it('changes nothing after the session of its token or of its browser has ended', async () => {
    const { watch, server, world } = await aStage()
    const sender = await aSender(server, 'ended')
    const { sessions } = server.composed.parts.devices
    const byToken = await hold(server, watch, await callsOf(world, sender, callNames))
    const byCookie = await hold(server, watch, await formsOf(world, sender, heldForms))
    const others = (await sessionsOf(server, sender.id)).filter(({ session }) => session.id !== sender.own.sid)
    expect(others).to.have.length(2)
    for (const { session } of others) await sessions.end(session.id, null, 'system')
    await expectRefused(server, byToken, refusedWith(401, 'session_ended'))
    await expectRefused(server, byCookie, ledToSignIn)
  }).timeout(30_000)

  it('changes nothing and gets 401 token_revoked after its token was revoked', async () => {
    const { watch, server, world } = await aStage()
    const sender = await aSender(server, 'revoked')
    const byToken = await hold(server, watch, await callsOf(world, sender, callNames))
    const { jti } = claimsOf(sender.access)
    const wanted = { kind: 'token', subject: jti, effect: 'end', why: 'lost' }
    await server.composed.parts.logs.revocationLog.add(wanted, 'system')
    await expectRefused(server, byToken, refusedWith(401, 'token_revoked'))
  }).timeout(30_000)

  it('changes nothing after its sender has lost only the permission that the route requires', async () => {
    const { watch, server, world } = await aStage()
    for (const permission of new Set([...callNames, ...heldForms].map(permissionOf))) {
      if (permission === null) continue
      const sender = await aSender(server, permission.replaceAll(':', '-'))
      const asks = (name: string) => permissionOf(name) === permission
      const byToken = await hold(server, watch, await callsOf(world, sender, callNames.filter(asks)))
      const byCookie = await hold(server, watch, await formsOf(world, sender, heldForms.filter(asks)))
      await server.composed.parts.people.roles.update(sender.roleName, { permissions: allBut(permission) }, 'system')
      await expectRefused(server, byToken, refusedWith(401, 'token_stale'))
      await expectRefused(server, byCookie, ({ status, text }, name) => {
        expect([status, text.includes('permission_denied')], name).to.deep.equal([403, true])
      })
    }
  }).timeout(60_000)

  it('changes nothing on a page if its user loses rights between cookie check and change', async () => {
    const { watch, server, world } = await aStage()
    const {
      signIn: { browserSessions: pageSessions },
      people: { roles, users },
    } = server.composed.parts
    const changing = heldForms.filter(name => !forms[name].looks || name === 'prove')
    const sender = await aSender(server, 'between')
    const browser = await pageSessions.find(sender.visitor.cookies.get('darvoza-4000')!)
    expect(browser?.user.id).to.equal(sender.id)
    // From here on the cookie check returns an outdated session.
    pageSessions.find = async () => browser
    for (const permission of new Set(changing.map(permissionOf))) {
      if (permission === null) continue
      const asked = changing.filter(name => permissionOf(name) === permission)
      const held = await hold(server, watch, await formsOf(world, sender, asked))
      await roles.update(sender.roleName, { permissions: allBut(permission) }, 'system')
      await expectRefused(server, held, ({ status, text }, name) => {
        expect([status, text.includes('permission_denied')], `${name}: ${text}`).to.deep.equal([403, true])
      })
    }
    const held = await hold(server, watch, await formsOf(world, sender, changing))
    await users.disable(sender.id, 'system')
    await expectRefused(server, held, ledToSignIn)
  }).timeout(30_000)

  it('gets 408 request_timeout and a closed connection after the time limit', async () => {
    const short = await aServer({ ports: { bodyWait: 1_000 } })
    const sender = await aSender(short, 'slow')
    const about = await aWorld(short, 'slow', [])
    const [call] = await callsOf(about, sender, ['changeMe'])
    const [form] = await formsOf(about, sender, ['saveProfile'])
    const before = await snapshotOf(short)
    // An open route, which needs no credentials, waits no longer than the others.
    const obtain = {
      ...call!,
      name: 'obtain',
      method: 'POST',
      path: '/api/token/',
      headers: { 'Content-Type': 'text/plain' },
    }
    const held = await hold(short, null, [call!, form!, obtain])
    for (const { answer, name } of held) {
      const { status, headers, text } = await answer
      expect([status, headers.connection], name).to.deep.equal([408, 'close'])
      expect(text, name).to.include('request_timeout')
    }
    expect(await snapshotOf(short)).to.equal(before)
  })

  it('changes nothing if the recent authentication that the route requires is over five minutes old', async () => {
    const { watch, server, world } = await aStage()
    const sender = await aSender(server, 'stale')
    const byToken = await hold(server, watch, await callsOf(world, sender, callNames.filter(isForRecent)))
    const byCookie = await hold(server, watch, await formsOf(world, sender, heldForms.filter(isForRecent)))
    server.clock.advance('5m')
    server.clock.advance('1s')
    // A page view updates the row of its session once a minute, which would count as a change here.
    await aClient(server).send('GET', '/account', { headers: { Cookie: cookiesOf(sender.visitor) } })
    await expectRefused(server, byToken, refusedWith(401, 'insufficient_user_authentication'))
    await expectRefused(server, byCookie, ({ status, text }, name) => {
      expect([status, text.includes('name="_proof"')], name).to.deep.equal([401, true])
    })
  }).timeout(30_000)
})

const allBut = (permission: OwnPermission) => [
  ...Object.keys(ownPermissions).filter(one => one !== permission),
  'orders:read',
  'orders:write',
]

onMariaDb('late request body at a server that has not read the revocation yet', engine => {
  const changing = callNames.filter(name => !calls[name].looks)

  async function aStage() {
    const watch = aWatch()
    const here = await aServer({ engine })
    const there = await aServer({
      ports: patient,
      settings: here.settings,
      clock: here.clock,
      onRequest: watch.onRequest,
      policy: null,
    })
    const world = await aWorld(here, 'world', [])
    // It reads the log on demand, and by itself once it is a second behind.
    there.composed.parts.revocation.tail.stop()
    async function held(sender: Sender, names: readonly CallName[], about = world): Promise<Held[]> {
      const requests = await callsOf(about, sender, names)
      await there.composed.parts.revocation.tail.readNow()
      return hold(there, watch, requests)
    }
    return { here, there, world, held }
  }

  it('changes nothing and gets 401 user_inactive after its sender was disabled', async () => {
    const { here, there, held } = await aStage()
    const sender = await aSender(there, 'disabled')
    const calls = await held(sender, changing)
    await here.composed.parts.people.users.disable(sender.id, 'system')
    await expectRefused(here, calls, refusedWith(401, 'user_inactive'))
  }).timeout(30_000)

  it('changes nothing and gets 401 session_ended after the session has ended', async () => {
    const { here, there, held } = await aStage()
    const sender = await aSender(there, 'ended')
    const calls = await held(sender, changing)
    await here.composed.parts.devices.sessions.end(claimsOf(sender.access).sid, null, 'system')
    await expectRefused(here, calls, refusedWith(401, 'session_ended'))
  }).timeout(30_000)

  it('changes nothing after its sender has lost the permission that the route requires', async () => {
    const { here, there, held } = await aStage()
    for (const permission of new Set(changing.map(permissionOf))) {
      if (permission === null) continue
      const sender = await aSender(there, permission.replaceAll(':', '-'))
      const calls = await held(
        sender,
        changing.filter(name => permissionOf(name) === permission),
      )
      await here.composed.parts.people.roles.update(sender.roleName, { permissions: allBut(permission) }, 'system')
      // If the machine took longer than a second, the token itself is refused.
      await expectRefused(here, calls, (answer, name) => {
        expect([answer.status, codeOf(answer)], `${name}: ${answer.text}`).to.be.deep.oneOf([
          [403, undefined],
          [401, 'token_stale'],
        ])
      })
    }
  }).timeout(60_000)

  it('leaves no audit entry of its sender behind user_disabled when both race', async () => {
    const { here, there, held } = await aStage()
    const {
      logs: { auditLog },
      people: { users },
    } = here.composed.parts
    for (let trial = 0; trial < 6; trial++) {
      const sender = await aSender(there, `race-${trial}`)
      const acts = ['createUser', 'changeUser', 'createRole', 'setUserRoles', 'changeMe', 'addRevocation'] as const
      const about = await aWorld(here, `race-${trial}`, [])
      const calls = await held(sender, acts, about)
      await Promise.all([users.disable(sender.id, 'system'), ...calls.map(({ finish }) => finish())])
      const { results } = await auditLog.page({}, { limit: 100 })
      const disabled = results.find(one => one.action === 'user_disabled')!
      expect(disabled.subject).to.equal(String(sender.id))
      const late = results.filter(one => one.seq > disabled.seq && one.actor === `user:${sender.id}`)
      expect(late).to.deep.equal([])
    }
  }).timeout(60_000)

  it('causes no deadlock when two users change each other at once: locks are taken in one order', async () => {
    const { here } = await aStage()
    const client = aClient(here)
    const people = [await aSender(here, 'a'), await aSender(here, 'b')]
    const deadlocks = async () => {
      const sql = "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'"
      return Number((await here.composed.parts.storage.database.read<{ Value: string }>(sql))[0]!.Value)
    }
    const before = await deadlocks()
    const acts = people.flatMap(({ access: token }, giver) =>
      people.flatMap(({ id }, index) => [
        client.patch(`/api/admin/users/${id}`, { first_name: `Name ${giver}` }, token),
        client.send('PUT', `/api/admin/users/${id}/permissions`, { json: { permissions: ['orders:read'] }, token }),
        client.patch('/api/admin/roles/clerk-world', { permissions: [index ? 'orders:read' : 'orders:write'] }, token),
        client.patch('/api/me/', { last_name: `Other ${index}` }, token),
      ]),
    )
    const answers = await Promise.all(acts)
    // New permissions make tokens stale (401), a very slow machine answers 503; no request is a deadlock victim.
    for (const { status, text } of answers) expect(status, text).to.be.oneOf([200, 401, 503])
    expect(answers.filter(({ status }) => status === 200)).to.have.length.above(1)
    expect(await deadlocks()).to.equal(before)
  }).timeout(60_000)
})

function cookiesOf({ cookies }: Visitor): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
