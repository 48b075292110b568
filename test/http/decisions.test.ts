import { expect } from 'chai'
import { hashOfCode } from '../../server/identity/authorizations/code-text.js'
import { Refusal } from '../../server/protocol/errors.js'
import { anApplication, changeApplication } from '../support/applications.js'
import { aBrowserOf, aRequest, aResourceServer, aWebsite } from '../support/authorizations.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer, password } from '../support/server.js'

onEachEngine('decision about an authorization request', engine => {
  it('is refused with login_required if the browser session has ended, and writes no rows', async () => {
    const { server, decide, browser, rows } = await aHouse(engine)
    const { sessions } = server.composed.parts.devices
    await sessions.end(browser.session.id, null, 'system')
    expect(await decide(['openid', 'profile'])).to.equal('login_required')
    expect(await rows()).to.deep.equal({ codes: 0, consents: 0 })
  })

  it('is refused with login_required after a revocation of kind user, application or all', async () => {
    for (const entry of ['user', 'application', 'all'] as const) {
      const { server, decide, amy, rows } = await aHouse(engine)
      const subject = { user: String(amy.id), application: 'shop', all: '' }[entry]
      await server.composed.parts.logs.revocationLog.add({ kind: entry, subject, effect: 'end', why: '' }, 'system')
      expect(await decide(['openid', 'profile']), entry).to.equal('login_required')
      expect(await rows()).to.deep.equal({ codes: 0, consents: 0 })
    }
  })

  it('is refused for a disabled or unknown application, and for a user without its required role', async () => {
    const { server, decide, amy, rows } = await aHouse(engine)
    const { metadata } = (await server.composed.parts.revocation.applications.meet('shop'))!
    await changeApplication(server, 'shop', { metadata: { ...metadata, required_roles: ['support'] } })
    expect(await decide(['openid', 'profile'])).to.equal('access_denied')
    await server.composed.parts.people.users.setAccess(amy.id, { roles: ['support'], permissions: [] }, 'system')
    expect(await decide(['openid', 'profile'])).to.equal('decided')
    await changeApplication(server, 'shop', { active: false })
    expect(await decide(['openid', 'profile'])).to.equal('unknown_application')
    expect(await decide(['openid'], { applicationId: 'nobody' })).to.equal('unknown_application')
    expect((await rows()).codes).to.equal(1)
  })

  it('is refused with consent_required without consent or with consent to too few scopes', async () => {
    const { decide, rows } = await aHouse(engine)
    expect(await decide(null)).to.equal('consent_required')
    expect(await decide(['openid'])).to.equal('consent_required')
    expect(await rows()).to.deep.equal({ codes: 0, consents: 0 })
  })

  it('issues a code that carries the sign-in, is stored as a hash and lasts one minute', async () => {
    const { server, code, browser, amy, audited } = await aHouse(engine)
    const signedInAt = server.clock.now()
    server.clock.advance('3m')
    const at = server.clock.now()
    const text = await code(['openid', 'profile'], { nonce: 'n-1', redirectUriGiven: false })
    expect(text).to.match(/^dvz_code_[\w-]{43}$/)
    const { codeStore, database, sessionStore } = server.composed.parts.storage
    const row = (await codeStore.find(database, hashOfCode(text)))!
    const session = (await sessionStore.find(database, browser.session.id))!
    expect(row).to.include({
      applicationId: 'shop',
      userId: amy.id,
      deviceId: session.deviceId,
      browserSid: session.id,
      seq: session.seq,
      authenticatedAt: signedInAt,
      redirectUri: null,
      scope: 'openid profile',
      nonce: 'n-1',
      createdAt: at,
      expiresAt: at + 60_000,
      redeemedAt: null,
    })
    expect(JSON.stringify(row)).not.to.include(text)
    expect(await audited()).to.deep.equal([{ application: 'shop', scope: ['openid', 'profile'] }])
  })

  it('records the latest password check as the authentication time of the code', async () => {
    const { server, code, browser, actor } = await aHouse(engine)
    server.clock.advance('10m')
    await server.composed.parts.signIn.browserSessions.provePassword(browser, password, actor)
    const text = await code(['openid', 'profile'])
    const { codeStore, database } = server.composed.parts.storage
    expect((await codeStore.find(database, hashOfCode(text)))?.authenticatedAt).to.equal(server.clock.now())
  })

  it('adds its scopes to the stored consent, which then covers later requests', async () => {
    const { server, decide, code, amy, audited } = await aHouse(engine)
    await aResourceServer(server, 'api', 'read')
    await server.composed.parts.revocation.tail.readNow()
    await code(['openid', 'profile'])
    server.clock.advance('1m')
    await code(['read'], { scope: ['openid', 'read'], resources: ['https://api.example'] })
    const { consentStore, database } = server.composed.parts.storage
    const consent = (await consentStore.find(database, amy.id, 'shop'))!
    expect(consent.scopes).to.deep.equal({ '': ['openid', 'profile'], 'https://api.example': ['read'] })
    expect(consent.updatedAt - consent.createdAt).to.equal(60_000)
    const entries = (await audited()).length
    expect(await decide(null, { scope: ['read', 'profile'], resources: ['https://api.example'] })).to.equal('decided')
    expect(await audited(), 'a code is not audited').to.have.length(entries)
    expect(await decide(null, { scope: ['email'] })).to.equal('consent_required')
  })

  it('grants the resource servers of the requested scopes if the request names no resource', async () => {
    const { server, code } = await aHouse(engine)
    await aResourceServer(server, 'api', 'read')
    await server.composed.parts.revocation.tail.readNow()
    const { codeStore, database } = server.composed.parts.storage
    const standard = await code(['openid'], { scope: ['openid'] })
    expect((await codeStore.find(database, hashOfCode(standard)))?.resources).to.deep.equal([])
    const text = await code(['openid', 'read'], { scope: ['openid', 'read'] })
    expect((await codeStore.find(database, hashOfCode(text)))?.resources).to.deep.equal(['https://api.example'])
  })

  it('grants no scope that no resource server defines', async () => {
    const { server, code } = await aHouse(engine)
    const text = await code(['openid'], { scope: ['openid', 'openid', 'read'] })
    const { codeStore, database } = server.composed.parts.storage
    expect((await codeStore.find(database, hashOfCode(text)))?.scope).to.equal('openid')
  })

  it('stores no consent for a first-party application', async () => {
    const { server, decide, rows } = await aHouse(engine)
    await anApplication(server, 'intranet', { metadata: { first_party: true } })
    expect(await decide(null, { applicationId: 'intranet' })).to.equal('decided')
    expect(await rows()).to.deep.equal({ codes: 1, consents: 0 })
  })

  it('yields ten codes and one consent if ten tabs decide at once', async () => {
    const { decide, rows } = await aHouse(engine)
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => decide(['openid', 'profile'])))
    expect(outcomes.filter(one => one === 'decided')).to.have.length(10)
    expect(await rows()).to.deep.equal({ codes: 10, consents: 1 })
  })
})

/** A server with the user amy, her signed-in browser and the application `shop`. */
async function aHouse(engine: Engine) {
  const server = await aServer({ engine })
  const amy = await server.aUser({ username: 'amy' })
  await aWebsite(server, 'shop')
  const { browser, actor } = await aBrowserOf(server, amy)
  const { database } = server.composed.parts.storage
  type Changes = Parameters<typeof aRequest>[2] & { applicationId?: string }
  const code = async (consented: readonly string[] | null, changes: Changes = {}) => {
    const { decisions } = server.composed.parts.authorizations
    const request = aRequest(server, changes.applicationId ?? 'shop', changes)
    return (await decisions.decide(browser, request, consented, actor)).code
  }
  return {
    server,
    amy,
    browser,
    actor,
    /** @returns the code */
    code,
    /** @returns `decided`, or the error code of the refusal */
    async decide(consented: readonly string[] | null, changes: Changes = {}): Promise<string> {
      try {
        await code(consented, changes)
        return 'decided'
      } catch (error) {
        if (error instanceof Refusal) return error.code
        throw error
      }
    },
    async rows() {
      const count = async (table: string) =>
        (await database.read<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table}`, []))[0]!.count
      return { codes: await count('code'), consents: await count('consent') }
    },
    /** @returns the values that audit entries `consent_given` record */
    async audited(): Promise<unknown[]> {
      const rows = await database.read<{ after: string }>(
        "SELECT after_json AS after FROM audit_entry WHERE action = 'consent_given' ORDER BY seq",
        [],
      )
      return rows.map(row => JSON.parse(row.after))
    },
  }
}
