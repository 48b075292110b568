// Revocation of compromised keys: what they sign is refused from the answer on; only the refresh key ends sessions.
import { expect } from 'chai'
import { macInput, signInput } from '../../server/protocol/algorithms.js'
import { aClient, type Client, claimsOf } from '../support/client.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'
import { aForge, changed, headerOf } from '../support/forge.js'
import { accessKeys, aKeyHolder, later, publishedKids } from '../support/keys.js'
import { aServer, closeServers, settle, type TestServer } from '../support/server.js'

const reasonOf = async (client: Client, token: string) => (await client.verify(token)).body.reason ?? null

/** @returns a function that signs any claims with the present signing key, also after that key is revoked */
function aThief({ composed }: TestServer) {
  const { kid, algorithm, privateKey } = composed.parts.tokens.signingKeys.active()
  return (claims: object) => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const input = `${encode({ alg: algorithm, typ: 'at+jwt', kid })}.${encode(claims)}`
    return `${input}.${signInput(algorithm, privateKey, input).toString('base64url')}`
  }
}

/** Stops a server from reading the log by itself; for the next second it counts as fresh. */
async function deafen(server: TestServer): Promise<void> {
  await settle(server.composed)
  server.composed.parts.revocation.tail.stop()
}

onEachEngine('revoked signing key', engine => {
  it('signs no token that is accepted, also after a restart and after the end of its log entry', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const thief = aThief(server)
    const admin = await aKeyHolder(server)
    const { access } = await client.signIn(await server.aUser())
    const { kid } = headerOf(access)
    const forged = () => {
      const iat = Math.floor(server.clock.now() / 1000)
      return thief(
        changed(access, {
          iat,
          exp: iat + 600,
          rev: server.composed.parts.revocation.tail.position,
          jti: 'mine',
          roles: ['admin'],
        }),
      )
    }
    expect(await reasonOf(client, forged())).to.equal(null)
    const { status, body } = await admin.revoke(kid)
    expect(status).to.equal(200)
    expect(body.key).to.include({ kid, state: 'gone', removable_at: null })
    expect(body.successor.key).to.include({ state: 'active' })
    expect(body.successor.unknown_for).to.equal(300)
    const refused = async (at: Client) => {
      for (const token of [access, forged(), `${forged().slice(0, -20)}${'A'.repeat(20)}`])
        expect(await reasonOf(at, token)).to.equal('token_key_revoked')
      expect(await publishedKids(at)).to.not.include(kid)
    }
    await refused(client)
    const used = await client.get('/api/me/', forged())
    expect(used.status).to.equal(401)
    expect(used.body).to.include({ code: 'token_not_valid', reason: 'token_key_revoked' })

    const { settings, clock } = server
    await closeServers()
    const restarted = await aServer({ settings, clock })
    await refused(aClient(restarted))
    // The entry of the revocation log has been deleted by then.
    clock.advance('500d')
    await restarted.composed.jobs.runAll()
    await settle(restarted.composed)
    const entries = await restarted.composed.parts.storage.database.read(
      "SELECT seq FROM revocation WHERE kind = 'key'",
    )
    expect(entries).to.deep.equal([])
    await refused(aClient(restarted))
  })

  it('ends no session: a refresh returns a valid access token at once, and again later', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const admin = await aKeyHolder(server)
    const pair = await client.signIn(await server.aUser())
    await admin.revoke(headerOf(pair.access).kid)
    const first = await client.refresh(pair.refresh)
    expect(first.status).to.equal(200)
    expect(await reasonOf(client, first.body.access)).to.equal(null)
    server.clock.advance('2h')
    const second = await client.refresh(first.body.refresh)
    expect(await reasonOf(client, second.body.access)).to.equal(null)
  })

  it('is succeeded by the pending key if there is one', async () => {
    const server = await aServer({ engine })
    const admin = await aKeyHolder(server)
    server.clock.advance('1m')
    const { kid: pending } = (await admin.rotate()).body.key
    server.clock.advance('20m')
    const { successor } = (await admin.revoke(headerOf(admin.access).kid)).body
    // Published long enough for all verifiers to know it.
    expect([successor.key.kid, successor.key.state, successor.unknown_for]).to.deep.equal([pending, 'active', 0])
    expect(server.composed.parts.tokens.signingKeys.active().kid).to.equal(pending)
  })

  it('has no successor if it was pending or retiring; revoked again it writes no log entry', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    let admin = await aKeyHolder(server)
    const first = headerOf(admin.access).kid
    const old = admin.access
    server.clock.advance('1m')
    await admin.rotate({ now: true })
    server.clock.advance('1m')
    const { kid: pending } = (await admin.rotate()).body.key
    const { kid: active } = (await admin.keys()).find(key => key.state === 'active')
    for (const kid of [pending, first]) {
      const { body } = await admin.revoke(kid)
      expect([body.key.state, body.successor]).to.deep.equal(['gone', null])
      // The token of the administrator is signed with the first key.
      admin = await aKeyHolder(server)
    }
    expect(await reasonOf(client, old)).to.equal('token_key_revoked')
    expect(await publishedKids(client)).to.deep.equal([active])
    expect(server.composed.parts.tokens.signingKeys.active().kid).to.equal(active)
    // A second revocation gets the same answer and writes nothing.
    const seq = async () =>
      (await server.composed.parts.storage.revocationStore.head(server.composed.parts.storage.database)).seq
    const before = await seq()
    const again = await admin.revoke(first)
    expect([again.status, again.body.successor]).to.deep.equal([200, null])
    expect(await seq()).to.equal(before)
  })

  it('is succeeded at once by a key of the old algorithm during a change of algorithm', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const pair = await client.signIn(await server.aUser())
    await server.setPolicy({ access_token_algorithm: 'EdDSA' })
    const { key, successor } = await server.composed.parts.keys.keyRing.revoke(headerOf(pair.access).kid, 'system')
    expect([key.state, successor?.key.algorithm, successor?.key.state]).to.deep.equal(['gone', 'ES256', 'active'])
    const { kid } = headerOf((await client.refresh(pair.refresh)).body.access)
    expect(kid).to.equal(successor?.key.kid)
  })

  it('has one successor and one log entry if revoked twice concurrently', async () => {
    const server = await aServer({ engine })
    const {
      keys: { keyRing },
      storage: { database },
    } = server.composed.parts
    const { kid } = server.composed.parts.tokens.signingKeys.active()
    const both = await Promise.allSettled([keyRing.revoke(kid, 'system'), keyRing.revoke(kid, 'system')])
    expect(both.map(one => one.status)).to.deep.equal(['fulfilled', 'fulfilled'])
    expect((await accessKeys(server)).map(key => key.state).sort()).to.deep.equal(['active', 'gone'])
    expect(await database.read("SELECT seq FROM revocation WHERE kind = 'key'")).to.have.length(1)
  })
})

onEachEngine('revocation of the refresh key or device key', engine => {
  it('refresh key: ends every session, and refuses tokens forged with it for new sessions', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const admin = await aKeyHolder(server)
    const amy = await server.aUser()
    const pair = await client.signIn(amy)
    const stolen = server.composed.parts.tokens.secrets.present('refresh')
    const { status, body } = await admin.revoke('refresh')
    expect([status, body]).to.deep.equal([200, { secret: 'refresh', version: 2 }])
    expect((await client.refresh(pair.refresh)).body.reason).to.equal('token_key_revoked')
    expect(await reasonOf(client, pair.refresh)).to.equal('token_key_revoked')
    expect(await reasonOf(client, pair.access)).to.equal('session_ended')
    expect((await client.post('/api/token/blacklist/', { refresh: pair.refresh })).status).to.equal(401)

    const fresh = await client.signIn(amy)
    const forge = aForge(server)
    const header = { alg: 'HS256', typ: 'rt+jwt', kid: String(stolen.version) }
    const sign = (input: string) => macInput(stolen.secret, input)
    const forged = forge.compact(header, claimsOf(fresh.refresh), sign)
    expect((await client.refresh(forged)).body.reason).to.equal('token_key_revoked')
    // With the kid of the new key the old secret gives a wrong signature.
    const renamed = forge.compact({ ...header, kid: '2' }, claimsOf(fresh.refresh), sign)
    expect((await client.refresh(renamed)).body.reason).to.equal('token_signature')
    for (const kid of ['0', '-1', '02', '1.0', '999999999', '3']) {
      const unknown = forge.compact({ ...header, kid }, claimsOf(fresh.refresh), sign)
      expect((await client.refresh(unknown)).body.reason, kid).to.equal('token_key_unknown')
    }
    // The forged tokens cause no incident: the session is live, and its own token valid.
    const refreshed = await client.refresh(fresh.refresh)
    expect(refreshed.status).to.equal(200)
    expect(headerOf(refreshed.body.refresh).kid).to.equal('2')
    const rows = await server.composed.parts.storage.database.read(
      "SELECT version FROM sealed_secret WHERE purpose = 'refresh'",
    )
    expect(rows).to.deep.equal([{ version: 2 }])
  })

  it('device key: earlier device tokens are no longer recognized, and no session ends', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const admin = await aKeyHolder(server)
    const amy = await server.aUser()
    const first = await client.signIn(amy)
    const deviceOf = async (access: string) => {
      const { body } = await client.get('/api/me/devices/', access)
      return body.results.find((device: { current: boolean }) => device.current).id
    }
    const known = await client.signIn(amy, { device_token: first.device_token })
    const id = await deviceOf(known.access)
    expect((await admin.revoke('device')).body).to.deep.equal({ secret: 'device', version: 2 })
    for (const token of [admin.access, known.access, known.refresh])
      expect(await reasonOf(client, token)).to.equal(null)
    const stranger = await client.signIn(amy, { device_token: known.device_token })
    const strangerId = await deviceOf(stranger.access)
    expect(strangerId).to.not.equal(id)
    const again = await client.signIn(amy, { device_token: stranger.device_token })
    expect(await deviceOf(again.access)).to.equal(strangerId)
    expect(headerOf(again.device_token).kid).to.equal('2')
  })
})

onMariaDb('server that has not read a key change yet', engine => {
  async function two() {
    const here = await aServer({ engine })
    const there = await aServer({ settings: here.settings, clock: here.clock })
    return { here, there, atHere: aClient(here), atThere: aClient(there), admin: await aKeyHolder(here) }
  }

  it('accepts a token signed with a key that was activated a moment ago', async () => {
    const { here, there, atHere, atThere, admin } = await two()
    const amy = await here.aUser()
    await deafen(there)
    await admin.rotate({ now: true })
    const { access } = await atHere.signIn(amy)
    expect((await atThere.get('/api/me/', access)).status).to.equal(200)
  })

  it('publishes a new key after two seconds; while the database is silent its JWKS has no-cache', async () => {
    const { here, there, atThere, admin } = await two()
    await deafen(there)
    const { kid } = (await admin.rotate()).body.key
    expect(await publishedKids(atThere)).to.not.include(kid)
    here.clock.advance('2s')
    expect(await publishedKids(atThere)).to.include(kid)

    // The database is silent: the known keys are served, but not to be cached.
    there.composed.parts.revocation.tail.readIfOld = () => Promise.reject(new Error('silent'))
    here.clock.advance('2s')
    const { status, headers, body } = await atThere.get('/.well-known/jwks.json')
    expect([status, headers.get('cache-control')]).to.deep.equal([200, 'no-cache'])
    expect(body.keys).to.have.length(3)
  })

  it('shares database reads among tokens with 200 unknown kids, and reads none for malformed kids', async () => {
    const { here, there, atThere, admin } = await two()
    const forge = aForge(here)
    const claims = claimsOf(admin.access)
    const { tail } = there.composed.parts.revocation
    let reads = 0
    const readNow = tail.readNow
    tail.readNow = () => {
      reads++
      return readNow()
    }
    for (const kid of ['', 'short', 'x'.repeat(44), `${'x'.repeat(42)}=`, 7, null, ['x']]) {
      expect(await reasonOf(atThere, forge.access(claims, { kid }))).to.equal('token_key_unknown')
    }
    for (const kid of ['10', '123456789']) {
      expect(await reasonOf(atThere, forge.refresh(claims, { kid }))).to.equal('token_key_unknown')
    }
    expect(reads).to.equal(0)
    const startedAt = performance.now()
    const reasons = await Promise.all(
      Array.from({ length: 200 }, (_, at) =>
        reasonOf(atThere, forge.access(claims, { kid: `k${at}`.padEnd(43, 'x') })),
      ),
    )
    expect(new Set(reasons)).to.deep.equal(new Set(['token_key_unknown']))
    expect(reads).to.be.within(1, 2 + (performance.now() - startedAt) / 50)
  })

  it('does not read the log for a token of a revoked key', async () => {
    const { here, there, atThere, admin } = await two()
    const old = admin.access
    await admin.revoke(headerOf(old).kid)
    await settle(there.composed)
    const { tail } = there.composed.parts.revocation
    tail.readNow = () => Promise.reject(new Error('a read that nobody needs'))
    for (let again = 0; again < 3; again++) expect(await reasonOf(atThere, old)).to.equal('token_key_revoked')
    expect(here.logged.filter(line => line.includes('nobody needs'))).to.deep.equal([])
  })

  it('issues no access token signed with a key that another server has revoked', async () => {
    const { here, there, atHere, atThere, admin } = await two()
    const amy = await here.aUser()
    const bob = await here.aUser()
    const pair = await atHere.signIn(amy)
    await deafen(there)
    await admin.revoke(headerOf(pair.access).kid)
    const refreshed = await atThere.refresh(pair.refresh)
    expect(await reasonOf(atHere, refreshed.body.access)).to.equal(null)
    await deafen(there)
    await here.composed.parts.keys.keyRing.revoke(headerOf(refreshed.body.access).kid, 'system')
    const signedIn = await atThere.signIn(bob)
    expect(await reasonOf(atHere, signedIn.access)).to.equal(null)
  })

  it('signs in with the new refresh and device keys after another server has revoked the old ones', async () => {
    const { here, there, atHere, atThere } = await two()
    const amy = await here.aUser()
    await deafen(there)
    await here.composed.parts.keys.sealedSecrets.revoke('refresh', 'system')
    const pair = await atThere.signIn(amy)
    expect(headerOf(pair.refresh).kid).to.equal('2')
    expect((await atHere.refresh(pair.refresh)).status).to.equal(200)

    await deafen(there)
    await here.composed.parts.keys.sealedSecrets.revoke('device', 'system')
    const first = await atHere.signIn(amy)
    // The device token has a key version that the other server has not read yet.
    const again = await atThere.signIn(amy, { device_token: first.device_token })
    const devices = (await atThere.get('/api/me/devices/', again.access)).body.results
    expect(devices.filter((device: { current: boolean }) => device.current)).to.have.length(1)
    expect((await atHere.refresh(first.refresh)).body.reason, 'replaced on the same device').to.equal('session_ended')
  })

  it('refuses tokens forged with the old refresh key, and refreshes a session of the new key', async () => {
    const { here, there, atHere, atThere } = await two()
    const amy = await here.aUser()
    const stolen = here.composed.parts.tokens.secrets.present('refresh')
    await here.composed.parts.keys.sealedSecrets.revoke('refresh', 'system')
    const pair = await atHere.signIn(amy)
    // The other server, as it is before it reads the revocation.
    const old = there.composed.parts.tokens.secrets
    const present = old.present
    const find = old.find
    old.present = purpose => (purpose === 'refresh' ? stolen : present(purpose))
    old.find = (purpose, version) => (purpose === 'refresh' && version === 1 ? stolen : find(purpose, version))
    const forged = aForge(here).compact({ alg: 'HS256', typ: 'rt+jwt', kid: '1' }, claimsOf(pair.refresh), input =>
      macInput(stolen.secret, input),
    )
    expect((await atThere.refresh(forged)).status).to.equal(503)
    Object.assign(old, { present, find })
    expect((await atThere.refresh(forged)).body.reason).to.equal('token_key_revoked')
    const refreshed = await atThere.refresh(pair.refresh)
    expect(refreshed.status).to.equal(200)
    expect(claimsOf(refreshed.body.refresh).gen).to.equal(2)
  })
})

describe('change of a key or secret', () => {
  it('is recorded in the audit log with its actor and without secrets', async () => {
    const server = await aServer()
    const admin = await aKeyHolder(server)
    const { parts } = server.composed
    const sealed = await parts.storage.database.read<{ sealed: string }>('SELECT sealed FROM sealed_secret')
    await admin.rotate()
    await later('21m', server)
    await admin.revoke(headerOf(admin.access).kid)
    await parts.keys.sealedSecrets.revoke('refresh', 'operator:root')
    const rows = await parts.logs.auditLog.search({ before: Number.MAX_SAFE_INTEGER, limit: 50 })
    const noted = rows.filter(row => row.subjectKind === 'key').map(({ action, actor }) => [action, actor])
    const user = `user:${claimsOf(admin.access).sub}`
    expect(noted).to.deep.equal([
      ['key_revoked', 'operator:root'],
      ['key_revoked', user],
      ['key_activated', 'system'],
      ['key_retired', 'system'],
      ['key_made', user],
    ])
    for (const row of rows) for (const { sealed: secret } of sealed) expect(JSON.stringify(row)).to.not.include(secret)
    expect((await parts.tokens.auditTrail.verify()).broken).to.equal(null)
  })
})
