import { expect } from 'chai'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { builtInRoles } from '../../server/policy/permissions.js'
import { registeredClaims } from '../../server/policy/policies.js'
import { type Answer, aClient, claimsOf, type Pair } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { headerOf } from '../support/forge.js'
import { aServer, issuer, password } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const path = '/api/token/'
const realm = 'Bearer realm="api"'

function expectNoAccount(answer: Answer, what?: string): void {
  expect(answer.status, what).to.equal(401)
  expect(answer.body, what).to.deep.equal({
    detail: 'No active account found with the given credentials',
    code: 'no_active_account',
  })
  expect(answer.headers.get('www-authenticate'), what).to.equal(realm)
}

describe('sign-in at /api/token/', () => {
  it('answers 401 alike for a wrong password and an unknown, disabled or deleted user', async () => {
    const server = await aServer()
    const client = aClient(server)
    const [amy, ben, cat] = [await server.aUser(), await server.aUser(), await server.aUser()]
    await server.composed.parts.people.users.disable(ben.id, 'system')
    await server.composed.parts.people.users.remove(cat.id, 'system')
    const before = await snapshotOf(server)
    const guesses = {
      'wrong password': { ...amy, password: 'another password' },
      'unknown user': { username: 'nobody', password },
      'disabled user': ben,
      'disabled user, wrong password': { ...ben, password: 'another password' },
      'deleted user': cat,
      'a name that no user can have': { username: '<script>', password },
    }
    for (const [what, { username, password }] of Object.entries(guesses)) {
      expectNoAccount(await client.post(path, { username, password }), what)
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('takes as long for an unknown username as for a wrong password (timing)', async () => {
    const server = await aServer({ policy: { password_cost: 10 } })
    const client = aClient(server)
    const amy = await server.aUser()
    const ben = await server.aUser()
    await server.composed.parts.people.users.disable(ben.id, 'system')
    await server.composed.parts.people.users.importOne({ username: 'cid', passwordHash: '!' }, 'system')
    const names = [amy.username, 'nobody', ben.username, 'cid']
    const least: Record<string, number> = Object.fromEntries(names.map(name => [name, Infinity]))
    // In turns, so that other load on the machine affects all alike.
    for (let count = 0; count < 5; count++) {
      for (const username of Object.keys(least)) {
        const begun = performance.now()
        await client.post(path, { username, password: 'another password' })
        least[username] = Math.min(least[username]!, performance.now() - begun)
      }
    }
    const wrongPassword = least[amy.username]!
    for (const [username, time] of Object.entries(least)) {
      // Without a dummy hash the answer for an unknown user would be immediate.
      expect(time, username).to.be.within(wrongPassword / 2, wrongPassword * 2)
    }
  })

  it('accepts no password for a user imported without one until an administrator sets it', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { users } = server.composed.parts.people
    const admin = (await client.signIn({ username: 'admin', password })).access
    for (const [index, passwordHash] of [undefined, '', '!', '!7Yt0pLwQ9'].entries()) {
      const username = `imported${index}`
      const { id } = await users.importOne({ username, ...(passwordHash !== undefined && { passwordHash }) }, 'system')
      for (const guess of ['!', '!7Yt0pLwQ9', password])
        expectNoAccount(await client.post(path, { username, password: guess }), guess)
      const set = await client.post(`/api/admin/users/${id}/password`, { password: 'given by hand 12' }, admin)
      expect(set.status).to.equal(204)
      await client.signIn({ username, password: 'given by hand 12' })
    }
  })

  it('trims neither the sent nor the stored password', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const edgy = await server.aUser({ password: ' white space at the edges\t' })
    for (const sent of [` ${password}`, `${password} `, `${password}\n`]) {
      expectNoAccount(await client.post(path, { username: amy.username, password: sent }), JSON.stringify(sent))
    }
    expectNoAccount(await client.post(path, { username: edgy.username, password: edgy.password.trim() }))
    expectNoAccount(await client.post(path, { username: amy.username, password: '   ' }))
    await client.signIn(edgy)
  })

  it('compares every byte of a long password', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser({ password: `${'long pass '.repeat(20)}1` })
    expectNoAccount(await client.post(path, { username: amy.username, password: `${'long pass '.repeat(20)}2` }))
    await client.signIn(amy)
  })

  it('answers 400 for a username over 150 or a password over 4096 characters', async () => {
    const client = aClient(await aServer())
    const answer = await client.post(path, { username: 'a'.repeat(151), password: 'a'.repeat(4_097) })
    expect(answer.status).to.equal(400)
    expect(answer.body).to.deep.equal({
      username: ['Ensure this field has no more than 150 characters.'],
      password: ['Ensure this field has no more than 4096 characters.'],
    })
  })

  it('accepts the username in any case and Unicode form, with surrounding white space', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { id } = await server.aUser({ username: 'Zoé' })
    for (const username of ['zoé', 'ZOÉ', 'Zoé', '  Zoé\n']) {
      const answer = await client.post(path, { username, password })
      expect(answer.status, username).to.equal(200)
      expect(answer.body).to.include({ user_id: id, username: 'Zoé' })
    }
    expectNoAccount(await client.post(path, { username: 'zoe', password }))
  })

  it('counts characters of a username, not UTF-16 code units, against the maximum length', async () => {
    const server = await aServer({ policy: { username_max_length: 150 } })
    const amy = await server.aUser({ username: '𝐚'.repeat(120) })
    await aClient(server).signIn(amy)
  })

  it('accepts a JSON number as the username', async () => {
    const server = await aServer()
    const { username } = await server.aUser({ username: '12345' })
    const answer = await aClient(server).post(path, { username: 12345, password })
    expect(answer.status).to.equal(200)
    expect(answer.body.username).to.equal(username)
  })

  it('answers the token pair, the user and the device token, and nothing else', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy', firstName: 'Amy', lastName: 'Pond' })
    const answer = await aClient(server).post(path, { username: 'amy', password })
    expect(answer.status).to.equal(200)
    const { access, refresh, device_token, ...user } = answer.body
    expect(user).to.deep.equal({ user_id: amy.id, username: 'amy', first_name: 'Amy', last_name: 'Pond' })
    expect(user.user_id).to.be.a('number')
    for (const token of [access, refresh, device_token]) expect(token.split('.')).to.have.length(3)
    expect(answer.headers.get('cache-control')).to.equal('no-store')
  })

  it('writes last_login only while update_last_login is on', async () => {
    const server = await aServer({ policy: { update_last_login: false } })
    const client = aClient(server)
    const amy = await server.aUser()
    const { access } = await client.signIn(amy)
    expect((await client.get('/api/me/', access)).body.last_login).to.equal(null)
    await server.setPolicy({ update_last_login: true })
    await client.signIn(amy)
    const { last_login } = (await client.get('/api/me/', access)).body
    expect(Date.parse(last_login)).to.equal(server.clock.now())
  })

  it('accepts an imported Django PBKDF2 hash and replaces it with bcrypt at the first sign-in', async () => {
    const server = await aServer()
    const {
      people: { users },
      storage: { userStore, database },
    } = server.composed.parts
    const { id } = await users.importOne(
      {
        username: 'old',
        passwordHash: 'pbkdf2_sha256$1000$salt$3p73piur2zhlOXu+Pn01ErOz5QcdNfiQkRgk/Qif1e4=',
        id: 4711,
      },
      'system',
    )
    expectNoAccount(await aClient(server).post(path, { username: 'old', password: 'guess' }))
    const { user_id } = await aClient(server).signIn({ username: 'old', password: 'imported password' })
    expect([id, user_id]).to.deep.equal([4711, 4711])
    expect((await userStore.find(database, id))?.passwordHash).to.match(/^bcrypt_sha256\$\$2b\$04\$/)
    await aClient(server).signIn({ username: 'old', password: 'imported password' })
  })
})

describe('tokens issued at sign-in', () => {
  it('an access token has the header and claims of RFC 9068 and simplejwt', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy', roles: ['support'] })
    const { access } = await aClient(server).signIn(amy)
    const { kid, ...header } = headerOf(access)
    expect(header).to.deep.equal({ alg: 'ES256', typ: 'at+jwt' })
    expect(kid).to.be.a('string')
    const now = Math.floor(server.clock.now() / 1000)
    const { jti, sid, rev, ...claims } = claimsOf(access)
    expect(claims).to.deep.equal({
      iss: issuer,
      sub: String(amy.id),
      aud: issuer,
      iat: now,
      exp: now + 3_600,
      client_id: 'darvoza',
      scope: 'darvoza:account darvoza:admin',
      auth_time: now,
      token_type: 'access',
      username: 'amy',
      roles: ['support'],
      permissions: [...builtInRoles.support].sort(),
      user_id: String(amy.id),
    })
    expect(jti).to.match(/^[0-9a-f]{32}$/)
    expect(sid).to.match(/^[0-9a-f-]{36}$/)
    expect(rev).to.be.a('number')
  })

  it('the scope follows permissions of this server, not those of other applications', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { users } = server.composed.parts.people
    const amy = await server.aUser()
    const scopeAfter = async (change: () => Promise<void>, pair: Pair) => {
      await change()
      expect((await client.get('/api/me/', pair.access)).body.reason).to.equal('token_stale')
      Object.assign(pair, (await client.refresh(pair.refresh)).body)
      expect((await client.get('/api/me/', pair.access)).status).to.equal(200)
      return claimsOf(pair.access).scope
    }
    const pair = await client.signIn(amy)
    expect(claimsOf(pair.access).scope).to.equal('darvoza:account')
    const give = (permissions: string[]) => () => users.setPermissions(amy.id, permissions, 'system')
    expect(await scopeAfter(give(['orders:write']), pair)).to.equal('darvoza:account')
    expect(await scopeAfter(give(['darvoza:audit:read']), pair)).to.equal('darvoza:account darvoza:admin')
    expect(await scopeAfter(give([]), pair)).to.equal('darvoza:account')
    const roles = (names: string[]) => () => users.setRoles(amy.id, names, 'system')
    expect(await scopeAfter(roles(['auditor']), pair)).to.equal('darvoza:account darvoza:admin')
    await server.composed.parts.people.roles.create('reader', ['darvoza:users:read'], 'system')
    await scopeAfter(roles(['reader']), pair)
    const deleted = () => server.composed.parts.people.roles.remove('reader', 'system')
    expect(await scopeAfter(deleted, pair)).to.equal('darvoza:account')
  })

  it('a refresh token has the claims sid and gen, and the typ rt+jwt', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    const { access, refresh } = await aClient(server).signIn(amy)
    expect(headerOf(refresh)).to.deep.equal({ alg: 'HS256', typ: 'rt+jwt', kid: '1' })
    const now = Math.floor(server.clock.now() / 1000)
    const { jti, ...claims } = claimsOf(refresh)
    expect(claims).to.deep.equal({
      iss: issuer,
      sub: String(amy.id),
      aud: issuer,
      iat: now,
      exp: now + 86_400,
      client_id: 'darvoza',
      sid: claimsOf(access).sid,
      gen: 1,
      token_type: 'refresh',
      username: 'amy',
      user_id: String(amy.id),
    })
    expect(jti).to.be.a('string')
  })

  it('the published keys (JWKS) verify an access token, but no refresh or device token', async () => {
    const server = await aServer()
    const { access, refresh, device_token } = await aClient(server).signIn(await server.aUser())
    const keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`))
    const expected = { issuer, audience: issuer, typ: 'at+jwt', currentDate: new Date(server.clock.now()) }
    await jwtVerify(access, keys, expected)
    for (const token of [refresh, device_token]) {
      const outcome = await jwtVerify(token, keys).then(
        () => 'verified',
        () => 'refused',
      )
      expect(outcome).to.equal('refused')
    }
    const published = (await aClient(server).get('/.well-known/jwks.json')).body.keys
    for (const key of published) expect(key).to.not.have.any.keys('d', 'k', 'p', 'q')
  })

  it('an access token expires no later than its session', async () => {
    const server = await aServer({ policy: { refresh_token_lifetime: 60, session_absolute_lifetime: 90 } })
    const { access, refresh } = await aClient(server).signIn(await server.aUser())
    const now = Math.floor(server.clock.now() / 1000)
    expect(claimsOf(refresh).exp).to.equal(now + 60)
    expect(claimsOf(access).exp).to.equal(now + 90)
  })

  it('an access token with too many permissions for a header has permissions_omitted instead', async () => {
    const server = await aServer()
    const {
      people: { users },
      storage: { userStore, database },
    } = server.composed.parts
    const amy = await server.aUser()
    const passwordHash = (await userStore.find(database, amy.id))!.passwordHash
    const permissions = Array.from({ length: 80 }, (_, number) => `orders:permission-number-${number}`)
    await users.importOne({ username: 'mighty', passwordHash, permissions }, 'system')
    const claims = claimsOf((await aClient(server).signIn({ username: 'mighty', password })).access)
    expect(claims).to.include({ permissions_omitted: true })
    expect(claims).to.not.have.property('permissions')
  })

  it('the policies user_id_claim and audience set the user id claim and the aud', async () => {
    const server = await aServer({ policy: { user_id_claim: 'uid', audience: 'shop' } })
    const client = aClient(server)
    const amy = await server.aUser()
    const { access, refresh } = await client.signIn(amy)
    expect(claimsOf(access))
      .to.include({ uid: String(amy.id), aud: 'shop' })
      .and.not.have.property('user_id')
    expect(claimsOf(refresh)).to.include({ uid: String(amy.id), aud: issuer })
    expect((await client.get('/api/me/', access)).status).to.equal(200)
    expect((await client.refresh(refresh)).status).to.equal(200)
  })

  it('every claim of a token is in registeredClaims, the names that user_id_claim may not have', async () => {
    const server = await aServer()
    const client = aClient(server)
    const names = new Set<string>()
    const permissions = Array.from({ length: 80 }, (_, number) => `orders:permission-number-${number}`)
    for (const user of [{ roles: ['admin'] }, { mustChangePassword: true }, { permissions }]) {
      const { access, refresh } = await client.signIn(await server.aUser(user))
      for (const token of [access, refresh]) for (const name of Object.keys(claimsOf(token))) names.add(name)
    }
    expect([...names]).to.include.members(['must_change_password', 'permissions_omitted', 'gen', 'rev'])
    const reserved: readonly string[] = [...registeredClaims, 'sub', 'user_id']
    expect([...names].filter(name => !reserved.includes(name))).to.deep.equal([])
  })

  it('a user_id_claim named like another claim does not overwrite that claim', async () => {
    const server = await aServer()
    // The policy refuses such a name now; an older stored policy may still have one.
    const {
      storage: { database, revocationStore: revocations },
      revocation: { tail },
    } = server.composed.parts
    await database.transaction(async tx => {
      await tx.write('UPDATE policy_version SET policy = REPLACE(policy, \'"user_id"\', \'"rev"\')')
      await revocations.raiseVersion(tx, 'policy')
    })
    await tail.readNow()
    const client = aClient(server)
    const { access } = await client.signIn(await server.aUser())
    expect(claimsOf(access)).not.to.have.property('user_id')
    expect(claimsOf(access).rev).to.be.a('number')
    expect((await client.get('/api/me/', access)).status).to.equal(200)
  })
})

onEachEngine('a second sign-in', engine => {
  it('with a device token ends the older session on that device, and no other', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const elsewhere = await client.signIn(amy)
    const first = await client.signIn(amy)
    const second = await client.signIn(amy, { device_token: first.device_token })
    expect((await client.refresh(first.refresh)).body).to.deep.include({
      detail: 'Token is blacklisted',
      reason: 'session_ended',
    })
    expect((await client.get('/api/me/', first.access)).status).to.equal(401)
    for (const { access } of [elsewhere, second]) expect((await client.get('/api/me/', access)).status).to.equal(200)
    expect((await client.get('/api/me/devices/', second.access)).body.results).to.have.length(2)
  })

  it('with the same device name ends the older session on that device, and no other', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const first = await client.signIn(amy, { device: 'phone-1' })
    const other = await client.signIn(amy, { device: 'phone-2' })
    const second = await client.signIn(amy, { device: 'phone-1' })
    expect((await client.get('/api/me/', first.access)).status).to.equal(401)
    for (const { access } of [other, second]) expect((await client.get('/api/me/', access)).status).to.equal(200)
    expect((await client.get('/api/me/devices/', second.access)).body.results).to.have.length(2)
  })

  it("with another user's device token or device name creates a new device", async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const ben = await server.aUser()
    const hers = await client.signIn(amy, { device: 'shared' })
    await client.signIn(ben, { device_token: hers.device_token })
    const his = await client.signIn(ben, { device: 'shared' })
    for (const { access } of [hers, his]) expect((await client.get('/api/me/', access)).status).to.equal(200)
    expect((await client.get('/api/me/devices/', hers.access)).body.results).to.have.length(1)
    expect((await client.get('/api/me/devices/', his.access)).body.results).to.have.length(2)
  })

  it('over max_sessions_per_user ends the oldest session or is refused, by at_session_limit', async () => {
    const server = await aServer({ engine, policy: { max_sessions_per_user: 2, at_session_limit: 'end_oldest' } })
    const client = aClient(server)
    const amy = await server.aUser()
    const sessions: Pair[] = []
    for (let count = 0; count < 3; count++) {
      sessions.push(await client.signIn(amy))
      server.clock.advance('1s')
    }
    const statuses = async () =>
      Promise.all(sessions.map(async ({ access }) => (await client.get('/api/me/', access)).status))
    expect(await statuses()).to.deep.equal([401, 200, 200])

    await server.setPolicy({ at_session_limit: 'refuse' })
    const refused = await client.post(path, { username: amy.username, password })
    expect(refused.status).to.equal(403)
    expect(refused.body.code).to.equal('session_limit_reached')
    expect(await statuses()).to.deep.equal([401, 200, 200])
    // The device's own older session makes room for its newer one.
    await client.signIn(amy, { device_token: sessions[2]!.device_token })
    expect(await statuses()).to.deep.equal([401, 200, 401])
  })
})

describe('a device token', () => {
  it('that is invalid or of an ended device is ignored: the sign-in creates a new device', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const first = await client.signIn(amy)
    const second = await client.signIn(amy)
    const lost = (await client.get('/api/me/devices/', second.access)).body.results.find(
      (device: { current: boolean }) => !device.current,
    )
    expect((await client.delete(`/api/me/devices/${lost.id}/`, second.access)).status).to.equal(204)
    for (const device_token of [first.device_token, 'nonsense', second.access, second.refresh, ''])
      await client.signIn(amy, { device_token })
    expect((await client.get('/api/me/', second.access)).status).to.equal(200)
    expect((await client.get('/api/me/devices/', second.access)).body.results).to.have.length(6)
  })
})
