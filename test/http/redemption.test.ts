// Redemption of authorization codes (RFC 6749 §4.1.3, RFC 7636 §4.6), called below the token endpoint.
import { expect } from 'chai'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import type { CodeRecord } from '../../server/storage/codes.js'
import { anApplication, changeApplication } from '../support/applications.js'
import { aClient, claimsOf } from '../support/client.js'
import { aBrowser, aCode, codeOrigin, redeem, redirectUri, refreshAs } from '../support/codes.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer, settle, type TestServer } from '../support/server.js'

const publicShop: ApplicationMetadata = {
  redirect_uris: [redirectUri],
  scope: 'openid',
  token_endpoint_auth_method: 'none',
}
const metadata: ApplicationMetadata = {
  ...publicShop,
  token_endpoint_auth_method: 'client_secret_basic',
  first_party: true,
}

async function aShop(engine: Engine) {
  const server = await aServer({ engine })
  const amy = await server.aUser({ username: 'amy' })
  await anApplication(server, 'shop', { metadata })
  await anApplication(server, 'tabs', { kind: 'browser', metadata: { ...publicShop, first_party: true } })
  const browser = (await aBrowser(server, 'amy')).session
  const given = (changes: Partial<CodeRecord> = {}, applicationId = 'shop') =>
    aCode(server, browser, applicationId, changes)
  return { server, amy, browser, given }
}

const rowOf = async ({ composed: { parts } }: TestServer, hash: string) =>
  (await parts.storage.codeStore.find(parts.storage.database, hash))!

async function written({ composed: { parts } }: TestServer) {
  const { database } = parts.storage
  const count = async (table: string) =>
    (await database.read<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table}`))[0]!.count
  return {
    sessions: await count('session'),
    entries: await count('audit_entry'),
    revocations: await count('revocation'),
  }
}

const lives = async ({ composed: { parts } }: TestServer, sid: string) =>
  (await parts.storage.sessionStore.find(parts.storage.database, sid))!.endedAt === null

onEachEngine('redemption of an authorization code is refused', engine => {
  it('for a wrong parameter, and the code stays redeemable with the right ones', async () => {
    const { server, given } = await aShop(engine)
    const code = await given()
    const plain = await given({ challenge: null })
    const unnamed = await given({ redirectUri: null })
    const bound = await given({ dpopJkt: 'a'.repeat(43) })
    const before = await written(server)
    const [start, end] = [code.terms.verifier!.slice(0, 42), code.terms.verifier!.slice(42)]
    const wrong: [what: string, refusal: Promise<{ code: string | null }>, expected?: string][] = [
      ['somebody else’s', redeem(server, code, { applicationId: 'tabs' })],
      ['no code', redeem(server, { ...code, code: 'dvz_code_x' })],
      ['an unknown one', redeem(server, { ...code, code: `dvz_code_${'x'.repeat(43)}` })],
      ['another spelling', redeem(server, { ...code, code: `${code.code}=` })],
      ['another address', redeem(server, code, { redirectUri: `${redirectUri}/` })],
      ['no address', redeem(server, code, { redirectUri: undefined })],
      ['an address that is not registered', redeem(server, unnamed, { redirectUri: 'https://mole.example/' })],
      ['no verifier', redeem(server, code, { verifier: undefined })],
      ['a short one', redeem(server, code, { verifier: start })],
      ['a long one', redeem(server, code, { verifier: 'a'.repeat(129) })],
      ['another one', redeem(server, code, { verifier: `${start}${end === 'A' ? 'B' : 'A'}` })],
      ['the challenge itself', redeem(server, code, { verifier: code.row.challenge! })],
      ['a verifier that nothing is compared with', redeem(server, plain, { verifier: code.terms.verifier! })],
      ['no proof of the key', redeem(server, bound)],
      ['more than was granted', redeem(server, code, { asked: { scope: 'openid email' } }), 'invalid_scope'],
      [
        'a resource nobody knows',
        redeem(server, code, { asked: { resource: ['https://x.example'] } }),
        'invalid_target',
      ],
    ]
    for (const [what, refusal, expected = 'invalid_grant'] of wrong)
      expect((await refusal).code, what).to.equal(expected)
    expect(await written(server)).to.deep.equal(before)
    expect((await redeem(server, code)).code).to.equal(null)
    expect((await redeem(server, plain)).code).to.equal(null)
    expect((await redeem(server, unnamed, { redirectUri })).code).to.equal(null)
  })

  it('with invalid_grant after a minute', async () => {
    const { server, given } = await aShop(engine)
    const [early, late] = [await given(), await given()]
    server.clock.advance('59s')
    expect((await redeem(server, early)).code).to.equal(null)
    server.clock.advance('1s')
    expect((await redeem(server, late)).code).to.equal('invalid_grant')
  })

  it('with unauthorized_client if its application lost the authorization_code grant', async () => {
    const { server, given } = await aShop(engine)
    const code = await given()
    await changeApplication(server, 'shop', { metadata: { ...metadata, grant_types: ['client_credentials'] } })
    await settle(server.composed)
    expect((await redeem(server, code)).code).to.equal('unauthorized_client')
    expect((await rowOf(server, code.row.hash)).redeemedAt).to.equal(null)
  })
})

onEachEngine('an authorization code', engine => {
  it("opens a session on the browser's device, with the browser's sign-in time and the granted scope", async () => {
    const { server, amy, browser, given } = await aShop(engine)
    server.clock.advance('20s')
    const { sid, access, refresh, tokens } = await redeem(server, await given({ scope: 'openid' }))
    const { storage } = server.composed.parts
    const session = (await storage.sessionStore.find(storage.database, sid))!
    expect(session).to.include({
      userId: amy.id,
      deviceId: browser.deviceId,
      browserSid: browser.id,
      seq: browser.seq,
      authenticatedAt: browser.authenticatedAt,
      grantType: 'authorization_code',
      scope: 'openid',
      refreshable: true,
      offline: false,
      address: codeOrigin.address,
    })
    expect(claimsOf(access)).to.include({
      client_id: 'shop',
      scope: 'openid',
      auth_time: Math.floor(browser.authenticatedAt / 1000),
    })
    expect(claimsOf(refresh)).to.include({ client_id: 'shop', sid })
    expect([tokens!.idleEnd, tokens!.absoluteEnd]).to.deep.equal([
      session.expiresAt,
      session.createdAt + 30 * 86_400_000,
    ])
    const device = (await storage.deviceStore.find(storage.database, browser.deviceId))!
    expect(device.name, 'not what redeemed the code').to.match(/Firefox/)
  })

  it('gives a refresh token only with that grant, and an offline session only with offline_access too', async () => {
    const { server, given } = await aShop(engine)
    const { storage } = server.composed.parts
    const opened = async (own: object) => {
      await changeApplication(server, 'shop', { metadata: { ...metadata, ...own } })
      await settle(server.composed)
      const { sid, tokens } = await redeem(server, await given({ scope: 'openid offline_access' }))
      const { offline, refreshable } = (await storage.sessionStore.find(storage.database, sid))!
      expect(tokens!.refresh !== null).to.equal(refreshable)
      return [refreshable, offline]
    }
    const offline = { scope: 'openid offline_access' }
    expect(await opened({ grant_types: ['authorization_code'], ...offline })).to.deep.equal([false, false])
    expect(await opened({})).to.deep.equal([true, false])
    expect(await opened(offline)).to.deep.equal([true, true])
  })

  it('is refused once a role, consent, browser session or user is missing, not after a database failure', async () => {
    const { server, amy, browser, given } = await aShop(engine)
    const { people, devices, storage } = server.composed.parts
    const refused = async (what: string, end: () => Promise<unknown>, again?: () => Promise<unknown>) => {
      const code = await given()
      await end()
      expect((await redeem(server, code)).code, what).to.equal('invalid_grant')
      expect((await rowOf(server, code.row.hash)).redeemedAt, what).to.equal(null)
      await again?.()
    }
    const own = (changes: object) => () => changeApplication(server, 'shop', changes)
    await refused('a role', own({ metadata: { ...metadata, required_roles: ['clerk'] } }), own({ metadata }))
    const { transaction } = storage.database
    const code = await given()
    storage.database.transaction = () => Promise.reject(new Error('nothing is answered'))
    await redeem(server, code).then(
      () => expect.fail('answered'),
      () => {},
    )
    storage.database.transaction = transaction
    expect((await redeem(server, code)).code, 'once the database answers').to.equal(null)
    await refused('the consent', own({ metadata: { ...metadata, first_party: false } }), own({ metadata }))
    await refused('the browser session', () => devices.sessions.end(browser.id, amy.id, 'system', 'sign_out'))
    const next = (await aBrowser(server, 'amy')).session
    const inNext = { browserSid: next.id, deviceId: next.deviceId }
    const late = await given({ ...inNext, seq: next.seq })
    await devices.sessions.endAll(amy.id, 'system', next.id)
    expect((await redeem(server, late)).code, 'all others').to.equal('invalid_grant')
    const later = (await storage.sessionStore.find(storage.database, next.id))!
    expect((await redeem(server, await given({ ...inNext, seq: later.seq }))).code).to.equal(null)
    const last = await given({ ...inNext, seq: later.seq })
    await people.users.disable(amy.id, 'system')
    expect((await redeem(server, last)).code, 'the user').to.equal('invalid_grant')
  })

  it('stays redeemable after its browser session merely expired', async () => {
    const { server, browser, given } = await aShop(engine)
    const { database } = server.composed.parts.storage
    await database.write("UPDATE session SET ended_at = ?, ended_reason = 'expired' WHERE id = ?", [
      server.clock.now(),
      browser.id,
    ])
    expect((await redeem(server, await given())).code).to.equal(null)
  })

  it('requires a consent that covers the scope at the requested resource server', async () => {
    const { server, amy, given } = await aShop(engine)
    const { storage } = server.composed.parts
    const scopes = [{ name: 'read', description: '' }]
    for (const id of ['orders', 'stock'])
      await anApplication(server, id, { resource: `https://${id}.example`, resourceScopes: scopes })
    await anApplication(server, 'third', { metadata: { ...publicShop, scope: 'openid read' } })
    await settle(server.composed)
    const consented = (scopes: Record<string, string[]>) =>
      storage.consentStore.save(storage.database, {
        ...{ userId: amy.id, applicationId: 'third', scopes },
        ...{ createdAt: 1, updatedAt: 1 },
      })
    const asked = (resource: string) => ({ asked: { resource: [resource] } })
    const code = () => given({ scope: 'openid read' }, 'third')
    await consented({ '': ['openid'] })
    expect((await redeem(server, await code(), asked('https://orders.example'))).code).to.equal('invalid_grant')
    await consented({ '': ['openid'], 'https://orders.example': ['read'] })
    expect((await redeem(server, await code(), asked('https://stock.example'))).code).to.equal('invalid_grant')
    const { access } = await redeem(server, await code(), asked('https://orders.example/'))
    expect(claimsOf(access)).to.include({ aud: 'https://orders.example', scope: 'openid read' })
  })
})

onEachEngine('an authorization code redeemed twice', engine => {
  // oidcc-codereuse, oidcc-codereuse-30seconds
  it('is refused with code_reused, and its session ends; other sessions go on', async () => {
    const { server, amy, given } = await aShop(engine)
    const client = aClient(server)
    const [code, other] = [await given(), await redeem(server, await given())]
    const { sid, refresh } = await redeem(server, code)
    expect((await redeem(server, code)).code).to.equal('code_reused')
    expect(await lives(server, sid)).to.equal(false)
    expect((await refreshAs(server, refresh, 'shop')).code).to.equal('session_ended')
    expect((await refreshAs(server, other.refresh, 'shop')).code).to.equal(null)
    const admin = (await client.signIn({ username: 'admin', password: 'correct horse battery' })).access
    const { results } = (await client.get('/api/admin/audit/?action=code_reused', admin)).body
    expect(results).to.have.length(1)
    expect(results[0]).to.deep.include({ actor: 'system', subject: sid })
    expect(results[0].before).to.deep.equal({ user: amy.id, application: 'shop' })
    // A third redemption has no session left to end.
    expect((await redeem(server, code)).code).to.equal('code_reused')
    expect((await client.get('/api/admin/audit/?action=code_reused', admin)).body.results).to.have.length(1)
  })

  it('ends no session if the second redemption lacks the PKCE verifier or the right application', async () => {
    const { server, given } = await aShop(engine)
    const code = await given()
    const { sid } = await redeem(server, code)
    expect((await redeem(server, code, { verifier: 'a'.repeat(43) })).code).to.equal('invalid_grant')
    expect((await redeem(server, code, { applicationId: 'tabs' })).code).to.equal('invalid_grant')
    expect(await lives(server, sid)).to.equal(true)
  })

  it('is refused without ending its session, if sent twice by one browser application within the grace', async () => {
    const { server, given } = await aShop(engine)
    const twice = async (wait: string, changes: object, row: Partial<CodeRecord> = {}) => {
      const code = await given(row, 'tabs')
      const { sid } = await redeem(server, code)
      server.clock.advance(wait)
      const again = await redeem(server, code, changes)
      return [again.code, await lives(server, sid)]
    }
    expect(await twice('10s', {})).to.deep.equal(['invalid_grant', true])
    expect(await twice('11s', {})).to.deep.equal(['code_reused', false])
    const elsewhere = { ...codeOrigin, address: '203.0.113.4' }
    expect(await twice('1s', { origin: elsewhere })).to.deep.equal(['code_reused', false])
    const otherwise = { ...codeOrigin, userAgent: 'curl/8' }
    expect(await twice('1s', { origin: otherwise })).to.deep.equal(['code_reused', false])
    expect(await twice('1s', {}, { challenge: null })).to.deep.equal(['code_reused', false])
    await server.setPolicy({ reuse_grace: 0 })
    expect(await twice('0s', {})).to.deep.equal(['code_reused', false])
  })
})

onEachEngine('expired authorization codes', engine => {
  it('are kept for a day, then deleted', async () => {
    const { server, given } = await aShop(engine)
    const { maintenance, storage } = server.composed.parts
    const { row } = await given()
    server.clock.advance('24h')
    await maintenance.housekeeping.forgetCodes()
    expect(await storage.codeStore.find(storage.database, row.hash)).to.not.equal(null)
    server.clock.advance('61s')
    await maintenance.housekeeping.forgetCodes()
    expect(await storage.codeStore.find(storage.database, row.hash)).to.equal(null)
  })
})
