// The account pages: profile, password, devices, security events, language and theme.
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password } from '../support/server.js'
import { devicesOf, sessionsOf } from '../support/sessions.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, localOf } from '../support/visitor.js'

const unknown = 'a0000000-0000-4000-8000-000000000000'
const newPassword = 'a much better horse'

describe('the profile page', () => {
  it('refuses invalid fields with an error at each, keeps the typed values escaped, saves nothing', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    await visitor.signIn(await server.aUser())
    const before = await snapshotOf(server)
    const typed = { first_name: 'a'.repeat(151), last_name: '<b>Pond</b>', email: 'nobody' }
    const { status, text } = await visitor.submit('/account', typed, '/account')
    expect(status).to.equal(400)
    expect(text).to.include('At most 150 characters.').and.include('This is not an e-mail address.')
    expect(text).to.include('value="&lt;b&gt;Pond&lt;/b&gt;"').and.include('aria-invalid="true"')
    expect(text).to.not.include('<b>Pond')
    expect((await visitor.submit('/account', { first_name: 'Amy' }, '/account')).status).to.equal(400)
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('saves names and e-mail address, ignores other fields, and shows its notice once', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    const amy = await server.aUser({ username: 'amy' })
    await visitor.signIn(amy)
    const extra = { username: 'root', roles: 'admin', permissions: 'darvoza:users:write', active: '0', user_id: '1' }
    const typed = { first_name: ' Amelia ', last_name: 'Pond', email: 'amy@example.com' }
    expect(localOf(await visitor.submit('/account', { ...typed, ...extra }, '/account'))).to.equal('/account')
    expect(await server.composed.parts.people.users.require(amy.id)).to.deep.include({
      username: 'amy',
      firstName: 'Amelia',
      lastName: 'Pond',
      email: 'amy@example.com',
      roles: [],
      allPermissions: [],
      active: true,
    })
    const [first, second] = [await visitor.open('/account'), await visitor.open('/account')]
    expect(first.text).to.include('Your profile is saved.').and.include('value="Amelia"')
    expect(second.text).to.not.include('Your profile is saved.')
  })
})

describe('the password page', () => {
  it('refuses a wrong old password, a weak new one, and a repetition that differs', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    await visitor.signIn(await server.aUser({ username: 'amelia' }))
    const before = await snapshotOf(server)
    const cases: [fields: Record<string, string>, problem: string][] = [
      [{}, 'Please fill this in.'],
      [
        { old_password: 'wrong', new_password: newPassword, new_password_again: newPassword },
        'This is not your password.',
      ],
      [
        { old_password: password, new_password: newPassword, new_password_again: `${newPassword} ` },
        'The passwords are different.',
      ],
      [{ old_password: '', new_password: 'sh0rt!', new_password_again: 'other' }, 'Please correct 3 things'],
      [{ old_password: '', new_password: newPassword, new_password_again: '' }, 'Please correct 2 things'],
      [{ old_password: password, new_password: 'sh0rt!', new_password_again: 'sh0rt!' }, 'at least 8 characters'],
      [{ old_password: password, new_password: 'password1', new_password_again: 'password1' }, 'Too many people'],
      [
        { old_password: password, new_password: '92837465019', new_password_again: '92837465019' },
        'must not be only digits',
      ],
      [{ old_password: password, new_password: 'amelia pond', new_password_again: 'amelia pond' }, 'your username'],
    ]
    for (const [fields, problem] of cases) {
      const { status, text } = await visitor.submit('/account/password', fields, '/account/password')
      expect(status, problem).to.equal(400)
      expect(text).to.include(problem)
      for (const typed of Object.values(fields).filter(Boolean)) expect(text).to.not.include(`"${typed}"`)
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  for (const kept of [true, false]) {
    it(`signs out the other devices and ${kept ? 'keeps' : 'ends'} this one, as the policy says`, async () => {
      const server = await aServer({ policy: { keep_session_on_password_change: kept } })
      const amy = await server.aUser()
      const [visitor, other] = [aVisitor(server), aVisitor(server)]
      await visitor.signIn(amy)
      await other.signIn(amy)
      const fields = { old_password: password, new_password: newPassword, new_password_again: newPassword }
      await visitor.submit('/account/password', fields, '/account/password')
      expect((await visitor.send('GET', '/account')).status).to.equal(kept ? 200 : 303)
      expect((await other.send('GET', '/account')).status).to.equal(303)
      await other.signIn({ username: amy.username, password: newPassword })
    })
  }
})

onEachEngine('the devices page', engine => {
  it("shows only the user's own devices, and answers 404 for those of another user", async () => {
    const server = await aServer({ engine })
    const [amy, ben] = [await server.aUser(), await server.aUser()]
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    await aClient(server, 'bens-program/1.0').signIn(ben)
    const [bens] = await devicesOf(server, ben.id)
    const page = await visitor.open('/account/devices')
    expect(page.text).to.include('Firefox · Linux').and.include('This device').and.not.include('bens-program')
    const token = visitor.tokenOn(page, '/logout')
    const before = await snapshotOf(server)
    for (const id of [bens!.device.id, unknown, 'x', '%00']) {
      for (const act of ['name', 'end']) {
        const form = { _token: token, name: 'Mine' }
        const path = `/account/devices/${id}/${act}`
        const { status } = await visitor.send('POST', path, { form, headers: { 'Sec-Fetch-Site': 'same-origin' } })
        expect(status, path).to.equal(404)
      }
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('renames a device, keeps the name at its next sign-in, and refuses an invalid name', async () => {
    const server = await aServer({ engine })
    const amy = await server.aUser()
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    const devices = () => devicesOf(server, amy.id)
    const id = (await devices())[0]!.device.id
    const path = `/account/devices/${id}/name`
    for (const [name, problem] of [
      ['', 'Please fill this in.'],
      ['  ', 'Please fill this in.'],
      ['a'.repeat(61), 'At most 60 characters.'],
      ['a\u0007', 'contains characters that are not allowed'],
    ] as const) {
      const { status, text } = await visitor.submit(path, { name }, '/account/devices')
      expect(status, JSON.stringify(name)).to.equal(400)
      expect(text).to.include(problem)
    }
    await visitor.submit(path, { name: '  Kitchen   <laptop> 💻 ' }, '/account/devices')
    expect((await visitor.open('/account/devices')).text).to.include('Kitchen &lt;laptop&gt; 💻')
    await visitor.submit('/logout', {}, '/account')
    await visitor.signIn(amy)
    expect((await devices()).map(one => one.device.name)).to.deep.equal(['Kitchen <laptop> 💻'])
    const [noted] = await server.composed.parts.logs.auditLog.search({
      before: 1e9,
      limit: 1,
      action: 'device_renamed',
    })
    expect(noted).to.include({ actor: `user:${amy.id}`, subject: id })
  })

  it('ends a device: its access token and refresh token are refused', async () => {
    const server = await aServer({ engine })
    const amy = await server.aUser()
    const phone = aClient(server, 'phone/1.0')
    const { access, refresh } = await phone.signIn(amy)
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    const found = (await devicesOf(server, amy.id)).find(one => one.device.name === 'phone/1.0')
    const answer = await visitor.submit(`/account/devices/${found!.device.id}/end`, {}, '/account/devices')
    expect(localOf(answer)).to.equal('/account/devices')
    expect((await visitor.open('/account/devices')).text).to.include('phone/1.0 is signed out.')
    expect((await phone.get('/api/me/', access)).status).to.equal(401)
    expect((await phone.refresh(refresh)).status).to.equal(401)
  })

  it('ends all other devices, and the current one with a redirect to the sign-in page', async () => {
    const server = await aServer({ engine })
    const amy = await server.aUser()
    const others = [aVisitor(server), aVisitor(server)]
    for (const other of others) await other.signIn(amy)
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    const page = await visitor.open('/account/devices')
    expect(page.text).to.include('2 other devices are signed out at once.')
    await visitor.submit('/account/devices/end-others', {}, '/account/devices')
    for (const other of others) expect((await other.send('GET', '/account')).status).to.equal(303)
    const devices = await devicesOf(server, amy.id)
    expect(devices).to.have.length(1)
    expect((await visitor.open('/account/devices')).text).to.not.include('End all others')
    const answer = await visitor.submit(`/account/devices/${devices[0]!.device.id}/end`, {}, '/account/devices')
    expect(localOf(answer)).to.equal('/login?signed_out')
    expect((await visitor.send('GET', '/account')).status).to.equal(303)
  })
})

onEachEngine('the security events page', engine => {
  it('shows acts by and on the user, without acts on other users or names of administrators', async () => {
    const server = await aServer({ engine })
    const {
      people: { users },
      devices: { sessions },
    } = server.composed.parts
    const amy = await server.aUser({ roles: ['admin'] })
    const ben = await server.aUser()
    await users.disable(ben.id, `user:${amy.id}`)
    await sessions.endAll(amy.id, 'user:1')
    await users.update(amy.id, { firstName: 'Amy' }, 'operator:root')
    await aVisitor(server, 'guesser/1.0').submit('/login', { username: amy.username, password: 'wrong' }, '/login')
    await server.composed.jobs.runAll()
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    const { text } = await visitor.open('/account/events')
    const told = [
      ...text.matchAll(/<div class="what"><div>([^<]+)<\/div><small>[\s\S]*?<\/time>([^<]*)<\/small>/g),
    ].map(match => [match[1]!.trim(), match[2]!.trim()])
    expect(told).to.deep.equal([
      ['Signed in', '· Firefox · Linux · 127.0.0.1'],
      ['A wrong password was tried', '· guesser/1.0 · 127.0.0.1'],
      ['Changed the profile', '· by the operator of the server'],
      ['Ended all sessions of the user', '· by an administrator'],
      ['Imported the user', '· by the server'],
    ])
  })

  it('shows a session or device that an administrator ended, and none that the user ended for others', async () => {
    const server = await aServer({ engine })
    const { sessions } = server.composed.parts.devices
    const [amy, ben] = [await server.aUser({ roles: ['admin'] }), await server.aUser()]
    const client = aClient(server)
    for (const user of [amy, amy, ben]) await client.signIn(user)
    const administrator = aVisitor(server)
    await administrator.signIn({ username: 'admin', password })
    const [first, second] = await devicesOf(server, amy.id)
    const path = `/admin/sessions/${first!.sessions[0]!.id}`
    await administrator.submit(`${path}/end`, { why: 'lost' }, path)
    await sessions.endDevice(second!.device.id, null, 'user:1')
    const [bens] = await sessionsOf(server, ben.id)
    await sessions.end(bens!.session.id, null, `user:${amy.id}`)
    const told = async (user: { username: string; password: string }) => {
      const visitor = aVisitor(server)
      await visitor.signIn(user)
      const { text } = await visitor.open('/account/events')
      return [...text.matchAll(/<div class="what"><div>([^<]+)<\/div><small>[\s\S]*?<\/time>([^<]*)<\/small>/g)]
        .map(match => `${match[1]!.trim()} ${match[2]!.trim()}`)
        .filter(event => event.startsWith('Ended'))
    }
    expect(await told(amy)).to.deep.equal([
      'Ended a device · by an administrator',
      'Ended a session · by an administrator',
    ])
    expect(await told(ben)).to.deep.equal(['Ended a session · by an administrator'])
  })

  it('is split into pages, each event once', async () => {
    const server = await aServer({ engine })
    const { users } = server.composed.parts.people
    const amy = await server.aUser({ roles: ['admin'] })
    const ben = await server.aUser()
    for (let count = 0; count < 30; count++) {
      await users.update(amy.id, { firstName: `Amy ${count}` }, 'system')
      await users.update(ben.id, { firstName: `Ben ${count}` }, `user:${amy.id}`)
    }
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    const counts: number[] = []
    for (let next: string | undefined = '/account/events'; next; ) {
      const page: string = (await visitor.open(next)).text
      counts.push(page.match(/<div class="what">/g)?.length ?? 0)
      next = /href="([^"]*before=\d+[^"]*)"[^>]*>(?:(?!<\/a>)[\s\S])*Next/.exec(page)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(counts).to.deep.equal([25, 7])
  })
})

describe('the preferences language and theme', () => {
  it('are kept in cookies if valid, and redirect to the Referer of this server or to /', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    const choose = async (form: Record<string, string>, referer?: string) => {
      const headers = { 'Sec-Fetch-Site': 'same-origin', ...(referer && { Referer: referer }) }
      return localOf(await visitor.send('POST', '/preferences', { form, headers }))
    }
    expect(await choose({ language: 'ru' }, `${server.url}/login?next=%2Faccount`)).to.equal('/login?next=%2Faccount')
    expect((await visitor.open('/login')).text)
      .to.include('Вход')
      .and.include('<html lang="ru"')
    expect(await choose({ theme: 'dark' }, 'https://other.example/login')).to.equal('/')
    expect(await choose({ theme: 'dark' }, `${server.url}//other.example`)).to.equal('/')
    expect(await choose({ theme: '"><script>', language: 'xx' })).to.equal('/')
    expect((await visitor.open('/')).text)
      .to.include('data-theme="dark"')
      .and.include('<html lang="ru"')
    for (const cookie of [
      'darvoza-language=xx',
      'darvoza-theme=neon',
      'darvoza-zone=Mars/Olympus',
      'darvoza-zone=%3Cb%3E',
    ]) {
      const { text } = await visitor.send('GET', '/', { headers: { Cookie: cookie } })
      expect(text).to.include('<html lang="en" data-theme="auto"').and.include('Times are shown in UTC.')
    }
    const known = await visitor.send('GET', '/', { headers: { Cookie: 'darvoza-zone=Asia/Calcutta' } })
    expect(known.text).to.match(/Times are shown in Asia\/(Calcutta|Kolkata)\./)
  })
})
