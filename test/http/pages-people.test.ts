// The admin pages of users, devices and sessions: permissions, a lost phone, bulk actions and files.
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { aVisitor, localOf, type Seen, type Visitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }
const phone =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36'

async function signedIn(server: TestServer, user: { username: string; password: string } = admin): Promise<Visitor> {
  const visitor = aVisitor(server)
  await visitor.signIn(user)
  return visitor
}

async function aPhone(server: TestServer, user: { username: string; password: string }) {
  const client = aClient(server, phone)
  const { access } = await client.signIn(user)
  return { isLive: async () => (await client.get('/api/me/', access)).status === 200 }
}

const firstLink = ({ text }: Seen, folder: string) =>
  new RegExp(`href="(/admin/${folder}/[0-9a-f-]{36})"`).exec(text)?.[1] ?? ''

/** The hidden fields of the form that is sent to `action`. */
function hiddenIn({ text }: Seen, action: string): Record<string, string> {
  const form = [...text.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].find(([all]) => all.includes(`action="${action}"`))
  const inputs = [...(form?.[0] ?? '').matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  return Object.fromEntries(inputs.map(([, name, value]) => [name!, value!.replaceAll('&amp;', '&')]))
}

describe('the admin pages of users, devices and sessions', () => {
  it('answer 200 to a role with the permission, and 403 without it', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    await aPhone(server, amy)
    const administrator = await signedIn(server)
    const session = firstLink(await administrator.open(`/admin/sessions?user=${amy.username}`), 'sessions')
    const device = firstLink(await administrator.open(`/admin/devices?user=${amy.username}`), 'devices')
    const lists = [
      '/admin',
      '/admin/users',
      `/admin/users/${amy.id}`,
      '/admin/devices',
      '/admin/sessions',
      session,
      device,
    ]
    const ends = ['/admin/sessions/end?state=live', '/admin/devices/end']
    const writes = ['/admin/users/new', `/admin/users/${amy.id}/password`]
    const seen: [Visitor, string[], string[]][] = [
      [administrator, [...lists, ...ends, ...writes], []],
      [await signedIn(server, await server.aUser({ roles: ['support'] })), [...lists, ...ends], writes],
      [await signedIn(server, await server.aUser({ roles: ['auditor'] })), lists, [...ends, ...writes]],
      [await signedIn(server, amy), [], [...lists, ...ends, ...writes, '/admin/users.csv']],
    ]
    for (const [visitor, open, shut] of seen) {
      for (const path of open) expect((await visitor.open(path)).status, path).to.equal(200)
      for (const path of shut) expect((await visitor.open(path)).status, path).to.equal(403)
    }
  })
})

describe('a lost phone', () => {
  it('is found by its username, ended on the page of the user, and its tokens are refused at once', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amina' })
    const lost = await aPhone(server, amy)
    const administrator = await signedIn(server)
    const found = await administrator.open('/admin/users?text=AMI')
    expect(found.text).to.include(`href="/admin/users/${amy.id}"`)
    const page = await administrator.open(`/admin/users/${amy.id}`)
    expect(page.text).to.include('Chrome · Android')
    const action = `${firstLink(page, 'devices')}/end`
    const back = hiddenIn(page, action).back!
    expect(await lost.isLive()).to.equal(true)
    expect(localOf(await administrator.submit(action, { back }, `/admin/users/${amy.id}`))).to.equal(
      `/admin/users/${amy.id}`,
    )
    expect(await lost.isLive()).to.equal(false)
    const after = (await administrator.open(`/admin/users/${amy.id}`)).text
    expect(after).to.include('its tokens are refused from now on')
    expect(after.replace(/<[^>]+>/g, ''), 'its history').to.match(
      /Ended a device: Chrome · Android\s*just now\s*·\s*admin/,
    )
    await aPhone(server, amy)
  })

  it('leaves an ended session, whose page shows the actor and the reason', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    const lost = await aPhone(server, amy)
    const administrator = await signedIn(server)
    const path = firstLink(await administrator.open(`/admin/sessions?user=${amy.username}`), 'sessions')
    await administrator.submit(`${path}/end`, { why: 'left in a <taxi>' }, path)
    expect(await lost.isLive()).to.equal(false)
    const { text } = await administrator.open(path)
    expect(text).to.include('Ended by hand').and.include('left in a &lt;taxi&gt;').and.include('admin')
    expect((await administrator.open('/admin/sessions?state=ended')).text).to.include(path)
    expect((await administrator.open('/admin/sessions?state=live')).text).not.to.include(path)
    for (const id of ['x', '00000000-0000-4000-8000-000000000000'])
      for (const folder of ['sessions', 'devices'])
        expect((await administrator.open(`/admin/${folder}/${id}`)).status).to.equal(404)
  })

  it('redirects to / when the field back of the form names another site (open redirect)', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    await aPhone(server, amy)
    const administrator = await signedIn(server)
    const page = `/admin/users/${amy.id}`
    const action = `${firstLink(await administrator.open(page), 'devices')}/end`
    expect(localOf(await administrator.submit(action, { back: 'https://evil.example/' }, page))).to.equal('/')
  })
})

describe('bulk actions on users, sessions and devices', () => {
  it('end the previewed sessions, but not the own one or those of users with more permissions', async () => {
    const server = await aServer()
    const [amy, bob] = [await server.aUser(), await server.aUser()]
    const phones = [await aPhone(server, amy), await aPhone(server, bob)]
    const chief = await aPhone(server, admin)
    const helper = await signedIn(server, await server.aUser({ roles: ['support'] }))
    for (const unusable of ['since=soon', 'user=a&user=b', `address=${'a'.repeat(250)}`, 'state=asleep'])
      expect((await helper.open(`/admin/sessions/end?${unusable}`)).status, unusable).to.equal(400)
    const preview = await helper.open('/admin/sessions/end?application=darvoza')
    expect(preview.text).to.include('2 sessions of 2 users end at once.').and.include('>admin<')
    expect(preview.text).to.include('The one that you are using is among them.')
    const fields = hiddenIn(preview, '/admin/sessions/end')
    // A session opened after the preview is not included.
    const later = await aPhone(server, await server.aUser())
    const done = await helper.send('POST', '/admin/sessions/end', { form: fields, headers: ownSite })
    expect(done.status).to.equal(303)
    expect(await Promise.all(phones.map(one => one.isLive()))).to.deep.equal([false, false])
    expect([await chief.isLive(), await later.isLive()]).to.deep.equal([true, true])
    expect((await helper.open('/admin/sessions')).text).to.include('2 sessions of 2 users have ended.')
  })

  it('skip an administrator whose session or device ids are added by a forged form', async () => {
    const server = await aServer()
    const chief = await aPhone(server, admin)
    const administrator = await signedIn(server)
    const ids = (kind: string, text: string) =>
      [...text.matchAll(new RegExp(`/admin/${kind}/([0-9a-f-]{36})"`, 'g'))].map(match => `pick:${match[1]}`)
    const forged = {
      sessions: ids('sessions', (await administrator.open('/admin/sessions?user=admin')).text),
      devices: ids('devices', (await administrator.open('/admin/devices?user=admin')).text),
    }
    const helper = await signedIn(server, await server.aUser({ roles: ['support'] }))
    const _token = helper.tokenOn(await helper.open('/account'), '/account')
    for (const [kind, picks] of Object.entries(forged)) {
      expect(picks).not.to.deep.equal([])
      const form = { _token, ...Object.fromEntries(picks.map(name => [name, '1'])) }
      await helper.send('POST', `/admin/${kind}/end`, { form, headers: ownSite })
      expect((await helper.open(`/admin/${kind}`)).text).to.include(
        'Left out, because they have more rights than you: admin.',
      )
    }
    expect(await chief.isLive()).to.equal(true)
    expect((await administrator.open('/admin')).status).to.equal(200)
  })

  it("filter sessions and devices by days in the reader's time zone", async () => {
    const server = await aServer()
    const amy = await server.aUser()
    await aPhone(server, amy)
    const administrator = await signedIn(server)
    const [east, west] = ['Pacific/Kiritimati', 'Pacific/Pago_Pago']
    // Never the same day: the two time zones are 25 hours apart.
    const dayIn = (timeZone: string) => new Intl.DateTimeFormat('sv', { timeZone }).format(server.clock.now())
    const isFound = async (zone: string, query: string) => {
      administrator.cookies.set('darvoza-zone', zone)
      const found = []
      for (const list of ['sessions', 'devices'])
        found.push(
          (await administrator.open(`/admin/${list}?user=${amy.username}&${query}`)).text.includes(`/admin/${list}/`),
        )
      return found
    }
    for (const query of [`since=${dayIn(east)}`, `since=${dayIn(east)}T00:00`]) {
      expect(await isFound(east, query), query).to.deep.equal([true, true])
      expect(await isFound(west, query), query).to.deep.equal([false, false])
    }
    for (const query of [`until=${dayIn(west)}`, `until=${dayIn(east)}T00:00`]) {
      expect(await isFound(west, query), query).to.deep.equal([true, true])
      expect(await isFound(east, query), query).to.deep.equal([false, false])
    }
    const kept = await administrator.open(`/admin/sessions?since=${dayIn(west)}T10:30`)
    expect(kept.text).to.match(new RegExp(`type="datetime-local" value="${dayIn(west)}T10:30"`))
    for (const nonsense of ['2026-13-01', '2026-01-01T25:00', '2026-01-01T', 'T', '<b>'])
      expect(await isFound(east, `since=${nonsense}`), nonsense).to.deep.equal([true, true])
  })

  it('add a role to users, or disable them except the acting administrator, after a preview', async () => {
    const server = await aServer()
    const [amy, bob] = [await server.aUser(), await server.aUser()]
    const lost = await aPhone(server, amy)
    const administrator = await signedIn(server)
    const picks = { [`pick:${amy.id}`]: '1', [`pick:${bob.id}`]: '1', 'pick:1': '1' }
    const given = await administrator.submit(
      '/admin/users/change',
      { change: 'add-role', role: 'support', ...picks },
      '/admin/users',
    )
    expect(given.text)
      .to.include('3 users get the role support.')
      .and.include(`admin, ${amy.username} and ${bob.username}`)
    await administrator.send('POST', '/admin/users/change/add-role', {
      form: hiddenIn(given, '/admin/users/change/add-role'),
      headers: ownSite,
    })
    const { users } = server.composed.parts.people
    expect((await users.require(bob.id)).roles).to.deep.equal(['support'])
    const preview = await administrator.submit('/admin/users/change', { change: 'disable', ...picks }, '/admin/users')
    expect(preview.text).to.include('2 users are signed out at once').and.include('That is you.')
    expect(await lost.isLive()).to.equal(false) // stale, since the role was added
    const action = '/admin/users/change/disable'
    const form = { ...hiddenIn(preview, action), ...picks }
    await administrator.send('POST', action, { form, headers: ownSite })
    const active = await Promise.all([1, amy.id, bob.id].map(async id => (await users.require(id)).active))
    expect(active).to.deep.equal([true, false, false])
    expect((await administrator.open('/admin/users')).text).to.include('2 users are disabled. Left out: admin.')
  })
})

describe('the preview of a bulk action', () => {
  it('names the first users, and counts the others', async () => {
    const server = await aServer()
    const people = [
      await server.aUser({ username: 'amina.karimova', firstName: 'Amina', lastName: 'Karimova' }),
      await server.aUser({ username: 'bek', firstName: 'Bek', lastName: '' }),
    ]
    for (let more = 0; more < 4; more++) people.push(await server.aUser({ username: `somebody${more}` }))
    for (const one of people) await aPhone(server, one)
    const administrator = await signedIn(server)
    const named = 'Amina K. (amina.karimova), Bek (bek), somebody0 and 3 more'
    const picks = Object.fromEntries(people.map(one => [`pick:${one.id}`, '1']))
    const users = await administrator.submit('/admin/users/change', { change: 'sign-out', ...picks }, '/admin/users')
    expect(plain(users.text)).to.include(named)
    for (const kind of ['sessions', 'devices'] as const) {
      const list = await administrator.open(`/admin/${kind}`)
      const ids = [...list.text.matchAll(/name="pick:([^"]+)"/g)].map(match => [`pick:${match[1]}`, '1'])
      const { text } = await administrator.submit(
        `/admin/${kind}/end/preview`,
        Object.fromEntries(ids),
        `/admin/${kind}`,
      )
      expect(plain(text), kind).to.match(/\(?\w[^<]* and 3 more/)
      expect((await administrator.open(`/admin/${kind}/end?user=bek`)).text).to.include('Bek (bek)')
    }
  })
})

describe('after all sessions of a user were ended', () => {
  it('devices are shown as signed out, without a button that ends them', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    await aPhone(server, amy)
    const administrator = await signedIn(server)
    const own = aVisitor(server)
    const [page, end] = [`/admin/users/${amy.id}`, /action="\/(?:admin|account)\/devices\/[^"]+\/end"/]
    expect((await administrator.open(page)).text)
      .to.include('Signed in<')
      .and.match(end)
    await administrator.submit(`${page}/sign-out`, {}, page)
    const after = await administrator.open(page)
    expect(after.text).to.include('Chrome · Android').and.include('Signed out<').and.not.match(end)
    expect((await administrator.open(`/admin/devices?user=${amy.username}`)).text)
      .to.include('Signed out<')
      .and.not.match(end)
    await own.signIn(amy)
    const devices = (await own.open('/account/devices')).text
    expect(devices).to.include('Chrome · Android').and.include('Signed out<')
    expect([...devices.matchAll(new RegExp(end, 'g'))]).to.have.length(1)
    expect(devices).to.not.include('/account/devices/end-others')
  })
})

describe('an ambiguous username in a list filter', () => {
  it('is answered on every list with the matching users, not with an empty list', async () => {
    const server = await aServer()
    for (const username of ['amina.k', 'amina.s']) await server.aUser({ username })
    const administrator = await signedIn(server)
    for (const [list, none] of [
      ['sessions?user=amina', 'No such session was found'],
      ['devices?user=amina', 'No such device was found'],
      ['incidents?user=amina', 'No such incident was found'],
      ['revocations?actor=amina', 'No such revocation was found'],
      ['audit?actor=amina', 'No such entry was found'],
    ] as const) {
      const { text } = await administrator.open(`/admin/${list}`)
      expect(text, list).to.include('Which one do you mean?').and.include('amina.k').and.not.include(none)
      const nobody = (await administrator.open(`/admin/${list.replace('amina', 'zzz')}`)).text
      expect(nobody, list).to.include(none).and.not.include('Which one do you mean?')
    }
  })
})

describe('a user on the admin pages', () => {
  it('is created, changed, given roles and a temporary password, and deleted', async () => {
    const server = await aServer()
    const administrator = await signedIn(server)
    const fields = { username: 'carl', first_name: 'C', last_name: '', email: 'c@example.com', password }
    const short = await administrator.submit('/admin/users/new', { ...fields, password: 'x' }, '/admin/users/new')
    expect(short.status).to.equal(400)
    expect(short.text).to.include('It needs at least').and.include('value="carl"')
    const made = localOf(await administrator.submit('/admin/users/new', fields, '/admin/users/new'))
    const id = Number(made.split('/').at(-1))
    const { users } = server.composed.parts.people
    expect((await users.require(id)).mustChangePassword).to.equal(true)

    const taken = await administrator.submit(made, { ...fields, username: 'admin' }, made)
    expect(taken.status).to.equal(400)
    expect(taken.text).to.include('Somebody has this username already.')
    await administrator.submit(made, { ...fields, username: 'carla' }, made)
    expect((await administrator.open(made)).text).to.include('Nobody is signed out by a change.')
    const wrong = await administrator.submit(`${made}/roles`, { 'roles:support': '1', permissions: 'NOT ONE' }, made)
    expect(wrong.text).to.include('NOT is not a permission.')
    expect((await users.require(id)).roles).to.deep.equal([])
    await administrator.submit(
      `${made}/roles`,
      { 'roles:support': '1', permissions: 'orders:read\norders:write' },
      made,
    )
    const { username, roles, permissions } = await users.require(id)
    expect({ username, roles, permissions }).to.deep.equal({
      username: 'carla',
      roles: ['support'],
      permissions: ['orders:read', 'orders:write'],
    })
    const phone = await aPhone(server, { username: 'carla', password })
    await administrator.submit(`${made}/password`, { password: 'another long password' }, `${made}/password`)
    expect(await phone.isLive()).to.equal(false)
    expect((await users.require(id)).mustChangePassword).to.equal(true)
    expect(localOf(await administrator.submit(`${made}/delete`, {}, made))).to.equal('/admin/users')
    expect((await administrator.open(made)).status).to.equal(404)
  })

  it('is shown before a password reset with permissions of other applications, translated', async () => {
    const server = await aServer()
    const { roles, users } = server.composed.parts.people
    await roles.create('payer', ['payments:pay'], 'system')
    await roles.create('helper', ['darvoza:users:read', 'darvoza:users:write'], 'system')
    const amy = await server.aUser({ roles: ['payer'] })
    const helper = aVisitor(server)
    await helper.signIn(await server.aUser({ roles: ['helper'] }))
    const words = { en: 'rights in other applications', uz: 'boshqa ilovalarda', ru: 'в других приложениях' }
    for (const [language, text] of Object.entries(words)) {
      const headers = { 'Accept-Language': language }
      const page = await helper.send('GET', `/admin/users/${amy.id}/password`, { headers })
      expect(page.text, language).to.include('payments:pay').and.include(text)
    }
    await users.setRoles(amy.id, [], 'system')
    const page = await helper.open(`/admin/users/${amy.id}/password`)
    expect(page.text).to.include('name="password"').and.not.include('other applications')
    // A form that would be refused is not shown.
    expect((await helper.open('/admin/users/1/password')).status).to.equal(403)
  })

  it('gets a generated password, which is shown once and stored nowhere in plain text', async () => {
    const server = await aServer()
    const administrator = await signedIn(server)
    await server.setPolicy({ password_min_length: 30 })
    const {
      people: { users },
      storage: { database },
    } = server.composed.parts
    const blank = { username: 'carl', first_name: '', last_name: '', email: '' }
    // A password is generated only where that was chosen, not because the field was empty.
    const empty = await administrator.submit(
      '/admin/users/new',
      { ...blank, how: 'typed', password: '' },
      '/admin/users/new',
    )
    // All problems at once: missing and invalid fields.
    for (const [username, password, said] of [
      ['', '', ['Please fill this in.', 'not an e-mail address']],
      ['', 'x', ['Please fill this in.', 'at least 30 characters', 'not an e-mail address']],
      ['admin', '', ['Somebody has this username', 'Please fill this in.', 'not an e-mail address']],
    ] as const) {
      const form = { ...blank, username, email: 'nobody', how: 'typed', password }
      const { status, text } = await administrator.submit('/admin/users/new', form, '/admin/users/new')
      expect(status).to.equal(400)
      for (const one of ['Please correct 3 things', ...said]) expect(text, `${username} ${password}`).to.include(one)
    }
    expect([empty.status, empty.text.includes('Please fill this in.')]).to.deep.equal([400, true])
    const made = await administrator.submit(
      '/admin/users/new',
      { ...blank, how: 'make', password: '' },
      '/admin/users/new',
    )
    expect([made.status, made.headers.get('cache-control')]).to.deep.equal([200, 'no-store'])
    const [first, again] = [passwordOn(made), passwordOn(made)]
    expect(first)
      .to.equal(again)
      .and.match(/^([a-km-z2-9]{4}-){5,}[a-km-z2-9]{4}$/)
    expect([...first].length).to.be.at.least(30)
    expect(made.text).to.include(`data-copy="${first}"`)
    const carl = (await users.findByName('carl'))!
    expect(carl.mustChangePassword).to.equal(true)
    await aClient(server).signIn({ username: 'carl', password: first })

    const page = `/admin/users/${carl.id}/password`
    const reset = await administrator.submit(page, { how: 'make' }, page)
    expect(reset.text).to.include('carl has a new password').and.not.include(first)
    const second = passwordOn(reset)
    await aClient(server).signIn({ username: 'carl', password: second })
    for (const path of ['/admin/users/new', page, `/admin/users/${carl.id}`, '/admin/audit', '/admin'])
      expect((await administrator.open(path)).text, path)
        .to.not.include(first)
        .and.not.include(second)
    const kept = JSON.stringify([
      await database.read('SELECT * FROM audit_entry'),
      await database.read('SELECT * FROM page_session'),
    ])
    expect(kept).to.not.include(first).and.not.include(second)
  })

  it('can be given a role; the form shows the permissions of each', async () => {
    const server = await aServer()
    await server.composed.parts.people.roles.create('clerk', ['darvoza:users:read', 'orders:write'], 'system')
    await server.composed.parts.people.roles.create('nothing', [], 'system')
    const administrator = await signedIn(server)
    const { text } = await administrator.open('/admin/users/new')
    expect(text).to.include('See users · orders:write').and.include('It allows nothing yet')
    expect(text).to.match(/admin<small>[^<]+ · \d+ more</)
  })

  it('is in the CSV file once, with escaped formulas (CSV injection)', async () => {
    const server = await aServer()
    await server.aUser({ username: 'amina', firstName: '=HYPERLINK("x")' })
    const administrator = await signedIn(server)
    const { text, headers } = await administrator.open('/admin/users.csv?text=amina')
    expect(headers.get('content-type')).to.match(/^text\/csv/)
    const lines = text.trim().split('\n')
    expect(lines).to.have.length(2)
    expect(lines[1])
      .to.include('amina')
      .and.match(/,"?'=HYPERLINK/)
  })

  it("is exported with the separator of the reader's language, or the one chosen before", async () => {
    const server = await aServer()
    await server.aUser({ username: 'amina' })
    const administrator = await signedIn(server)
    administrator.cookies.set('darvoza-zone', 'Asia/Tashkent')
    const headOf = async (path: string, language: string) => {
      const { text, status } = await administrator.send('GET', path, { headers: { 'Accept-Language': language } })
      expect(status, path).to.equal(200)
      return text.split('\r\n')[0]!
    }
    for (const [file, comma] of [
      ['/admin/users.csv', 'user_id,username'],
      ['/admin/audit/export', 'seq,at,at (Asia/Tashkent),actor'],
    ] as const) {
      const semicolon = comma.replaceAll(',', ';')
      expect(await headOf(file, 'en'), file).to.include(comma)
      for (const language of ['uz', 'ru']) expect(await headOf(file, language), file).to.include(semicolon)
    }
    expect(await headOf('/admin/users.csv', 'ru')).to.include('last_login;last_login (Asia/Tashkent)')
    const list = (await administrator.send('GET', '/admin/users', { headers: { 'Accept-Language': 'ru' } })).text
    expect(list).to.include('CSV с запятыми').and.include('/admin/users.csv?separator=comma')
    expect(await headOf('/admin/users.csv?separator=comma', 'ru')).to.include('user_id,username')
    expect(await headOf('/admin/audit/export', 'ru')).to.include('seq,at,')
    expect(await headOf('/admin/users.csv?separator=|', 'ru')).to.include('user_id,username')
    administrator.cookies.set('darvoza-separator', 'nonsense')
    expect(await headOf('/admin/users.csv', 'uz')).to.include('user_id;username')
  })
})

/** The password that a page shows. */
function passwordOn({ text }: { text: string }): string {
  const found = /class="given"><span class="code"><code[^>]*>([^<]+)</.exec(text)?.[1]
  if (!found) throw new Error('no password is shown')
  return found
}

/** The text of a page without its tags. */
const plain = (text: string) => text.replace(/<[^>]+>/g, '')
