// Pages on which administrators see and change users, and the password that they are asked for again.
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, localOf } from '../support/visitor.js'

const admin = { username: 'admin', password }
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }

const revocationLogOf = async (server: TestServer) =>
  (await server.composed.parts.logs.revocationLog.page({}, { limit: 50 })).results

describe('the page with the list of users', () => {
  it('searches by username prefix, ignoring case, and escapes HTML in names and in the search text', async () => {
    const server = await aServer()
    await server.aUser({ username: 'Amina', firstName: '<i>A</i>', email: 'amina@example.com' })
    await server.aUser({ username: 'bobur' })
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const found = await visitor.open('/admin/users?text=AM')
    expect(found.text).to.include('>Amina<').and.include('&lt;i&gt;A&lt;/i&gt;').and.not.include('>bobur<')
    const none = await visitor.open('/admin/users?text=%3Cscript%3E')
    expect(none.text).to.include('No such user was found').and.include('Clear filters')
    expect(none.text).to.include('value="&lt;script&gt;"').and.not.include('<script>')
  })

  it('pages through 61 users, 25 a page, and answers 200 with the list for an invalid query', async () => {
    const server = await aServer()
    for (let count = 0; count < 60; count++)
      await server.composed.parts.people.users.importOne(
        {
          username: `user${count}`,
          passwordHash: 'bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuZn9G4kT2sVbJ0xqM7wYdLrEc5HfPa8i',
        },
        'system',
      )
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const names = new Set<string>()
    const counts: number[] = []
    const ranges: string[] = []
    for (let next: string | undefined = '/admin/users?text='; next; ) {
      const page: string = (await visitor.open(next)).text
      const shown: string[] = [...page.matchAll(/<a href="\/admin\/users\/\d+">([^<]+)</g)].map(match => match[1]!)
      for (const name of shown) names.add(name)
      counts.push(shown.length)
      ranges.push(/\d+–\d+ of [\d,+]+/.exec(page)?.[0] ?? '')
      next = /href="([^"]*after=[^"]+)"[^>]*>(?:(?!<\/a>)[\s\S])*Next/.exec(page)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(counts).to.deep.equal([25, 25, 11])
    expect(ranges).to.deep.equal(['1–25 of 61', '26–50 of 61', '51–61 of 61'])
    expect(names.size).to.equal(61)
    for (const [language, told] of [
      ['ru', '1–25 из 61'],
      ['uz', '61 tadan 1–25'],
    ])
      expect(
        (await visitor.send('GET', '/admin/users', { headers: { 'Accept-Language': language! } })).text,
      ).to.include(told)
    // A forged `row` parameter never yields an impossible range.
    for (const row of ['', '0', '-1', '1e9', '60', '99999999999'])
      expect((await visitor.open(`/admin/users?after=30&row=${row}`)).text, row).to.include('25 of 61')
    for (const query of [
      'after=x',
      'after=-1',
      'size=7',
      'size=1e9',
      'text=a&text=b',
      'text[a]=b',
      'after=99999999999999999999',
    ]) {
      expect((await visitor.open(`/admin/users?${query}`)).status, query).to.equal(200)
    }
    expect((await visitor.open('/admin/users?size=100')).text.match(/\/admin\/users\/\d+"/g)).to.have.length(61)
  })
})

describe('the page of a user', () => {
  it('answers 404 for an unknown or malformed user id', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    for (const id of ['0', '999', '1e1', '01', '-1', 'x', '1%00', '1.0'])
      expect((await visitor.open(`/admin/users/${id}`)).status, id).to.equal(404)
  })

  it('shows support, auditor and admin only the buttons and the history that their role permits', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    const buttons = { support: ['sign-out'], auditor: [], admin: ['sign-out', 'disable', 'delete', 'roles'] }
    for (const [role, expected] of Object.entries(buttons)) {
      const visitor = aVisitor(server)
      await visitor.signIn(await server.aUser({ roles: [role] }))
      const { status, text } = await visitor.open(`/admin/users/${amy.id}`)
      expect(status, role).to.equal(200)
      const shown = [...text.matchAll(new RegExp(`action="/admin/users/${amy.id}/([a-z-]+)"`, 'g'))].map(
        match => match[1],
      )
      expect(shown, role).to.deep.equal(expected)
      expect(text.includes('<h2>History</h2>'), role).to.equal(role !== 'support')
    }
  })

  it('reports all problems of a submitted profile at once with 400, and changes nothing', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy', firstName: 'Amy' })
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const page = `/admin/users/${amy.id}`
    const rest = { first_name: 'Amy', last_name: 'y'.repeat(151), email: 'amy@' }
    for (const [username, said] of [
      ['', 'Please fill this in.'],
      ['Admin', 'Somebody has this username already.'],
      ['a b', 'Only letters, digits'],
    ] as const) {
      const { status, text } = await visitor.submit(page, { ...rest, username }, page)
      expect(status).to.equal(400)
      for (const one of [said, 'At most 150 characters.', 'This is not an e-mail address.', '3 things'])
        expect(text, username).to.include(one)
    }
    expect(await server.composed.parts.people.users.require(amy.id)).to.include({
      username: 'amy',
      firstName: 'Amy',
      email: '',
    })
    // A user's own username in another case is no duplicate.
    expect((await visitor.submit(page, { ...rest, username: 'AMY', last_name: '', email: '' }, page)).status).to.equal(
      303,
    )
  })

  it('disables a user, which ends all sessions, signs a user out everywhere, and enables the user again', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    const client = aClient(server)
    const { access } = await client.signIn(amy)
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const path = `/admin/users/${amy.id}`
    expect((await visitor.open(path)).text).to.include('is signed out at once (1 session), and cannot sign in')
    expect(localOf(await visitor.submit(`${path}/disable`, {}, path))).to.equal(path)
    expect((await client.get('/api/me/', access)).status).to.equal(401)
    expect((await visitor.open(path)).text)
      .to.include('is disabled and signed out everywhere.')
      .and.include('Disabled')
    await visitor.submit(`${path}/enable`, {}, path)
    const again = await client.signIn(amy)
    await visitor.submit(`${path}/sign-out`, {}, path)
    expect((await client.get('/api/me/', again.access)).status).to.equal(401)
    await client.signIn(amy)
  })

  it('saves roles and permissions in one change: two audit entries, one token_stale entry, sessions kept', async () => {
    const server = await aServer()
    const {
      logs: { auditLog, revocationLog },
      people: { users },
    } = server.composed.parts
    const amy = await server.aUser()
    const client = aClient(server)
    const { access, refresh } = await client.signIn(amy)
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const page = `/admin/users/${amy.id}`
    expect((await visitor.open(page)).text).to.include('Saving a change will refresh 1 live token.')
    const fields = { 'roles:support': '1', permissions: 'orders:read' }
    await visitor.submit(`${page}/roles`, fields, page)
    expect(await users.require(amy.id)).to.deep.include({ roles: ['support'], permissions: ['orders:read'] })
    const entriesOf = async () =>
      (await revocationLog.page({ kind: 'user', subject: String(amy.id) }, { limit: 10 })).results
    expect((await entriesOf()).map(({ effect, reason }) => [effect, reason])).to.deep.equal([
      ['refresh', 'roles_changed'],
    ])
    const told = async () =>
      (await auditLog.page({ subject: { kind: 'user', id: String(amy.id) } }, { limit: 2 })).results
        .reverse()
        .map(({ action, beforeJson, afterJson }) => [action, beforeJson, afterJson])
    expect(await told()).to.deep.equal([
      ['roles_changed', '{"roles":[]}', '{"roles":["support"]}'],
      ['permissions_changed', '{"permissions":[]}', '{"permissions":["orders:read"]}'],
    ])
    expect((await client.get('/api/me/', access)).body).to.include({ reason: 'token_stale' })
    expect((await client.post('/api/token/refresh/', { refresh })).status).to.equal(200)
    // Submitting the same values again changes nothing.
    await visitor.submit(`${page}/roles`, fields, page)
    expect(await entriesOf()).to.have.length(1)
  })

  it('changes neither roles nor permissions when one of them is refused', async () => {
    const server = await aServer()
    const { roles, users } = server.composed.parts.people
    await roles.create('chief', ['darvoza:roles:write', 'darvoza:users:read'], 'system')
    await roles.create('clerk', [], 'system')
    const amy = await server.aUser()
    const chief = aVisitor(server)
    await chief.signIn(await server.aUser({ roles: ['chief'] }))
    const administrator = aVisitor(server)
    await administrator.signIn(admin)
    const page = `/admin/users/${amy.id}`
    for (const visitor of [chief, administrator]) await visitor.open(page)
    const before = await users.require(amy.id)
    for (const [visitor, path, fields, status] of [
      [chief, page, { 'roles:clerk': '1', permissions: 'orders:read' }, 403],
      [chief, page, { 'roles:support': '1', permissions: '' }, 403],
      [administrator, page, { 'roles:none': '1', permissions: 'orders:read' }, 400],
      [administrator, page, { 'roles:clerk': '1', permissions: 'NOT' }, 400],
      [administrator, '/admin/users/1', { permissions: 'orders:read' }, 409],
    ] as const) {
      expect((await visitor.submit(`${path}/roles`, fields, path)).status, JSON.stringify(fields)).to.equal(status)
    }
    expect(await users.require(amy.id)).to.deep.equal(before)
    expect(await users.require(1)).to.deep.include({ roles: ['admin'], permissions: [] })
    expect((await revocationLogOf(server)).filter(entry => entry.reason === 'roles_changed')).to.deep.equal([])
  })

  it('refuses to disable the last administrator with 409 and an error page', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const { status, text } = await visitor.submit('/admin/users/1/disable', {}, '/admin/users/1')
    expect(status).to.equal(409)
    expect(text).to.include('nobody could sign in as an administrator').and.include('last_administrator')
  })
})

describe('an administrator action that asks for the password again after five minutes', () => {
  it('runs after the right password; until then the form keeps its fields, except secrets', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    server.clock.advance('5m')
    const action = `/admin/users/${amy.id}/disable`
    const isActive = async () => (await server.composed.parts.people.users.require(amy.id)).active

    const asked = await visitor.submit(
      action,
      { reason: '<lost> "phone"', new_password: 'a secret' },
      `/admin/users/${amy.id}`,
    )
    expect(asked.status).to.equal(401)
    expect(asked.text).to.include(`action="${action}"`)
    expect(asked.text).to.include('name="reason" value="&lt;lost&gt; &#34;phone&#34;"').and.not.include('a secret')
    expect(await isActive()).to.equal(true)

    const form = (proof: string) => ({ _token: visitor.tokenOn(asked, action), reason: 'lost', _proof: proof })
    for (const wrong of ['', 'a wrong password', ` ${password}`]) {
      const again = await visitor.send('POST', action, { form: form(wrong), headers: ownSite })
      expect(again.status).to.equal(401)
      // An empty password is no guess: its error text is another one.
      expect(again.text)
        .to.include(wrong === '' ? 'Please fill this in.' : 'This is not your password.')
        .and.include('name="reason" value="lost"')
      expect(await isActive()).to.equal(true)
    }
    const done = await visitor.send('POST', action, { form: form(password), headers: ownSite })
    expect(localOf(done)).to.equal(`/admin/users/${amy.id}`)
    expect(await isActive()).to.equal(false)
    // The password is not asked for again within the next five minutes.
    server.clock.advance('299s')
    expect((await visitor.submit(`/admin/users/${amy.id}/sign-out`, {}, `/admin/users/${amy.id}`)).status).to.equal(303)
    server.clock.advance('1s')
    expect((await visitor.submit(`/admin/users/${amy.id}/sign-out`, {}, `/admin/users/${amy.id}`)).status).to.equal(401)
  })

  it('keeps fields whose names only resemble secrets, so that no role is lost', async () => {
    const server = await aServer()
    await server.composed.parts.people.roles.create('token-desk', [], 'system')
    const amy = await server.aUser({ roles: ['token-desk', 'auditor'] })
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    server.clock.advance('6m')
    const action = `/admin/users/${amy.id}/roles`
    const fields = { 'roles:token-desk': '1', 'roles:auditor': '1', permissions: 'orders:password' }
    const asked = await visitor.submit(action, fields, `/admin/users/${amy.id}`)
    expect(asked.status).to.equal(401)
    const kept = Object.fromEntries(
      [...asked.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    ) as Record<string, string>
    expect(kept).to.include(fields)
    const done = await visitor.send('POST', action, { form: { ...kept, _proof: password }, headers: ownSite })
    expect(done.status).to.equal(303)
    expect((await server.composed.parts.people.users.require(amy.id)).roles).to.deep.equal(['auditor', 'token-desk'])
  })

  it('refuses the password of another user with 401, and a password without the form token with 403', async () => {
    const server = await aServer()
    const amy = await server.aUser({ password: 'the password of amy' })
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    server.clock.advance('6m')
    const action = `/admin/users/${amy.id}/disable`
    const _token = visitor.tokenOn(await visitor.open(`/admin/users/${amy.id}`), action)
    const before = await snapshotOf(server)
    expect(
      (await visitor.send('POST', action, { form: { _token, _proof: amy.password }, headers: ownSite })).status,
    ).to.equal(401)
    expect((await visitor.send('POST', action, { form: { _proof: password }, headers: ownSite })).status).to.equal(403)
    expect(await snapshotOf(server)).to.equal(before)
  })
})

describe('guesses at the password that is asked for again', () => {
  it('get 429 with Retry-After past the limit, the right password too, and end no session', async () => {
    const server = await aServer({ policy: { sign_in_guesses_per_hour: 5 } })
    const amy = await server.aUser()
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    server.clock.advance('6m')
    const action = `/admin/users/${amy.id}/disable`
    const _token = visitor.tokenOn(await visitor.open(`/admin/users/${amy.id}`), action)
    const guess = (_proof: string) => visitor.send('POST', action, { form: { _token, _proof }, headers: ownSite })
    for (let count = 0; count < 5; count++)
      expect((await guess('a wrong one')).text).to.include('This is not your password.')
    for (const proof of ['a wrong one', password]) {
      const { status, text, headers } = await guess(proof)
      expect([status, Number(headers.get('retry-after')) > 0]).to.deep.equal([429, true])
      expect(text).to.include('Too many wrong passwords were tried. Try again in 54 minutes.')
    }
    expect((await visitor.open('/account')).status).to.equal(200)
    expect((await server.composed.parts.people.users.require(amy.id)).active).to.equal(true)
    server.clock.advance('10s')
    // The waiting time is rounded up to minutes.
    expect((await guess(password)).text).to.include('Try again in 54 minutes.')
    server.clock.advance('54m')
    expect((await guess(password)).status).to.equal(303)
  })
})
