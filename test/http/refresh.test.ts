import { expect } from 'chai'
import { type Answer, aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aForge, changed } from '../support/forge.js'
import { aServer, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const realm = 'Bearer realm="api"'

function expectRefused(answer: Answer, detail: string, reason: string): void {
  expect(answer.status, reason).to.equal(401)
  expect(answer.body).to.deep.equal({ detail, code: 'token_not_valid', reason })
  expect(answer.headers.get('www-authenticate')).to.equal(realm)
}

const incidentsOf = (server: TestServer) => server.composed.parts.storage.database.read('SELECT * FROM incident')

describe('a refresh is refused', () => {
  it('for text that is not a JWT', async () => {
    const client = aClient(await aServer())
    for (const text of ['nonsense', 'a.b.c', '..', `${'a'.repeat(9_000)}.b.c`])
      expectRefused(await client.refresh(text), 'Token is invalid', 'token_malformed')
  })

  it('for an access token or a device token', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access, device_token } = await client.signIn(await server.aUser())
    const before = await snapshotOf(server)
    for (const token of [access, device_token])
      expectRefused(await client.refresh(token), 'Token has wrong type', 'token_type')
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('for a generation, application or session that the token cannot have, and changes nothing', async () => {
    const server = await aServer()
    const client = aClient(server)
    const forge = aForge(server)
    const { refresh } = await client.signIn(await server.aUser())
    const before = await snapshotOf(server)
    for (const changes of [{ gen: 2 }, { client_id: 'shop' }]) {
      const answer = await client.refresh(forge.refresh(changed(refresh, changes)))
      expectRefused(answer, 'Token is invalid', 'token_claims')
    }
    const unknown = forge.refresh(changed(refresh, { sid: 'a0000000-0000-4000-8000-000000000000' }))
    expectRefused(await client.refresh(unknown), 'Token is blacklisted', 'session_ended')
    expect(await snapshotOf(server)).to.equal(before)
    expect((await client.refresh(refresh)).status).to.equal(200)
  })

  it("for a token that names another user than its session's", async () => {
    const server = await aServer()
    const client = aClient(server)
    const ben = await server.aUser()
    const { refresh } = await client.signIn(await server.aUser())
    const answer = await client.refresh(aForge(server).refresh(changed(refresh, { sub: String(ben.id) })))
    expectRefused(answer, 'Token is invalid', 'token_claims')
  })

  it('once the token has expired', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { refresh } = await client.signIn(await server.aUser())
    server.clock.advance('1d')
    expectRefused(await client.refresh(refresh), 'Token is expired', 'token_expired')
  })

  it('once the session has been blacklisted', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { refresh } = await client.signIn(await server.aUser())
    await client.post('/api/token/blacklist/', { refresh })
    expectRefused(await client.refresh(refresh), 'Token is blacklisted', 'session_ended')
  })

  it('for a disabled user, and still after the user is enabled again', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const { refresh } = await client.signIn(amy)
    await server.composed.parts.people.users.disable(amy.id, 'system')
    const answer = await client.refresh(refresh)
    expect(answer.status).to.equal(401)
    expect(answer.body).to.deep.equal({
      detail: 'No active account found for the given token.',
      reason: 'user_inactive',
    })
    expect(answer.headers.get('www-authenticate')).to.equal(realm)
    await server.composed.parts.people.users.enable(amy.id, 'system')
    expectRefused(await client.refresh(refresh), 'Token is blacklisted', 'session_ended')
  })

  it('for a deleted user', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const { refresh } = await client.signIn(amy)
    await server.composed.parts.people.users.remove(amy.id, 'system')
    const answer = await client.refresh(refresh)
    expect(answer.status).to.equal(401)
    expect(answer.body).to.deep.equal({
      detail: 'No active account found for the given token.',
      reason: 'user_unknown',
    })
  })

  it('after a password reset by an administrator', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const { access, refresh } = await client.signIn(amy)
    await server.composed.parts.people.users.setPassword(amy.id, 'another good password', 'system')
    expectRefused(await client.refresh(refresh), 'Token is blacklisted', 'session_ended')
    expect((await client.get('/api/me/', access)).status).to.equal(401)
  })
})

onEachEngine('a rotation of a refresh token', engine => {
  it('answers a new pair of the next generation, with current roles and username', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser({ username: 'amy' })
    const first = await client.signIn(amy)
    server.clock.advance('30m')
    await server.composed.parts.people.users.setRoles(amy.id, ['support'], 'system')
    await server.composed.parts.people.users.rename(amy.id, 'amelia', 'system')
    const answer = await client.refresh(first.refresh)
    expect(answer.status).to.equal(200)
    expect(answer.body).to.have.all.keys('access', 'refresh')
    const now = Math.floor(server.clock.now() / 1000)
    const [before, after] = [claimsOf(first.refresh), claimsOf(answer.body.refresh)]
    expect(after).to.include({ gen: 2, iat: now, exp: now + 86_400, sid: before.sid, username: 'amelia' })
    expect(after.jti).to.not.equal(before.jti)
    const access = claimsOf(answer.body.access)
    expect(access).to.include({ iat: now, exp: now + 3_600, sid: before.sid, username: 'amelia' })
    expect(access.roles).to.deep.equal(['support'])
    expect(access.auth_time).to.equal(claimsOf(first.access).auth_time)
    expect((await client.get('/api/me/', answer.body.access)).status).to.equal(200)
  })

  it('within the grace, answers a spent token with the present refresh token', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const first = await client.signIn(await server.aUser())
    const second = (await client.refresh(first.refresh)).body
    server.clock.advance('4s')
    const third = (await client.refresh(second.refresh)).body
    server.clock.advance('6s')
    for (const spent of [first.refresh, second.refresh]) {
      const again = await client.refresh(spent)
      expect(again.status).to.equal(200)
      expect(again.body.refresh).to.equal(third.refresh)
      expect((await client.get('/api/me/', again.body.access)).status).to.equal(200)
    }
    expect((await client.refresh(third.refresh)).status).to.equal(200)
    expect(await incidentsOf(server)).to.have.length(0)
  })

  it('ends the session if a spent token comes back after the grace, and records one incident', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const elsewhere = await client.signIn(amy)
    const first = await client.signIn(amy)
    const second = (await client.refresh(first.refresh)).body
    server.clock.advance('21s')
    expectRefused(await client.refresh(first.refresh), 'Token is blacklisted', 'token_reused')
    expectRefused(await client.refresh(second.refresh), 'Token is blacklisted', 'session_ended')
    expectRefused(await client.refresh(first.refresh), 'Token is blacklisted', 'session_ended')
    expect((await client.get('/api/me/', second.access)).status).to.equal(401)
    expect((await client.get('/api/me/', elsewhere.access)).status).to.equal(200)
    const incidents = (await incidentsOf(server)) as object[]
    expect(incidents).to.have.length(1)
    expect(incidents[0]).to.include({ presented_generation: 1, present_generation: 2, user_id: amy.id })
  })

  it('happens once for twenty concurrent refreshes, which all get the same successor', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const first = await client.signIn(await server.aUser())
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.refresh(first.refresh)))
    expect(new Set(answers.map(answer => answer.status))).to.deep.equal(new Set([200]))
    const successors = new Set(answers.map(answer => answer.body.refresh))
    expect(successors.size).to.equal(1)
    expect(claimsOf([...successors][0]).gen).to.equal(2)
  })

  it('with a grace of 0 ends the session when a spent token comes back once', async () => {
    const server = await aServer({ engine, policy: { reuse_grace: 0 } })
    const client = aClient(server)
    const first = await client.signIn(await server.aUser())
    const second = (await client.refresh(first.refresh)).body
    expectRefused(await client.refresh(first.refresh), 'Token is blacklisted', 'token_reused')
    expectRefused(await client.refresh(second.refresh), 'Token is blacklisted', 'session_ended')
  })

  it('extends the idle end with each refresh, but never past the absolute end', async () => {
    const policy = { refresh_token_lifetime: 3_600, session_absolute_lifetime: 9_000 }
    const server = await aServer({ engine, policy })
    const client = aClient(server)
    let { refresh } = await client.signIn(await server.aUser())
    const signedInAt = Math.floor(server.clock.now() / 1000)
    for (const end of [3_000 + 3_600, 9_000]) {
      server.clock.advance('50m')
      const answer = await client.refresh(refresh)
      expect(answer.status).to.equal(200)
      refresh = answer.body.refresh
      expect(claimsOf(refresh).exp - signedInAt).to.equal(end)
    }
    server.clock.advance('50m')
    expectRefused(await client.refresh(refresh), 'Token is expired', 'token_expired')
  })

  it('judges sessions by the policy in force, and undoing a shorter lifetime revives them', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const { refresh } = await client.signIn(await server.aUser())
    server.clock.advance('2h')
    const { refresh_token_lifetime, session_absolute_lifetime } = (await server.composed.parts.policies.policies.show())
      .policy
    for (const tightened of [
      { refresh_token_lifetime: 3_600 },
      { refresh_token_lifetime: 3_600, session_absolute_lifetime: 3_600 },
    ]) {
      await server.setPolicy(tightened)
      const before = await snapshotOf(server)
      expectRefused(await client.refresh(refresh), 'Token is expired', 'token_expired')
      expect(await snapshotOf(server)).to.equal(before)
      await server.setPolicy({ refresh_token_lifetime, session_absolute_lifetime })
    }
    expect((await client.refresh(refresh)).status).to.equal(200)
  })
})

onEachEngine('without rotation (rotate_refresh_tokens: false)', engine => {
  it('a refresh answers only an access token, and the refresh token stays valid until its end', async () => {
    const server = await aServer({ engine, policy: { rotate_refresh_tokens: false } })
    const client = aClient(server)
    const { refresh } = await client.signIn(await server.aUser())
    for (let count = 0; count < 3; count++) {
      server.clock.advance('7h')
      const answer = await client.refresh(refresh)
      expect(answer.status).to.equal(200)
      expect(answer.body).to.have.all.keys('access')
      expect((await client.get('/api/me/', answer.body.access)).status).to.equal(200)
    }
    // A refresh does not move the end of the refresh token.
    server.clock.advance('3h')
    expectRefused(await client.refresh(refresh), 'Token is expired', 'token_expired')
  })

  it('a token that was spent while rotation was on is answered with the present refresh token', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const first = await client.signIn(await server.aUser())
    const second = (await client.refresh(first.refresh)).body
    await server.setPolicy({ rotate_refresh_tokens: false })
    const late = await client.refresh(first.refresh)
    expect(late.body.refresh).to.equal(second.refresh)
    expect((await client.refresh(second.refresh)).body).to.have.all.keys('access')
  })
})
