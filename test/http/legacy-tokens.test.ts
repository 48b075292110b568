// Refresh tokens of the former service (Django with simplejwt): each is exchanged once for tokens of this server.
import { expect } from 'chai'
import { type Answer, aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import {
  aLegacyToken,
  aServerAfterDjango,
  cutOverAt,
  legacySecret,
  secondsOf,
  signed,
} from '../support/legacy-tokens.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const realm = 'Bearer realm="api"'
const iat = cutOverAt / 1000 - 600
const another = 'another good password'

function expectRefused(answer: Answer, detail: string, reason: string): void {
  expect([answer.status, answer.body], reason).to.deep.equal([401, { detail, code: 'token_not_valid', reason }])
  expect(answer.headers.get('www-authenticate')).to.equal(realm)
}

function expectNobody(answer: Answer, reason: string): void {
  const detail = 'No active account found for the given token.'
  expect([answer.status, answer.body]).to.deep.equal([401, { detail, reason }])
  expect(answer.headers.get('www-authenticate')).to.equal(realm)
}

const rows = <Row>(server: TestServer, sql: string) => server.composed.parts.storage.database.read<Row>(sql)
const sessionsOf = (server: TestServer, userId: number) =>
  rows<{ id: string; endedReason: string | null; authenticatedAt: number }>(
    server,
    `SELECT id, ended_reason AS endedReason, authenticated_at AS authenticatedAt FROM session WHERE user_id = ${userId}`,
  )
const countOfIncidents = async (server: TestServer) => (await rows(server, 'SELECT id FROM incident')).length

describe('a refresh token of the former service is refused', () => {
  let server: TestServer
  let client: ReturnType<typeof aClient>
  let amy: { id: number; username: string; password: string }
  beforeEach(async () => {
    server = await aServerAfterDjango()
    client = aClient(server)
    amy = await server.aUser()
  })

  /** Expects the same refusal at refresh, verify and blacklist, and an unchanged database. */
  async function expectRefusedEverywhere(token: string, detail: string, reason: string): Promise<void> {
    const before = await snapshotOf(server)
    expectRefused(await client.refresh(token), detail, reason)
    expectRefused(await client.verify(token), detail, reason)
    expectRefused(await client.post('/api/token/blacklist/', { refresh: token }), detail, reason)
    expect(await snapshotOf(server), reason).to.equal(before)
  }

  it('with token_type where no former service is configured', async () => {
    const plain = await aServer()
    const ben = await plain.aUser()
    expectRefused(await aClient(plain).refresh(aLegacyToken(ben.id)), 'Token has wrong type', 'token_type')
  })

  it('when its signature is invalid or its algorithm is not the configured one', async () => {
    const invalid = 'Token is invalid'
    const forged = aLegacyToken(amy.id, {}, { secret: 'a secret that somebody guesses' })
    await expectRefusedEverywhere(forged, invalid, 'token_signature')
    const cut = aLegacyToken(amy.id)
    await expectRefusedEverywhere(`${cut.slice(0, cut.lastIndexOf('.'))}.`, invalid, 'token_signature')
    for (const [alg, hash] of [
      ['HS512', 'sha512'],
      ['RS256', 'sha256'],
    ] as const)
      await expectRefusedEverywhere(aLegacyToken(amy.id, {}, { header: { alg }, hash }), invalid, 'token_algorithm')
    for (const alg of ['none', 'None', 'nOnE'])
      await expectRefusedEverywhere(aLegacyToken(amy.id, {}, { header: { alg } }), invalid, 'token_algorithm')
  })

  it('when it has a crit, cty, zip or b64 header, a repeated claim, or base64 padding', async () => {
    for (const header of [{ crit: ['b64'] }, { cty: 'JWT' }, { zip: 'DEF' }, { b64: false }])
      await expectRefusedEverywhere(aLegacyToken(amy.id, {}, { header }), 'Token is invalid', 'token_malformed')
    const claims = `"exp":${iat + 86_400},"iat":${iat},"jti":"twice","token_type":"refresh","user_id":${amy.id}`
    await expectRefusedEverywhere(signed(`{${claims},"user_id":1}`), 'Token is invalid', 'token_malformed')
    await expectRefusedEverywhere(`${aLegacyToken(amy.id)}=`, 'Token is invalid', 'token_malformed')
  })

  it('when its header has a kid, or a typ other than JWT', async () => {
    for (const header of [{ kid: '1' }, { kid: null }, { typ: 'rt' }, { typ: undefined }])
      await expectRefusedEverywhere(aLegacyToken(amy.id, {}, { header }), 'Token has wrong type', 'token_type')
    const dressed = aLegacyToken(amy.id, {}, { header: { typ: 'rt+jwt', kid: '1' } })
    await expectRefusedEverywhere(dressed, 'Token is invalid', 'token_signature')
  })

  it('when its token_type is not refresh; /api/me/ accepts no token of that service', async () => {
    for (const token_type of ['access', 'sliding', 'Refresh', '', null, ['refresh']])
      await expectRefusedEverywhere(aLegacyToken(amy.id, { token_type }), 'Token has wrong type', 'token_type')
    const access = aLegacyToken(amy.id, { token_type: 'access' })
    expect((await client.get('/api/me/', access)).status).to.equal(401)
    expect((await client.get('/api/me/', aLegacyToken(amy.id))).status).to.equal(401)
  })

  it('when a claim is missing or has an invalid value (token_claims)', async () => {
    const hostile: object[] = [
      { exp: undefined },
      { exp: null },
      { exp: [] },
      { exp: '9999999999' },
      { exp: 1e300 },
      { exp: 1e14 },
      { exp: iat - 1 },
      { exp: iat + 0.5 },
      { iat: undefined },
      { iat: -1 },
      { iat: 'now' },
      { jti: undefined },
      { jti: '' },
      { jti: 7 },
      { jti: 'x'.repeat(256) },
      { token_type: undefined },
      { user_id: undefined },
      { user_id: true },
      { user_id: 1.5 },
      { user_id: -1 },
      { user_id: 0 },
      { user_id: '01' },
      { user_id: '1 OR 1=1' },
      { user_id: 'b1c5e2f0-0000-4000-8000-000000000000' },
      { user_id: 2 ** 53 },
      { nbf: 'soon' },
    ]
    for (const claims of hostile)
      await expectRefusedEverywhere(aLegacyToken(amy.id, { ...claims }), 'Token is invalid', 'token_claims')
    const endless = `{"token_type":"refresh","exp":1e400,"iat":${iat},"jti":"endless","user_id":${amy.id}}`
    await expectRefusedEverywhere(signed(endless), 'Token is invalid', 'token_claims')
  })

  it('when its iat is after the cut-over (legacy_token_after_cut_over)', async () => {
    const late = (at: number) => aLegacyToken(amy.id, { iat: at, exp: at + 86_400 })
    const reason = 'legacy_token_after_cut_over'
    await expectRefusedEverywhere(late(cutOverAt / 1000 + 1), 'Token is invalid', reason)
    await expectRefusedEverywhere(late(secondsOf(server.clock) + 9_999), 'Token is invalid', reason)
    expect((await client.verify(late(cutOverAt / 1000))).status).to.equal(200)
  })

  it('when it has expired (exp) or is not valid yet (nbf)', async () => {
    const over = aLegacyToken(amy.id, { iat: iat - 86_400, exp: secondsOf(server.clock) })
    await expectRefusedEverywhere(over, 'Token is expired', 'token_expired')
    const early = aLegacyToken(amy.id, { nbf: secondsOf(server.clock) + 60 })
    await expectRefusedEverywhere(early, 'Token is invalid', 'token_not_yet_valid')
  })

  it('when its user is unknown, deleted or disabled', async () => {
    const [ben, cid] = [await server.aUser(), await server.aUser()]
    const { users } = server.composed.parts.people
    await users.disable(ben.id, 'system')
    await users.remove(cid.id, 'system')
    const before = await snapshotOf(server)
    for (const [id, reason] of [
      [999_999, 'user_unknown'],
      [cid.id, 'user_unknown'],
      [ben.id, 'user_inactive'],
    ] as const) {
      expectNobody(await client.refresh(aLegacyToken(id)), reason)
      expectNobody(await client.verify(aLegacyToken(id)), reason)
    }
    expect(await snapshotOf(server)).to.equal(before)
    await users.enable(ben.id, 'system')
    expectRefused(await client.refresh(aLegacyToken(ben.id)), 'Token is blacklisted', 'session_ended')
  })

  it('when its user id belongs to a user created here or imported with a new id', async () => {
    const { users, userImport } = server.composed.parts.people
    const made = await users.create({ username: 'made.here', password: null }, 'system')
    const [given, kept] = await userImport.begin('system', { dryRun: false }).addUsers([
      { username: 'given.id', createdAt: 1 },
      { username: 'kept.id', id: 5_000 },
    ])
    const strangers = [made.id, (given as { id: number }).id]
    const before = await snapshotOf(server)
    for (const id of strangers) {
      expectNobody(await client.verify(aLegacyToken(id)), 'user_unknown')
      expectNobody(await client.refresh(aLegacyToken(id)), 'user_unknown')
    }
    expect(await snapshotOf(server)).to.equal(before)
    expect(kept).to.deep.equal({ outcome: 'imported', id: 5_000 })
    expect((await client.verify(aLegacyToken(5_000))).status).to.equal(200)
    expect((await client.refresh(aLegacyToken(5_000))).status).to.equal(200)
  })

  it('when its user was created here, not imported, also once the audit log is truncated', async () => {
    const { people, storage } = server.composed.parts
    const made = await people.users.create({ username: 'made.here', password: null }, 'system')
    const from = { username: 'from.there', id: 6_000, createdAt: server.clock.now() - 86_400_000 }
    await people.userImport.begin('system', { dryRun: false }).addUsers([from])
    const { seq } = await storage.auditStore.head(storage.database)
    await storage.database.transaction(tx => storage.auditStore.dropUpTo(tx, seq))
    expectNobody(await client.refresh(aLegacyToken(made.id)), 'user_unknown')
    expect((await client.refresh(aLegacyToken(6_000))).status).to.equal(200)
  })

  it('when its user was imported as disabled, also after being enabled here', async () => {
    const { users } = server.composed.parts.people
    const { id } = await users.importOne({ username: 'left', active: false }, 'system')
    const token = aLegacyToken(id)
    expectNobody(await client.refresh(token), 'user_inactive')
    await users.enable(id, 'system')
    expectRefused(await client.refresh(token), 'Token is blacklisted', 'session_ended')
    await users.setPassword(id, another, 'system')
    const { access } = await client.signIn({ username: 'left', password: another })
    expect((await client.get('/api/me/', access)).status).to.equal(200)
  })

  it('after a password change, or an end of all sessions, of its user', async () => {
    const { people, devices } = server.composed.parts
    const ends: ((id: number) => Promise<unknown>)[] = [
      id => people.users.setPassword(id, another, 'system'),
      id => devices.sessions.endAll(id, 'system'),
      async id => {
        const user = await people.users.require(id)
        const { access } = await client.signIn({ username: user.username, password })
        const body = { old_password: password, new_password: another }
        expect((await client.post('/api/me/password/', body, access)).status).to.equal(204)
      },
    ]
    for (const end of ends) {
      const { id } = await server.aUser()
      const token = aLegacyToken(id)
      await end(id)
      expectRefused(await client.verify(token), 'Token is blacklisted', 'session_ended')
      expectRefused(await client.refresh(token), 'Token is blacklisted', 'session_ended')
    }
  })

  it('with session_limit_reached at the session limit of its user, and can be exchanged later', async () => {
    await server.setPolicy({ max_sessions_per_user: 1, at_session_limit: 'refuse' })
    const ben = await server.aUser()
    await client.signIn(ben)
    const token = aLegacyToken(ben.id)
    const answer = await client.refresh(token)
    expect([answer.status, answer.body.code]).to.deep.equal([403, 'session_limit_reached'])
    await server.setPolicy({ max_sessions_per_user: 2 })
    expect((await client.refresh(token)).status).to.equal(200)
  })

  it('when its iss or aud differs from LEGACY_JWT_ISSUER or LEGACY_JWT_AUDIENCE', async () => {
    const legacy = { LEGACY_JWT_ISSUER: 'https://old.example', LEGACY_JWT_AUDIENCE: 'shop' }
    const strict = await aServerAfterDjango({ legacy })
    const ben = await strict.aUser()
    const right = { iss: 'https://old.example', aud: 'shop' }
    const to = aClient(strict)
    for (const iss of [undefined, 'https://new.example', ['https://old.example']])
      expectRefused(await to.refresh(aLegacyToken(ben.id, { ...right, iss })), 'Token is invalid', 'token_issuer')
    for (const aud of [undefined, 'blog', ['blog'], {}])
      expectRefused(await to.refresh(aLegacyToken(ben.id, { ...right, aud })), 'Token is invalid', 'token_audience')
    for (const aud of ['shop', ['blog', 'shop']])
      expect((await to.refresh(aLegacyToken(ben.id, { ...right, aud }))).status).to.equal(200)
  })

  it('once LEGACY_JWT_ACCEPT_FOR has passed since the cut-over', async () => {
    const closing = await aServerAfterDjango({ legacy: { LEGACY_JWT_ACCEPT_FOR: '2h' } })
    const ben = await closing.aUser()
    const [first, second] = [aLegacyToken(ben.id), aLegacyToken(ben.id)]
    const to = aClient(closing)
    expect((await to.refresh(first)).status).to.equal(200)
    closing.clock.advance('1h')
    for (const token of [first, second])
      expectRefused(await to.refresh(token), 'Token is expired', 'legacy_tokens_closed')
  })

  it('after the sessions of all users were ended', async () => {
    const ended = await aServerAfterDjango()
    const ben = await ended.aUser()
    await ended.composed.parts.logs.revocationLog.add({ kind: 'all', subject: '', effect: 'end', why: '' }, 'system')
    expectRefused(await aClient(ended).refresh(aLegacyToken(ben.id)), 'Token is blacklisted', 'session_ended')
    expectRefused(await aClient(ended).verify(aLegacyToken(ben.id)), 'Token is blacklisted', 'session_ended')
  })
})

onEachEngine('a refresh token of the former service', engine => {
  it('is exchanged for a session on a new device, whose auth_time is the iat of the token', async () => {
    const server = await aServerAfterDjango({ engine })
    const amy = await server.aUser({ username: 'amy', roles: ['support'], permissions: ['darvoza:users:write'] })
    const client = aClient(server, 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0')
    const token = aLegacyToken(String(amy.id))
    expect((await client.verify(token)).body).to.deep.equal({})
    const answer = await client.refresh(token)
    expect(answer.status).to.equal(200)
    expect(Object.keys(answer.body).sort()).to.deep.equal(['access', 'refresh'])
    const access = claimsOf(answer.body.access)
    expect(access).to.deep.include({ sub: String(amy.id), user_id: String(amy.id), username: 'amy', auth_time: iat })
    expect(access.roles).to.deep.equal(['support'])
    const me = await client.get('/api/me/', answer.body.access)
    expect(me.body.username).to.equal('amy')
    const { results } = (await client.get('/api/me/devices/', answer.body.access)).body
    expect(results.map((one: { name: string }) => one.name)).to.deep.equal(['Firefox · Linux'])
    // A deletion, which she may do, needs a recent sign-in.
    const ben = `/api/admin/users/${(await server.aUser()).id}/`
    const late = await client.delete(ben, answer.body.access)
    expect([late.status, late.body.code]).to.deep.equal([401, 'insufficient_user_authentication'])
    expect((await client.delete(ben, (await client.signIn(amy)).access)).status).to.equal(204)
    // The new refresh token can be refreshed.
    expect((await client.refresh(answer.body.refresh)).status).to.equal(200)
    const [entry] = await rows<{ action: string; subject: string }>(
      server,
      "SELECT action, subject FROM audit_entry WHERE action = 'legacy_token_exchanged'",
    )
    expect(entry).to.deep.equal({ action: 'legacy_token_exchanged', subject: String(amy.id) })
  })

  it('issued just now is no recent sign-in: a deletion gets 401 insufficient_user_authentication', async () => {
    const server = await aServerAfterDjango({ engine, legacy: { LEGACY_JWT_CUT_OVER: '2026-01-05T09:00:00Z' } })
    const amy = await server.aUser({ roles: ['admin'] })
    const now = secondsOf(server.clock)
    const { access } = (await aClient(server).refresh(aLegacyToken(amy.id, { iat: now, exp: now + 60 }))).body
    expect(claimsOf(access).auth_time).to.be.at.most(now - 300)
    const answer = await aClient(server).delete('/api/admin/users/1/', access)
    expect([answer.status, answer.body.code]).to.deep.equal([401, 'insufficient_user_authentication'])
  })

  it('is exchanged once: 50 concurrent requests get one session, one device and one refresh token', async () => {
    const one = await aServerAfterDjango({ engine })
    const two = engine.name === 'MariaDB' ? await aServer({ settings: one.settings, clock: one.clock }) : one
    const amy = await one.aUser()
    const token = aLegacyToken(amy.id)
    const clients = [aClient(one, 'one/1'), aClient(two, 'two/1')]
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => clients[at % 2]!.refresh(token)))
    expect(answers.map(answer => answer.status)).to.deep.equal(Array(50).fill(200))
    expect(new Set(answers.map(answer => answer.body.refresh)).size).to.equal(1)
    expect(await sessionsOf(one, amy.id)).to.have.length(1)
    expect(await rows(one, `SELECT id FROM device WHERE user_id = ${amy.id}`)).to.have.length(1)
    const taken = await rows(one, "SELECT seq FROM audit_entry WHERE action = 'legacy_token_exchanged'")
    expect(taken).to.have.length(1)
  })

  it('sent again within the reuse grace is answered with the current refresh token of its session', async () => {
    const server = await aServerAfterDjango({ engine })
    const amy = await server.aUser()
    const client = aClient(server)
    const token = aLegacyToken(amy.id)
    const first = (await client.refresh(token)).body
    server.clock.advance('4s')
    const second = (await client.refresh(first.refresh)).body
    server.clock.advance('4s')
    expect((await client.verify(token)).status).to.equal(200)
    expect((await client.refresh(token)).body.refresh).to.equal(second.refresh)
    expect(await sessionsOf(server, amy.id)).to.have.length(1)
    expect(await countOfIncidents(server)).to.equal(0)
  })

  it('sent again after the reuse grace ends its session and records an incident', async () => {
    const server = await aServerAfterDjango({ engine })
    const amy = await server.aUser()
    const client = aClient(server)
    const token = aLegacyToken(amy.id)
    const { refresh, access } = (await client.refresh(token)).body
    server.clock.advance('25s')
    expectRefused(await client.verify(token), 'Token is blacklisted', 'token_revoked')
    expect((await client.get('/api/me/', access)).status, 'verify ends nothing').to.equal(200)
    expectRefused(await client.refresh(token), 'Token is blacklisted', 'token_reused')
    expectRefused(await client.refresh(token), 'Token is blacklisted', 'session_ended')
    expectRefused(await client.refresh(refresh), 'Token is blacklisted', 'session_ended')
    expect((await client.get('/api/me/', access)).status).to.equal(401)
    expect((await sessionsOf(server, amy.id)).map(one => one.endedReason)).to.deep.equal(['refresh_token_reused'])
    expect(await countOfIncidents(server)).to.equal(1)
  })

  it('stays usable with rotate_refresh_tokens off until its session expires', async () => {
    const server = await aServerAfterDjango({ engine, policy: { rotate_refresh_tokens: false } })
    const amy = await server.aUser()
    const client = aClient(server)
    const token = aLegacyToken(amy.id, { exp: iat + 10 * 86_400 })
    for (let time = 1; time <= 3; time++) {
      const answer = await client.refresh(token)
      expect(Object.keys(answer.body), `time ${time}`).to.deep.equal(['access'])
      expect((await client.get('/api/me/', answer.body.access)).status).to.equal(200)
      expect((await client.verify(token)).status).to.equal(200)
      server.clock.advance('7h')
    }
    expect(await sessionsOf(server, amy.id)).to.have.length(1)
    server.clock.advance('7h')
    expectRefused(await client.refresh(token), 'Token is expired', 'token_expired')
  })

  it('rotates once rotation is switched on, and is then refused as token_reused after the grace', async () => {
    const server = await aServerAfterDjango({ engine, policy: { rotate_refresh_tokens: false } })
    const amy = await server.aUser()
    const client = aClient(server)
    const token = aLegacyToken(amy.id)
    await client.refresh(token)
    await server.setPolicy({ rotate_refresh_tokens: true })
    const { refresh } = (await client.refresh(token)).body
    expect((await client.refresh(refresh)).status).to.equal(200)
    server.clock.advance('25s')
    expectRefused(await client.refresh(token), 'Token is blacklisted', 'token_reused')
  })

  it('revoked at /api/token/blacklist/ before its exchange is refused with token_revoked', async () => {
    const server = await aServerAfterDjango({ engine })
    const amy = await server.aUser()
    const client = aClient(server)
    const token = aLegacyToken(amy.id)
    const giveBack = () => client.post('/api/token/blacklist/', { refresh: token })
    const answer = await giveBack()
    expect([answer.status, answer.body]).to.deep.equal([200, {}])
    for (const again of [await client.refresh(token), await client.verify(token), await giveBack()])
      expectRefused(again, 'Token is blacklisted', 'token_revoked')
    expect(await sessionsOf(server, amy.id)).to.have.length(0)
  })

  it('revoked after its exchange ends the session it was exchanged for', async () => {
    const server = await aServerAfterDjango({ engine })
    const amy = await server.aUser()
    const client = aClient(server)
    const token = aLegacyToken(amy.id)
    const { access } = (await client.refresh(token)).body
    server.clock.advance('1h')
    expect((await client.post('/api/token/blacklist/', { refresh: token })).status).to.equal(200)
    expect((await client.get('/api/me/', access)).status).to.equal(401)
    expectRefused(await client.refresh(token), 'Token is blacklisted', 'session_ended')
    const again = await client.post('/api/token/blacklist/', { refresh: token })
    expectRefused(again, 'Token is blacklisted', 'session_ended')
  })

  it('revoked during its exchange leaves no live session and no valid access token', async () => {
    const server = await aServerAfterDjango({ engine })
    const client = aClient(server)
    for (let round = 0; round < 8; round++) {
      const amy = await server.aUser()
      const token = aLegacyToken(amy.id)
      const [exchanged, back] = await Promise.all([
        client.refresh(token),
        client.post('/api/token/blacklist/', { refresh: token }),
      ])
      expect(back.status).to.equal(200)
      if (exchanged.status === 200)
        expect((await client.get('/api/me/', exchanged.body.access)).status, 'access').to.equal(401)
      expect((await client.refresh(token)).status).to.equal(401)
      expect((await sessionsOf(server, amy.id)).every(one => one.endedReason === 'sign_out')).to.equal(true)
    }
  })

  it('exchanged during a password reset gives no token pair that can be refreshed', async () => {
    const server = await aServerAfterDjango({ engine })
    const client = aClient(server)
    for (let round = 0; round < 8; round++) {
      const amy = await server.aUser()
      const token = aLegacyToken(amy.id)
      const [exchanged] = await Promise.all([
        client.refresh(token),
        server.composed.parts.people.users.setPassword(amy.id, another, 'system'),
      ])
      if (exchanged.status === 200) expect((await client.refresh(exchanged.body.refresh)).status).to.equal(401)
      expect((await client.refresh(token)).status).to.equal(401)
    }
  })

  it('of another user with an already exchanged jti is refused with token_claims', async () => {
    const server = await aServerAfterDjango({ engine })
    const [amy, ben] = [await server.aUser(), await server.aUser()]
    const client = aClient(server)
    expect((await client.refresh(aLegacyToken(amy.id, { jti: 'same' }))).status).to.equal(200)
    expectRefused(await client.refresh(aLegacyToken(ben.id, { jti: 'same' })), 'Token is invalid', 'token_claims')
    expect(await sessionsOf(server, ben.id)).to.have.length(0)
  })

  it('is still known as exchanged after a restart; its row is deleted once it has expired', async () => {
    const server = await aServerAfterDjango({ engine })
    const amy = await server.aUser()
    const token = aLegacyToken(amy.id)
    const first = (await aClient(server).refresh(token)).body
    await server.close()
    const next = await aServer({ settings: server.settings, clock: server.clock, policy: null })
    expect((await aClient(next).refresh(token)).body.refresh).to.equal(first.refresh)
    await next.composed.jobs.runAll()
    expect(await rows(next, 'SELECT hash FROM legacy_token')).to.have.length(1)
    next.clock.advance('3d')
    await next.composed.jobs.runAll()
    expect(await rows(next, 'SELECT hash FROM legacy_token')).to.have.length(0)
    expect((await aClient(next).refresh(token)).body.reason).to.equal('token_expired')
  })
})

describe('the signing secret of the former service', () => {
  it('appears in no log line, answer or table row, nor does the jti of a token', async () => {
    const server = await aServerAfterDjango()
    const amy = await server.aUser()
    const client = aClient(server)
    const token = aLegacyToken(amy.id)
    const answers = [await client.refresh(token), await client.refresh('a.b.c'), await client.verify(token)]
    const told = [...server.logged, ...answers.map(one => one.text), JSON.stringify(await snapshotOf(server))].join(
      '\n',
    )
    expect(told).to.not.contain(legacySecret)
    expect(told).to.not.contain(claimsOf(token).jti)
  })
})
