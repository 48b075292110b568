// Signing keys over HTTP: permissions, algorithms, rotation, removal and the published JWKS.
import { createHmac, createPublicKey } from 'node:crypto'
import { expect } from 'chai'
import { createLocalJWKSet, jwtVerify } from 'jose'
import {
  generatePair,
  type SigningAlgorithm,
  signInput,
  signingAlgorithmNames,
} from '../../server/protocol/algorithms.js'
import { anApplication, changeApplication } from '../support/applications.js'
import { aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aForge, headerOf } from '../support/forge.js'
import { accessKeys, aKeyHolder, later, publishedKids } from '../support/keys.js'
import { aServer, issuer, settle, type TestServer } from '../support/server.js'

const thumbprint = 'x'.repeat(43)

describe('signing keys are not changed', () => {
  it('by users without the permission; an auditor may only list them', async () => {
    const server = await aServer()
    const client = aClient(server)
    const before = await server.composed.parts.keys.keyRing.list()
    const nobody = (await client.signIn(await server.aUser())).access
    const support = (await client.signIn(await server.aUser({ roles: ['support'] }))).access
    const auditor = (await client.signIn(await server.aUser({ roles: ['auditor'] }))).access
    for (const [token, reads] of [
      [nobody, 403],
      [support, 403],
      [auditor, 200],
    ] as const) {
      expect((await client.get('/api/admin/keys/', token)).status).to.equal(reads)
      expect((await client.post('/api/admin/keys/', { now: true }, token)).status).to.equal(403)
      for (const kid of [before[0]!.kid, thumbprint, 'refresh', 'device'])
        expect((await client.delete(`/api/admin/keys/${kid}/`, token)).status).to.equal(403)
    }
    expect(await server.composed.parts.keys.keyRing.list()).to.deep.equal(before)
    expect((await client.verify(nobody)).status).to.equal(200)
  })

  it('by an administrator whose authentication is over five minutes old, who may only list them', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await aKeyHolder(server)
    server.clock.advance('6m')
    expect((await client.get('/api/admin/keys/', access)).status).to.equal(200)
    for (const answer of [
      await client.post('/api/admin/keys/', {}, access),
      await client.delete('/api/admin/keys/refresh', access),
    ])
      expect([answer.status, answer.body.code]).to.deep.equal([401, 'insufficient_user_authentication'])
    expect(await accessKeys(server)).to.have.length(1)
  })

  it('by a request with an invalid algorithm, now or kid', async () => {
    const server = await aServer()
    const admin = await aKeyHolder(server)
    const before = await admin.keys()
    for (const [json, field] of [
      [{ algorithm: 'HS256' }, 'algorithm'],
      [{ algorithm: 'none' }, 'algorithm'],
      [{ algorithm: '__proto__' }, 'algorithm'],
      // No token is signed with it: the key would be removed again at once.
      [{ algorithm: 'PS256' }, 'algorithm'],
      [{ now: 'perhaps' }, 'now'],
      [{ now: 1 }, 'now'],
    ] as const) {
      const { status, body } = await admin.rotate(json)
      expect([status, Object.keys(body)], JSON.stringify(json)).to.deep.equal([400, [field]])
    }
    for (const kid of [thumbprint, 'audit', '__proto__']) expect((await admin.revoke(kid)).status, kid).to.equal(404)
    expect(await admin.keys()).to.deep.equal(before)
  })

  it('by a removal while they sign or their tokens may be valid', async () => {
    const server = await aServer()
    const { keyRing } = server.composed.parts.keys
    const admin = await aKeyHolder(server)
    const kid = headerOf(admin.access).kid
    const refused = (why: RegExp) =>
      keyRing.remove(kid, 'system').then(
        () => expect.fail('removed'),
        error => {
          expect(error.code).to.equal('key_in_use')
          expect(error.message).to.match(why)
        },
      )
    await refused(/signs: rotate it/)
    await admin.rotate({ now: true })
    const old = (await admin.keys()).find(key => key.kid === kid)
    await refused(new RegExp(`is needed until ${old.removable_at}`))
    const wait = Date.parse(old.removable_at) - server.clock.now()
    server.clock.advance(`${wait - 1}ms`)
    await refused(/is needed until/)
    server.clock.advance('1ms')
    expect((await keyRing.remove(kid, 'system')).state).to.equal('gone')
    await keyRing.remove(kid, 'system').then(
      () => expect.fail('removed twice'),
      error => expect(error.code).to.equal('not_found'),
    )
  })
})

describe('access token', () => {
  for (const algorithm of signingAlgorithmNames) {
    it(`${algorithm}: is refused if its alg or signature does not match its key`, async () => {
      const server = await aServer({ policy: { access_token_algorithm: algorithm } })
      const client = aClient(server)
      await later('1m', server)
      await later('20m', server)
      const { access } = await client.signIn(await server.aUser())
      const { kid } = headerOf(access)
      const { publicKey } = server.composed.parts.tokens.signingKeys.find(kid)!
      const { privateKey } = server.composed.parts.tokens.signingKeys.active()
      const forge = aForge(server)
      const spki = publicKey.export({ type: 'spki', format: 'pem' })
      const refused = async (header: object, sign: (input: string) => Buffer, reason: string) => {
        const token = forge.compact({ typ: 'at+jwt', kid, ...header }, claimsOf(access), sign)
        const answer = await client.verify(token)
        expect([answer.status, answer.body.reason], JSON.stringify(header)).to.deep.equal([401, reason])
      }
      // Algorithm confusion: the public key as the secret of an HMAC.
      for (const secret of [spki, publicKey.export({ type: 'spki', format: 'der' })])
        await refused({ alg: 'HS256' }, input => createHmac('sha256', secret).update(input).digest(), 'token_algorithm')
      for (const other of signingAlgorithmNames.filter(one => one !== algorithm)) {
        const foreign = (await generatePair(other)).privateKey
        await refused({ alg: other }, input => signInput(other, foreign, input), 'token_algorithm')
        await refused({ alg: algorithm }, input => signInput(other, foreign, input), 'token_signature')
        const sameKind = foreign.asymmetricKeyType === privateKey.asymmetricKeyType
        // The right key with another algorithm: RS256 and PS256 share their type of key.
        if (sameKind) await refused({ alg: algorithm }, input => signInput(other, privateKey, input), 'token_signature')
      }
      for (const alg of ['none', 'None', algorithm.toLowerCase(), 'ES512', ''])
        await refused({ alg }, input => signInput(algorithm, privateKey, input), 'token_algorithm')
    })

    it(`${algorithm}: is signed with the algorithm of the policy, and verified by jose`, async () => {
      const server = await aServer({ policy: { access_token_algorithm: algorithm } })
      const client = aClient(server)
      await later('1m', server)
      await later('20m', server)
      const { access } = await client.signIn(await server.aUser())
      expect(headerOf(access)).to.include({ alg: algorithm, typ: 'at+jwt' })
      const jwks = createLocalJWKSet((await client.get('/.well-known/jwks.json')).body)
      const verified = await jwtVerify(access, jwks, {
        issuer,
        currentDate: new Date(server.clock.now()),
        typ: 'at+jwt',
      })
      expect(verified.payload).to.deep.equal(claimsOf(access))
      expect((await client.get('/api/me/', access)).status).to.equal(200)
    })
  }
})

onEachEngine('key rotation', engine => {
  it('publishes a key at once, which signs after 20 minutes; tokens of the old key stay valid', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const admin = await aKeyHolder(server)
    const old = headerOf(admin.access).kid
    server.clock.advance('1m')
    const etag = (await client.get('/.well-known/jwks.json')).headers.get('etag')

    const { privateKey } = server.composed.parts.tokens.signingKeys.active()
    const { status, body } = await admin.rotate()
    const { kid } = body.key
    expect(status).to.equal(201)
    expect(body).to.deep.include({ unknown_for: 0 })
    expect(body.key).to.include({ algorithm: 'ES256', state: 'pending', activated_at: null })
    expect(Date.parse(body.key.activates_at)).to.equal(server.clock.now() + 20 * 60_000)
    expect(await publishedKids(client)).to.have.members([old, kid])
    expect((await client.get('/.well-known/jwks.json')).headers.get('etag')).to.not.equal(etag)
    // A second rotation returns the same pending key.
    expect((await admin.rotate()).body.key.kid).to.equal(kid)

    server.clock.advance('19m')
    await later('59s', server)
    const amy = await server.aUser()
    const before = await client.signIn(amy)
    expect(headerOf(before.access).kid).to.equal(old)
    await later('1s', server)
    const after = await client.refresh(before.refresh)
    expect(headerOf(after.body.access).kid).to.equal(kid)
    for (const access of [admin.access, before.access, after.body.access])
      expect((await client.get('/api/me/', access)).status).to.equal(200)
    expect((await admin.keys()).map(({ kid, state }) => [kid, state])).to.deep.equal([
      [kid, 'active'],
      [old, 'retiring'],
    ])

    // The last token of the old key expires while that key is still published.
    server.clock.advance('59m')
    await later('0s', server)
    expect((await client.verify(before.access)).status).to.equal(200)
    expect(await publishedKids(client)).to.have.members([old, kid])
    await later('10m', server)
    expect(await publishedKids(client)).to.deep.equal([kid])
    const { access: fresh } = await client.signIn({ username: 'admin', password: 'correct horse battery' })
    const history = (await client.get('/api/admin/keys/', fresh)).body.results as { state: string; algorithm: string }[]
    expect(history.map(one => `${one.algorithm} ${one.state}`)).to.have.members([
      'ES256 active',
      'ES256 gone',
      'RS256 active',
    ])
    // Signed with the removed key, an expired token and one with the claims of a valid token are refused.
    const forged = aForge(server).compact({ alg: 'ES256', typ: 'at+jwt', kid: old }, claimsOf(fresh), input =>
      signInput('ES256', privateKey, input),
    )
    for (const token of [before.access, forged])
      expect((await client.verify(token)).body.reason).to.equal('token_key_unknown')
  })

  it('deletes the private part of the retiring key, and publishes none', async () => {
    const server = await aServer({ engine })
    const { database } = server.composed.parts.storage
    const admin = await aKeyHolder(server)
    await admin.rotate({ now: true })
    await admin.rotate()
    const rows = await database.read<{ state: string; sealed: string }>(
      "SELECT state, sealed_private_key AS sealed FROM signing_key WHERE algorithm = 'ES256' ORDER BY state",
    )
    expect(rows.map(({ state, sealed }) => [state, sealed === ''])).to.deep.equal([
      ['active', false],
      ['pending', false],
      ['retiring', true],
    ])
    const { text } = await aClient(server).get('/api/admin/keys/', admin.access)
    const jwks = (await aClient(server).get('/.well-known/jwks.json')).text
    for (const { sealed } of rows) if (sealed) expect(text + jwks).to.not.include(sealed)
    for (const { d, p, k } of JSON.parse(jwks).keys) expect([d, p, k]).to.deep.equal([undefined, undefined, undefined])
  })

  it('with now returns unknown_for: 300, or 0 for a key published 20 minutes before', async () => {
    const server = await aServer({ engine })
    const admin = await aKeyHolder(server)
    const first = await admin.rotate({ now: true })
    expect(first.body).to.deep.include({ unknown_for: 300 })
    expect(first.body.key.state).to.equal('active')
    await admin.rotate()
    await later('5m', server)
    expect((await admin.rotate({ now: 'true' })).body.unknown_for).to.equal(300)
    await admin.rotate()
    server.clock.advance('20m')
    expect((await admin.rotate({ now: true })).body).to.deep.include({ unknown_for: 0 })
    expect((await admin.keys()).filter(key => key.state === 'active')).to.have.length(1)
  })

  it('is automatic after 90 days or key_rotation_interval, with the key published a day before', async () => {
    const server = await aServer({ engine, policy: { access_token_lifetime: 600 } })
    const states = async () => (await accessKeys(server)).map(key => key.state)
    await later('88d', server)
    expect(await states()).to.deep.equal(['active'])
    await later('1d', server)
    expect(await states()).to.deep.equal(['pending', 'active'])
    await later('23h', server)
    expect(await states()).to.deep.equal(['pending', 'active'])
    await later('1h', server)
    expect(await states()).to.deep.equal(['active', 'retiring'])
    await later('1h', server)
    expect(await states()).to.deep.equal(['active', 'gone'])
    await server.setPolicy({ key_rotation_interval: 7 * 86_400 })
    await later('6d', server)
    await later('1d', server)
    expect(await states()).to.deep.equal(['active', 'retiring', 'gone'])
  })

  it('follows a change of access_token_algorithm, whose new key signs after 20 minutes', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const pair = await client.signIn(await server.aUser())
    const algorithms = async () =>
      (await client.get('/.well-known/jwks.json')).body.keys.map((key: { alg: string }) => key.alg)
    let refresh = pair.refresh
    const algorithmNow = async () => {
      const { body } = await client.refresh(refresh)
      refresh = body.refresh
      expect((await client.verify(body.access)).status).to.equal(200)
      return headerOf(body.access).alg
    }
    await server.setPolicy({ access_token_algorithm: 'EdDSA' })
    expect(await algorithmNow()).to.equal('ES256')
    await later('1m', server)
    expect(await algorithms()).to.have.members(['EdDSA', 'RS256', 'ES256'])
    await later('19m', server)
    expect(await algorithmNow()).to.equal('ES256')
    await later('1m', server)
    expect(await algorithmNow()).to.equal('EdDSA')
    expect((await client.verify(pair.access)).status).to.equal(200)
    await later('2h', server)
    // Keys of id_tokens stay, independent of the policy for access tokens.
    expect(await algorithms()).to.have.members(['EdDSA', 'RS256', 'ES256'])
    // An algorithm with an active key takes over at once; the old key goes when its tokens have expired.
    await server.setPolicy({ access_token_algorithm: 'RS256' })
    expect(await algorithmNow()).to.equal('RS256')
    await later('1m', server)
    await later('2h', server)
    expect(await algorithms()).to.have.members(['RS256', 'ES256'])
    // Until the new key signs, tokens are signed with the algorithm of the previous policy, not just any.
    await server.setPolicy({ access_token_algorithm: 'PS256' })
    expect(await algorithmNow()).to.equal('RS256')
  })

  it('happens once per algorithm in concurrent upkeep by two servers, with one audit entry per act', async () => {
    const one = await aServer({ engine })
    // One server per SQLite file.
    const two = engine.name === 'SQLite' ? one : await aServer({ settings: one.settings, clock: one.clock })
    const servers = [one, two, one, two, one, two]
    const upkeep = () => Promise.all(servers.map(server => server.composed.parts.keys.keyRing.rotateDueKeys()))
    for (const [day, states] of [
      ['89d', ['pending', 'active']],
      ['1d', ['active', 'retiring']],
      ['2d', ['active', 'gone']],
    ] as const) {
      one.clock.advance(day)
      await upkeep()
      expect(
        (await two.composed.parts.keys.keyRing.list()).map(key => `${key.algorithm} ${key.state}`),
        day,
      ).to.have.members(states.flatMap(state => [`ES256 ${state}`, `RS256 ${state}`]))
    }
    const notes = await one.composed.parts.logs.auditLog.search({ before: Number.MAX_SAFE_INTEGER, limit: 100 })
    const actions = notes.map(note => note.action).filter(action => action.startsWith('key_'))
    const once = ['key_removed', 'key_activated', 'key_retired', 'key_made']
    expect(actions.sort()).to.deep.equal(once.flatMap(action => [action, action]).sort())
    expect(notes.filter(note => note.action.startsWith('key_')).every(note => note.actor === 'system')).to.equal(true)
    await Promise.all([settle(one.composed), settle(two.composed)])
    const kids = servers.map(server => server.composed.parts.tokens.signingKeys.active().kid)
    expect(new Set(kids).size).to.equal(1)
  })

  it('requested six times at once leaves one active key and at most one pending key', async () => {
    const server = await aServer({ engine })
    const admin = await aKeyHolder(server)
    const answers = await Promise.all(Array.from({ length: 6 }, (_, at) => admin.rotate({ now: at % 2 === 0 })))
    // A request that was overtaken between two reads gets 503.
    for (const { status } of answers) expect(status).to.be.oneOf([201, 503])
    expect(answers.some(({ status }) => status === 201)).to.equal(true)
    const states = (await admin.keys()).map(key => key.state)
    expect(states.filter(state => state === 'active')).to.have.length(1)
    expect(states.filter(state => state === 'pending').length).to.be.at.most(1)
  })
})

onEachEngine('signing keys of id_tokens', engine => {
  const statesOf = async ({ composed }: TestServer, algorithm: string) =>
    (await composed.parts.keys.keyRing.list()).filter(key => key.algorithm === algorithm).map(key => key.state)

  it('are created once after an upgrade, and published for 20 minutes before they sign', async () => {
    const former = await aServer({ engine })
    const { database } = former.composed.parts.storage
    await database.write("DELETE FROM signing_key WHERE algorithm = 'RS256'")
    const { settings, clock } = former
    await former.close()
    const one = await aServer({ settings, clock })
    const two = engine.name === 'SQLite' ? one : await aServer({ settings, clock })
    const upkeep = () => Promise.all([one, two, one].map(server => server.composed.parts.keys.keyRing.rotateDueKeys()))
    // The first upkeep of each server ran at its start.
    await Promise.all([one.composed.jobs.settled(), two.composed.jobs.settled()])
    expect(await statesOf(one, 'RS256')).to.deep.equal(['pending'])
    await upkeep()
    expect(await statesOf(one, 'RS256')).to.deep.equal(['pending'])
    await Promise.all([settle(one.composed), settle(two.composed)])
    expect(two.composed.parts.tokens.signingKeys.activeAlgorithms()).to.deep.equal(['ES256'])
    expect((await aClient(two).get('/.well-known/jwks.json')).body.keys).to.have.length(2)
    clock.advance('20m')
    await upkeep()
    expect(await statesOf(one, 'RS256')).to.deep.equal(['active'])
    await settle(two.composed)
    expect(two.composed.parts.tokens.signingKeys.activeAlgorithms()).to.deep.equal(['ES256', 'RS256'])
    expect(await statesOf(one, 'ES256')).to.deep.equal(['active'])
  })

  it('stay while an application has chosen their algorithm, and retire afterwards', async () => {
    const server = await aServer({ engine, policy: { access_token_algorithm: 'EdDSA' } })
    await later('1m', server)
    await later('21m', server)
    await anApplication(server, 'shop', { metadata: { id_token_signed_response_alg: 'EdDSA' } })
    await server.setPolicy({ access_token_algorithm: 'ES256' })
    await later('3h', server)
    expect(await statesOf(server, 'EdDSA')).to.deep.equal(['active'])
    // They rotate like other keys.
    await later('90d', server)
    await later('1d', server)
    await later('3h', server)
    expect((await statesOf(server, 'EdDSA')).sort()).to.deep.equal(['active', 'gone'])
    await changeApplication(server, 'shop', { metadata: { client_uri: '"id_token_signed_response_alg":"EdDSA"' } })
    await later('1m', server)
    expect((await statesOf(server, 'EdDSA')).sort()).to.deep.equal(['gone', 'retiring'])
  })
})

describe('JWKS', () => {
  const members: Record<SigningAlgorithm, string[]> = {
    ES256: ['kty', 'crv', 'x', 'y'],
    RS256: ['kty', 'n', 'e'],
    PS256: ['kty', 'n', 'e'],
    EdDSA: ['kty', 'crv', 'x'],
  }

  it('has only public members for every algorithm', async () => {
    const server = await aServer()
    for (const algorithm of signingAlgorithmNames) {
      await server.setPolicy({ access_token_algorithm: algorithm })
      await later('1m', server)
      await later('21m', server)
    }
    const { body } = await aClient(server).get('/.well-known/jwks.json')
    expect(body.keys.map((key: { alg: string }) => key.alg)).to.have.members([...signingAlgorithmNames])
    for (const key of body.keys) {
      expect(key).to.have.all.keys(...members[key.alg as SigningAlgorithm], 'kid', 'alg', 'use')
      expect(createPublicKey({ key, format: 'jwk' }).type).to.equal('public')
    }
  })
})
