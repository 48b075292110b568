import { expect } from 'chai'
import { type Answer, aClient, type Client, type Pair } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const newPassword = 'a much better horse'
const unknown = 'a0000000-0000-4000-8000-000000000000'

/** Whether each token pair is still accepted, access and refresh token alike. */
async function living(client: Client, pairs: Pair[]): Promise<boolean[]> {
  return Promise.all(
    pairs.map(async ({ access, refresh }) => {
      const statuses = [(await client.get('/api/me/', access)).status, (await client.verify(refresh)).status]
      expect(statuses[0]).to.equal(statuses[1])
      return statuses[0] === 200
    }),
  )
}

function expectNotFound(answer: Answer, what?: string): void {
  expect(answer.status, what).to.equal(404)
  expect(answer.body, what).to.deep.equal({ detail: 'Not found.' })
}

describe('the Authorization header', () => {
  it('is treated as no credentials when it is absent, empty or not of the scheme Bearer', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(await server.aUser())
    for (const header of [null, '', ' ', `Bearers ${access}`, `JWT ${access}`, access, `Bearer\t${access}`]) {
      const answer = await client.send('GET', '/api/me/', header === null ? {} : { headers: { Authorization: header } })
      expect(answer.status, header?.slice(0, 10)).to.equal(401)
      expect(answer.body).to.deep.equal({ detail: 'Authentication credentials were not provided.' })
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer realm="api"')
    }
  })

  it('accepts the scheme Bearer in any case (RFC 9110 §11.1)', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(await server.aUser())
    for (const scheme of ['bearer', 'BEARER', 'bEARER']) {
      const answer = await client.send('GET', '/api/me/', { headers: { Authorization: `${scheme} ${access}` } })
      expect(answer.status, scheme).to.equal(200)
    }
  })

  it('is refused with bad_authorization_header for `Bearer` alone or three parts', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(await server.aUser())
    for (const header of ['Bearer', 'Bearer ', `Bearer ${access} x`, `Bearer a b`, `Bearer Bearer ${access}`]) {
      const answer = await client.send('GET', '/api/me/', { headers: { Authorization: header } })
      expect(answer.status, header.slice(0, 10)).to.equal(401)
      expect(answer.body).to.deep.equal({
        detail: 'Authorization header must contain two space-delimited values',
        code: 'bad_authorization_header',
      })
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer realm="api"')
    }
  })

  it('with an invalid token gets the reason in the simplejwt body and in WWW-Authenticate (RFC 6750)', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access, refresh, device_token } = await client.signIn(await server.aUser())
    server.clock.advance('1h')
    const cases: [token: string, message: string, reason: string][] = [
      ['nonsense', 'Token is invalid', 'token_malformed'],
      [refresh, 'Token has wrong type', 'token_type'],
      [device_token, 'Token has wrong type', 'token_type'],
      [access, 'Token is expired', 'token_expired'],
    ]
    for (const [token, message, reason] of cases) {
      const answer = await client.get('/api/me/', token)
      expect(answer.status).to.equal(401)
      expect(answer.body).to.deep.equal({
        detail: 'Given token not valid for any token type',
        code: 'token_not_valid',
        messages: [{ token_class: 'AccessToken', token_type: 'access', message }],
        reason,
      })
      const challenge = answer.headers.get('www-authenticate')
      expect(challenge).to.include('error="invalid_token"').and.include(`error_code="${reason}"`)
      expect(challenge).to.include(`error_uri="http://localhost:4000/errors/${reason}"`)
      expect((await client.get(`/errors/${reason}`)).status).to.equal(200)
    }
  })

  it('with a token of a disabled or deleted user gets 401 in the words of simplejwt', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const { access } = await client.signIn(amy)
    await server.composed.parts.people.users.disable(amy.id, 'system')
    const inactive = await client.get('/api/me/', access)
    expect([inactive.status, inactive.body.detail, inactive.body.code]).to.deep.equal([
      401,
      'User is inactive',
      'user_inactive',
    ])
    await server.composed.parts.people.users.remove(amy.id, 'system')
    const gone = await client.get('/api/me/', access)
    expect([gone.status, gone.body.detail, gone.body.code]).to.deep.equal([401, 'User not found', 'user_not_found'])
  })
})

describe('the profile at /api/me/', () => {
  it('refuses invalid fields, names all of them at once, and changes nothing', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(await server.aUser())
    const before = await snapshotOf(server)
    const answer = await client.patch(
      '/api/me/',
      { first_name: 'a'.repeat(151), last_name: 'a\u0007', email: 'nobody' },
      access,
    )
    expect(answer.status).to.equal(400)
    expect(answer.body).to.deep.equal({
      first_name: ['Ensure this field has no more than 150 characters.'],
      last_name: ['Control characters are not allowed.'],
      email: ['Enter a valid email address.'],
    })
    for (const value of [null, ['a'], { a: 1 }, true]) {
      expect((await client.patch('/api/me/', { first_name: 'Amy', email: value }, access)).status).to.equal(400)
    }
    for (const body of [null, [], 'a']) expect((await client.patch('/api/me/', body, access)).status).to.equal(400)
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('shows the signed-in user with roles and permissions, without the password', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser({ username: 'amy', firstName: 'Amy', email: 'amy@example.com', roles: ['support'] })
    const { access } = await client.signIn(amy)
    const { status, body, headers } = await client.get('/api/me/', access)
    expect(status).to.equal(200)
    const { created_at, last_login, permissions, ...rest } = body
    expect(rest).to.deep.equal({
      user_id: amy.id,
      username: 'amy',
      first_name: 'Amy',
      last_name: '',
      email: 'amy@example.com',
      email_verified: false,
      roles: ['support'],
    })
    expect(permissions).to.include('darvoza:sessions:end')
    for (const time of [created_at, last_login]) expect(Date.parse(time)).to.equal(server.clock.now())
    expect(headers.get('cache-control')).to.equal('no-store')
  })

  it('accepts changes of first_name, last_name and email, and answers 400 for any other field', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser({ username: 'amy', lastName: 'Pond' })
    const { access } = await client.signIn(amy)
    const profile = { first_name: ' Amelia ', email: '' }
    const before = await snapshotOf(server)
    const others = {
      username: 'root',
      roles: ['admin'],
      permissions: ['darvoza:users:write'],
      user_id: 1,
      active: false,
    }
    for (const [name, value] of Object.entries({ ...others, password: 'x', firstname: 'Amelia' })) {
      const refused = await client.patch('/api/me/', { ...profile, [name]: value }, access)
      expect([refused.status, Object.keys(refused.body)], name).to.deep.equal([400, [name]])
    }
    expect((await client.patch('/api/me/', { firstname: 'Amelia' }, access)).body).to.deep.equal({
      firstname: ['Unknown member. Did you mean "first_name"? Known: email, first_name, last_name.'],
    })
    expect(await snapshotOf(server)).to.equal(before)

    const answer = await client.patch('/api/me/', profile, access)
    expect(answer.status).to.equal(200)
    expect(answer.body).to.include({
      user_id: amy.id,
      username: 'amy',
      first_name: 'Amelia',
      last_name: 'Pond',
      email: '',
    })
    expect(answer.body.roles).to.deep.equal([])
    expect((await client.get('/api/me/', access)).body).to.deep.equal(answer.body)
    expect((await client.patch('/api/me/', {}, access)).body).to.deep.equal(answer.body)
    await client.signIn(amy)
  })
})

describe('a password change at /api/me/password/', () => {
  it('is refused with 400 when the old password is wrong or the new one is weak', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser({ username: 'amelia' })
    const { access } = await client.signIn(amy)
    const before = await snapshotOf(server)
    const old = password
    const cases: [body: object, field: string, problem: RegExp][] = [
      [{}, 'old_password', /required/],
      [{ old_password: 'wrong password', new_password: newPassword }, 'old_password', /incorrectly/],
      [{ old_password: ` ${old}`, new_password: newPassword }, 'old_password', /incorrectly/],
      [{ old_password: old, new_password: 'sh0rt!' }, 'new_password', /too short/],
      [{ old_password: old, new_password: '92837465019' }, 'new_password', /entirely numeric/],
      [{ old_password: old, new_password: 'password1' }, 'new_password', /too common/],
      [{ old_password: old, new_password: 'iloveyou' }, 'new_password', /too common/],
      [{ old_password: old, new_password: 'IlOvEyOu' }, 'new_password', /too common/],
      [{ old_password: old, new_password: 'my name is Amelia' }, 'new_password', /too similar/],
      [{ old_password: old, new_password: '' }, 'new_password', /blank/],
      [{ old_password: old, new_password: 'a'.repeat(4_097) }, 'new_password', /no more than 4096/],
      [{ old_password: old, new_password: null }, 'new_password', /null/],
    ]
    for (const [body, field, problem] of cases) {
      const answer = await client.post('/api/me/password/', body, access)
      expect(answer.status, JSON.stringify(body).slice(0, 80)).to.equal(400)
      expect(answer.body[field].join(), JSON.stringify(body).slice(0, 80)).to.match(problem)
    }
    expect(await snapshotOf(server)).to.equal(before)
  })
})

onEachEngine('a password change by its user', engine => {
  for (const kept of [true, false]) {
    it(`ends all other sessions at once and ${kept ? 'keeps' : 'ends'} the requesting one, by policy`, async () => {
      const server = await aServer({ engine, policy: { keep_session_on_password_change: kept } })
      const client = aClient(server)
      const amy = await server.aUser()
      const ben = await client.signIn(await server.aUser())
      const [own, other, third] = [await client.signIn(amy), await client.signIn(amy), await client.signIn(amy)]
      const answer = await client.post(
        '/api/me/password/',
        { old_password: password, new_password: newPassword },
        own.access,
      )
      expect(answer.status).to.equal(204)
      expect(await living(client, [own, other, third, ben])).to.deep.equal([kept, false, false, true])
      expect((await client.refresh(own.refresh)).status).to.equal(kept ? 200 : 401)
      expect((await client.refresh(other.refresh)).status).to.equal(401)
      expect((await client.post('/api/token/', { username: amy.username, password })).status).to.equal(401)
      const again = await client.signIn({ username: amy.username, password: newPassword })
      expect(await living(client, [again])).to.deep.equal([true])
    })
  }

  it('sent twice concurrently succeeds once, and that password is in force', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const { access } = await client.signIn(amy)
    const wanted = ['the first new horse', 'the second new horse']
    const answers = await Promise.all(
      wanted.map(each => client.post('/api/me/password/', { old_password: password, new_password: each }, access)),
    )
    const won = answers.map(answer => answer.status === 204)
    expect(won.filter(Boolean)).to.have.length(1)
    await client.signIn({ username: amy.username, password: wanted[won.indexOf(true)]! })
  })
})

onEachEngine("a user's own sessions and devices", engine => {
  it('answer 404 for those of another user and for unknown ids, and change nothing', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await client.signIn(await server.aUser())
    const ben = await client.signIn(await server.aUser())
    const [session] = (await client.get('/api/me/sessions/', ben.access)).body.results
    const [device] = (await client.get('/api/me/devices/', ben.access)).body.results
    const before = await snapshotOf(server)
    for (const [kind, id] of [
      ['sessions', session.id],
      ['devices', device.id],
      ['sessions', unknown],
      ['devices', unknown],
    ]) {
      expectNotFound(await client.delete(`/api/me/${kind}/${id}/`, amy.access), kind)
    }
    // A device id is no session id, nor the reverse.
    expectNotFound(await client.delete(`/api/me/sessions/${device.id}/`, ben.access))
    expectNotFound(await client.delete(`/api/me/devices/${session.id}/`, ben.access))
    expect(await snapshotOf(server)).to.equal(before)
    expect(await living(client, [amy, ben])).to.deep.equal([true, true])
  })

  it('are not found under an id in upper case or with trailing characters', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const { access } = await client.signIn(await server.aUser())
    const [session] = (await client.get('/api/me/sessions/', access)).body.results
    const [device] = (await client.get('/api/me/devices/', access)).body.results
    const before = await snapshotOf(server)
    for (const spell of [(id: string) => `${id}%20`, (id: string) => id.toUpperCase(), (id: string) => `${id}%00`]) {
      expectNotFound(await client.delete(`/api/me/sessions/${spell(session.id)}/`, access))
      expectNotFound(await client.delete(`/api/me/devices/${spell(device.id)}/`, access))
    }
    expect(await snapshotOf(server)).to.equal(before)
    expect((await client.get('/api/me/', access)).status).to.equal(200)
  })

  it('are listed oldest first, with the requesting one marked as current', async () => {
    const server = await aServer({ engine })
    const amy = await server.aUser()
    const phone = aClient(server, 'phone/1.0')
    const browser = aClient(server, 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0')
    const first = await phone.signIn(amy)
    server.clock.advance('5m')
    const { access } = await browser.signIn(amy)
    server.clock.advance('5m')
    await phone.refresh(first.refresh)
    const sessions = (await browser.get('/api/me/sessions/', access)).body.results
    expect(sessions.map((one: { current: boolean }) => one.current)).to.deep.equal([false, true])
    expect(sessions[0]).to.include({ application: 'darvoza', address: '127.0.0.1' })
    expect(sessions[0].device.name).to.equal('phone/1.0')
    expect(Date.parse(sessions[0].ends_at)).to.equal(server.clock.now() + 86_400_000)
    const devices = (await browser.get('/api/me/devices/', access)).body.results
    expect(devices.map((one: { name: string }) => one.name)).to.deep.equal(['phone/1.0', 'Firefox · Linux'])
    expect(devices.map((one: { current: boolean }) => one.current)).to.deep.equal([false, true])
    expect(devices[0].sessions).to.deep.equal([{ id: sessions[0].id, application: 'darvoza' }])
    expect(Date.parse(devices[0].last_seen_at)).to.equal(server.clock.now())
  })

  it('are ended one by one: 204 once, 404 when repeated, tokens refused at once', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const pairs: Pair[] = []
    for (let count = 0; count < 3; count++) {
      pairs.push(await client.signIn(amy))
      server.clock.advance('1s')
    }
    const [first, second, third] = pairs as [Pair, Pair, Pair]
    const [, session] = (await client.get('/api/me/sessions/', first.access)).body.results
    expect((await client.delete(`/api/me/sessions/${session.id}/`, first.access)).status).to.equal(204)
    expectNotFound(await client.delete(`/api/me/sessions/${session.id}/`, first.access))
    expect(await living(client, [first, second, third])).to.deep.equal([true, false, true])

    const devices = (await client.get('/api/me/devices/', first.access)).body.results
    const lost = devices.findIndex(
      (one: { sessions: unknown[]; current: boolean }) => one.sessions.length > 0 && !one.current,
    )
    expect((await client.delete(`/api/me/devices/${devices[lost].id}/`, first.access)).status).to.equal(204)
    expectNotFound(await client.delete(`/api/me/devices/${devices[lost].id}/`, first.access))
    expect(await living(client, [first, second, third])).to.deep.equal([true, false, false])
    expect((await client.get('/api/me/devices/', first.access)).body.results).to.have.length(2)
  })

  it('are all ended by one request, except the requesting one', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const ben = await client.signIn(await server.aUser())
    for (const kind of ['sessions', 'devices']) {
      const [own, other] = [await client.signIn(amy), await client.signIn(amy)]
      expect((await client.delete(`/api/me/${kind}/`, own.access)).status).to.equal(204)
      expect(await living(client, [own, other, ben])).to.deep.equal([true, false, true])
      expect((await client.get(`/api/me/sessions/`, own.access)).body.results).to.have.length(1)
      expect((await client.refresh(own.refresh)).status).to.equal(200)
    }
  })

  it('can include the requesting session: deleting it ends its tokens', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const own = await client.signIn(await server.aUser())
    const [session] = (await client.get('/api/me/sessions/', own.access)).body.results
    expect((await client.delete(`/api/me/sessions/${session.id}/`, own.access)).status).to.equal(204)
    expect(await living(client, [own])).to.deep.equal([false])
  })
})
