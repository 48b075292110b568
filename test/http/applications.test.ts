// Applications other than darvoza where tokens are issued and checked. Their rows and sessions are made through the
// stores.
import { expect } from 'chai'
import { accessSpans } from '../../server/policy/session.js'
import { Refusal } from '../../server/protocol/errors.js'
import type { NewApplication } from '../../server/storage/applications.js'
import { anApplication, aSessionOf, changeApplication } from '../support/applications.js'
import { aClient, claimsOf } from '../support/client.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'
import { aForge, changed } from '../support/forge.js'
import { aServer, issuer, password, settle, type TestServer } from '../support/server.js'
import { statementsOf } from '../support/statements.js'

const origin = { address: '192.0.2.1', userAgent: 'test', requestId: 'test' }
const lifeOf = (access: string) => claimsOf(access).exp - claimsOf(access).iat

/** A refresh as the token endpoint does it. @returns the pair, or the code that refuses it */
async function refreshAs(server: TestServer, refresh: string, applicationId = 'shop') {
  try {
    const pair = await server.composed.parts.tokens.rotate.rotate(refresh, applicationId, origin)
    const access = pair.access.token
    return { access, refresh: pair.refresh, code: null, claims: claimsOf(access) }
  } catch (error) {
    if (error instanceof Refusal) return { access: '', refresh: null, code: error.code, claims: null }
    throw error
  }
}

/** From now on this server reads the head of the log only on demand: it neither polls nor has a read under way. */
async function hearNothing({ composed }: TestServer): Promise<void> {
  const { tail } = composed.parts.revocation
  tail.stop()
  await tail.readNow()
  tail.stop()
}

async function aUserWith(server: TestServer, permissions: string[]) {
  const user = await server.aUser()
  const { userStore, database } = server.composed.parts.storage
  await userStore.update(database, user.id, { permissions })
  return user
}

/** How long a revocation entry for everybody would be kept if it were written now, in seconds. */
async function entryLife({ composed, clock }: TestServer): Promise<number> {
  const { revocationLog } = composed.parts.logs
  const { expiresAt } = await revocationLog.add({ kind: 'all', subject: '', effect: 'refresh', why: '' }, 'system')
  return (expiresAt - clock.now()) / 1000
}

const orders = {
  kind: 'resource_server',
  resource: 'https://orders.example/',
  resourceScopes: [
    { name: 'orders:read', description: '' },
    { name: 'orders:write', description: '' },
  ],
} as const satisfies Partial<NewApplication>
const everything = 'openid roles orders:read orders:write darvoza:account darvoza:admin'

onEachEngine('an application other than darvoza', engine => {
  let server: TestServer
  let amy: { id: number; username: string }
  let administrator: { id: number; username: string }
  beforeEach(async () => {
    server = await aServer({ engine })
    amy = await aUserWith(server, ['orders:read', 'orders:write', 'stock:read'])
    administrator = await server.aUser({ roles: ['admin'] })
    await anApplication(server, 'orders', orders)
    // First-party, so that its sessions need no consent.
    const metadata = { scope: everything, permissions: ['orders:read', 'darvoza:users:read'], first_party: true }
    await anApplication(server, 'shop', { metadata })
    await settle(server.composed)
  })
  const opened = (user: typeof amy, scope: string, resources: string[] = [], applicationId = 'shop') =>
    aSessionOf(server, user, applicationId, { scope, resources })
  const claimsFor = async (...given: Parameters<typeof opened>) =>
    (await refreshAs(server, (await opened(...given)).refresh, given[3])).claims!

  it('has for an administrator only the permissions it lists, like a user with just those', async () => {
    const permissions = ['darvoza:users:write', 'darvoza:roles:write']
    const metadata = { scope: 'openid darvoza:admin', permissions, first_party: true }
    await anApplication(server, 'narrow', { metadata })
    const person = await aUserWith(server, metadata.permissions)
    const victim = await server.aUser()
    const client = aClient(server)
    const through = async () => {
      const { refresh, session } = await aSessionOf(server, administrator, 'narrow', { scope: metadata.scope })
      const { storage } = server.composed.parts
      await storage.database.write('UPDATE session SET authenticated_at = ? WHERE id = ?', [
        server.clock.now(),
        session.id,
      ])
      return (await refreshAs(server, refresh, 'narrow')).access
    }
    const asPerson = (await client.signIn({ ...person, password })).access
    const byApplication = await through()
    const maker = { username: 'mole', password: 'Zx9-quartz-lemon', roles: ['admin'] }
    const acts: [method: string, path: string, body: object][] = [
      ['POST', '/api/admin/users/', maker],
      ['POST', '/api/admin/users/1/password/', { password: 'Zx9-quartz-lemon' }],
      ['POST', '/api/admin/users/1/disable/', {}],
      ['PUT', `/api/admin/users/${victim.id}/roles/`, { roles: ['admin'] }],
      ['PUT', `/api/admin/users/${victim.id}/permissions/`, { permissions: ['darvoza:keys:write'] }],
      ['POST', '/api/admin/roles/', { name: 'wide', permissions: ['darvoza:keys:write'] }],
      ['POST', '/api/admin/bulk/add-role/', { ids: [victim.id], role: 'admin', at: '2026-01-01T00:00:00Z', count: 1 }],
    ]
    for (const [method, path, json] of acts) {
      const [one, other] = [
        await client.send(method, path, { json, token: asPerson }),
        await client.send(method, path, { json, token: byApplication }),
      ]
      expect([other.status, other.body], `${method} ${path}`).to.deep.equal([one.status, one.body])
      if (!path.includes('bulk')) expect(other.status, `${method} ${path}`).to.equal(403)
    }
    const { users } = server.composed.parts.people
    expect((await users.require(victim.id)).roles).to.deep.equal([])
    // Once its permissions are removed, a token issued before can change nothing.
    await changeApplication(server, 'narrow', { metadata: { ...metadata, permissions: [] } })
    const late = await client.send('POST', '/api/admin/users/', {
      json: { username: 'late', password: 'Zx9-quartz-lemon' },
      token: byApplication,
    })
    expect([late.status, late.body.detail]).to.deep.equal([403, 'You do not have permission to perform this action.'])
  })

  it('gets tokens for the named resource server, the only one with granted scopes, or the issuer', async () => {
    const told = async (...given: Parameters<typeof opened>) => {
      // A token without scopes has no claim scope (RFC 6749 §3.3).
      const { aud, scope = '', client_id, sub } = await claimsFor(...given)
      expect([client_id, sub]).to.deep.equal([given[3] ?? 'shop', String(amy.id)])
      return [aud, scope]
    }
    expect(await told(amy, everything, [orders.resource])).to.deep.equal([
      orders.resource,
      'openid roles orders:read orders:write',
    ])
    expect(await told(amy, 'openid orders:read')).to.deep.equal([orders.resource, 'openid orders:read'])
    expect(await told(amy, 'openid darvoza:account')).to.deep.equal([issuer, 'openid darvoza:account'])
    expect(await told(amy, everything), 'of two').to.deep.equal([issuer, 'openid roles'])
    expect(await told(amy, everything, [orders.resource, issuer]), 'two named').to.deep.equal([issuer, 'openid roles'])
    expect(await told(amy, 'openid')).to.deep.equal([issuer, 'openid'])
    expect(await told(amy, 'openid orders:read', ['https://gone.example'])).to.deep.equal([
      'https://gone.example',
      'openid',
    ])
    expect(await told(amy, ''), 'nothing').to.deep.equal([issuer, ''])
  })

  it('gets roles and only its listed permissions as claims; a self-registered one needs scope roles', async () => {
    const told = ({ permissions, roles, username }: Record<string, unknown>) => ({ permissions, roles, username })
    const { username } = amy
    expect(told(await claimsFor(amy, everything))).to.deep.equal({ permissions: ['orders:read'], roles: [], username })
    const own = await aClient(server).signIn({ ...amy, password: 'correct horse battery' })
    expect(claimsOf(own.access).permissions).to.deep.equal(['orders:read', 'orders:write', 'stock:read'])
    expect((await claimsFor(administrator, 'openid')).roles).to.deep.equal(['admin'])
    await anApplication(server, 'unlisted', { metadata: { scope: 'openid' } })
    expect((await claimsFor(amy, 'openid', [], 'unlisted')).permissions).to.deep.equal([])
    for (const kind of ['registration', 'document'] as const) {
      const metadata = { scope: 'openid roles', permissions: ['orders:read', 'darvoza:users:read'] }
      await anApplication(server, kind, { origin: kind, metadata })
      const bare = await claimsFor(administrator, 'openid', [], kind)
      expect([bare.roles, bare.permissions], kind).to.deep.equal([[], []])
      const full = await claimsFor(administrator, 'openid roles', [], kind)
      expect([full.roles, full.permissions], kind).to.deep.equal([['admin'], ['darvoza:users:read']])
    }
  })

  it('may call Darvoza only with the needed scope and audience, and with the permissions it lists', async () => {
    const get = async (path: string, user: typeof amy, scope: string, resources: string[] = []) => {
      const { access } = await refreshAs(server, (await opened(user, scope, resources)).refresh)
      const { status, body } = await aClient(server).get(path, access)
      return status === 200 ? 200 : (body.reason ?? body.code ?? body.detail)
    }
    expect(await get('/api/me/', amy, 'openid')).to.equal('insufficient_scope')
    expect(await get('/api/me/', amy, 'openid orders:read')).to.equal('token_audience')
    expect(await get('/api/me/', amy, 'openid darvoza:account')).to.equal(200)
    expect(await get('/api/me/', amy, everything, [orders.resource])).to.equal('token_audience')
    expect(await get('/api/admin/users/', administrator, 'darvoza:account')).to.equal('insufficient_scope')
    expect(await get('/api/admin/users/', amy, 'darvoza:admin')).to.match(/permission/)
    expect(await get('/api/admin/users/', administrator, 'darvoza:admin')).to.equal(200)
    expect(await get('/api/admin/policies/', administrator, 'darvoza:admin'), 'not listed').to.match(/permission/)
    // permissions_omitted in the token of an application does not stand for all permissions of its user.
    const { access } = await refreshAs(server, (await opened(administrator, 'darvoza:admin')).refresh)
    const omitted = { permissions: undefined, permissions_omitted: true }
    const { status } = await aClient(server).get('/api/admin/users/', aForge(server).access(changed(access, omitted)))
    expect(status, 'omitted').to.equal(403)
  })

  it('has refresh tokens of its own, which rotate even where the policy turns rotation off', async () => {
    const { refresh } = await opened(amy, 'openid')
    expect((await refreshAs(server, refresh, 'orders')).code).to.equal('token_claims')
    expect((await aClient(server).refresh(refresh)).body.reason).to.equal('token_claims')
    await server.setPolicy({ rotate_refresh_tokens: false })
    try {
      const own = await aClient(server).signIn({ ...amy, password: 'correct horse battery' })
      const [mine, theirs] = await Promise.all([aClient(server).refresh(own.refresh), refreshAs(server, refresh)])
      expect(mine.body).to.have.all.keys('access')
      expect(claimsOf(theirs.refresh!).gen).to.equal(2)
      expect((await refreshAs(server, refresh)).refresh, 'forgiven').to.equal(theirs.refresh)
    } finally {
      await server.setPolicy({ rotate_refresh_tokens: true })
    }
  })

  it('is refused a refresh with token_claims where its session has no refresh token', async () => {
    const { refresh, session } = await aSessionOf(server, amy, 'shop', { scope: 'openid', refreshable: false })
    expect((await refreshAs(server, refresh)).code).to.equal('token_claims')
    const { storage } = server.composed.parts
    expect((await storage.sessionStore.find(storage.database, session.id))!.generation).to.equal(1)
  })

  it('is refused a refresh with application_disabled while it is disabled', async () => {
    await anApplication(server, 'closing', { metadata: { scope: 'openid' } })
    const { refresh } = await opened(amy, 'openid', [], 'closing')
    const first = await refreshAs(server, refresh, 'closing')
    await changeApplication(server, 'closing', { active: false })
    expect((await refreshAs(server, first.refresh!, 'closing')).code).to.equal('application_disabled')
    await changeApplication(server, 'closing', { active: true })
    expect((await refreshAs(server, first.refresh!, 'closing')).code).to.equal(null)
  })

  it('loses removed permissions and resource scopes at its next refresh', async () => {
    await anApplication(server, 'stock', {
      ...orders,
      resource: 'https://stock.example',
      resourceScopes: [{ name: 'stock', description: '' }],
    })
    await anApplication(server, 'depot', {
      metadata: { scope: 'openid stock', permissions: ['stock:read'], first_party: true },
    })
    let { refresh }: { refresh: string | null } = await opened(amy, 'openid stock', [], 'depot')
    const next = async () => {
      const pair = await refreshAs(server, refresh!, 'depot')
      refresh = pair.refresh
      return [pair.claims!.aud, pair.claims!.scope, pair.claims!.permissions]
    }
    expect(await next()).to.deep.equal(['https://stock.example', 'openid stock', ['stock:read']])
    await changeApplication(server, 'depot', { metadata: { scope: 'openid stock', first_party: true } })
    expect(await next()).to.deep.equal(['https://stock.example', 'openid stock', []])
    await changeApplication(server, 'stock', { resourceScopes: [] })
    expect(await next()).to.deep.equal([issuer, 'openid', []])
  })

  it('may have lifetimes of its own, which sessions, session lists and the revocation log respect', async () => {
    const { clock } = server
    expect(await entryLife(server)).to.equal(3_600 + 120)
    const lifetimes = {
      access_token_lifetime: 7_200,
      refresh_token_lifetime: 10_000,
      session_absolute_lifetime: 20_000,
    }
    await anApplication(server, 'long', { metadata: { scope: 'openid', lifetimes } })
    expect(await entryLife(server), 'raised').to.equal(7_200 + 120)
    await settle(server.composed)
    const { refresh, session } = await opened(amy, 'openid', [], 'long')
    const first = await refreshAs(server, refresh, 'long')
    expect([lifeOf(first.access), claimsOf(first.refresh!).exp - claimsOf(first.refresh!).iat]).to.deep.equal([
      7_200, 10_000,
    ])
    await server.setPolicy({ username_max_length: 31 })
    expect(await entryLife(server), 'after a change of the policy').to.equal(7_200 + 120)
    const { policy } = server.composed.parts.revocation
    expect(accessSpans(policy.eras()).map(one => [one.only, one.lifetime])).to.deep.include(['long', 7_200_000])

    await changeApplication(server, 'long', {
      metadata: { scope: 'openid', lifetimes: { ...lifetimes, access_token_lifetime: 60 } },
    })
    const second = await refreshAs(server, first.refresh!, 'long')
    expect(lifeOf(second.access)).to.equal(60)
    expect(await entryLife(server), 'tokens of before live on').to.equal(7_200 + 120)
    const listed = async () => {
      const { body } = await aClient(server).get(
        `/api/me/sessions/`,
        (await aClient(server).signIn({ ...amy, password: 'correct horse battery' })).access,
      )
      return body.results.some((one: { id: string }) => one.id === session.id)
    }
    expect(await listed()).to.equal(true)
    clock.advance('9999s')
    expect(await listed()).to.equal(true)
    clock.advance('1s')
    expect(await listed(), 'idle').to.equal(false)
    expect((await refreshAs(server, second.refresh!, 'long')).code).to.equal('token_expired')
  })

  it('refreshes with one UPDATE and one SELECT, also several sessions in one batch', async () => {
    const sessions: { refresh: string }[] = []
    for (const scope of ['openid', 'openid', 'openid orders:read']) sessions.push(await opened(amy, scope))
    sessions.push(await opened(amy, 'openid', [], 'orders'))
    await refreshAs(server, sessions.pop()!.refresh, 'orders')
    await refreshAs(server, (await opened(amy, 'openid')).refresh)
    const own = await aClient(server).signIn({ ...amy, password: 'correct horse battery' })
    const alone = await statementsOf(server, () => refreshAs(server, sessions[0]!.refresh))
    expect(alone).to.deep.equal(['UPDATE', 'SELECT'])
    const together = await statementsOf(server, () =>
      Promise.all([
        ...sessions.slice(1).map(one => refreshAs(server, one.refresh)),
        refreshAs(server, own.refresh, 'darvoza'),
      ]),
    )
    expect(together).to.deep.equal(['UPDATE', 'SELECT'])
  })

  describe('with an access token for itself', () => {
    const machine = (scope = 'orders:read', audience: string = orders.resource, id = 'shop') => {
      const { revocation, tokens } = server.composed.parts
      const { seq, accessLifetime, askedAt: issuedAt } = revocation.tail.lastHead!
      const application = revocation.applications.find(id)!
      const policy = revocation.policy.of({ policyVersion: 2 ** 30, applicationId: id })
      return tokens.issue.access({ application, policy, seq, accessLifetime }, { issuedAt, audience, scope })
    }
    const inspected = async (token: string) => {
      try {
        return (await server.composed.parts.tokens.inspect.access(token)).sub
      } catch (error) {
        return (error as Refusal).code
      }
    }
    beforeEach(async () => {
      await server.composed.parts.revocation.applications.meet('shop')
    })

    it('is sub and client_id of the token, which has no session, no user and empty roles', () => {
      const { token, expiresAt, scope } = machine()
      const claims = claimsOf(token)
      expect(claims).to.have.all.keys(
        ...['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id', 'scope', 'token_type', 'roles', 'rev'],
      )
      expect([claims.sub, claims.client_id, claims.aud, claims.scope]).to.deep.equal([
        ...['shop', 'shop', orders.resource, 'orders:read'],
      ])
      expect([claims.roles, claims.exp * 1000, scope]).to.deep.equal([[], expiresAt, 'orders:read'])
    })

    it('gets 403 insufficient_scope on routes for users, whatever its scope', async () => {
      const { token } = machine('darvoza:account darvoza:admin', issuer)
      expect(await inspected(token)).to.equal('shop')
      for (const path of ['/api/me/', '/api/admin/users/']) {
        const { status, body } = await aClient(server).get(path, token)
        expect([status, body.code], path).to.deep.equal([403, 'insufficient_scope'])
      }
      expect((await aClient(server).verify(token)).body.reason, 'simplejwt’s wire is ours alone').to.equal(
        'token_claims',
      )
    })

    it('is refused with claims of a user, and a user’s token with claims of an application', async () => {
      const forge = aForge(server)
      const { token } = machine('openid', issuer)
      const { access } = await refreshAs(server, (await opened(amy, 'openid')).refresh)
      expect(await inspected(forge.access(changed(token, {})))).to.equal('shop')
      expect(await inspected(forge.access(changed(access, {})))).to.equal(String(amy.id))
      const wrong: [string, string][] = [
        ...[{ sub: '1' }, { sub: 'orders' }, { roles: ['admin'] }, { username: 'amy' }, { auth_time: 1 }].map(
          (change): [string, string] => [JSON.stringify(change), forge.access(changed(token, change))],
        ),
        ['a session', forge.access(changed(token, { sid: 's' }))],
        ['all digits', forge.access(changed(token, { sub: '77', client_id: '77' }))],
        ['no session', forge.access(changed(access, { sid: undefined }))],
        ['an application', forge.access(changed(access, { sub: 'shop' }))],
      ]
      for (const [what, text] of wrong) expect(await inspected(text), what).to.equal('token_claims')
      const { explain } = server.composed.parts.tokens
      expect((await explain(token)).refusal).to.equal(null)
      expect((await explain(wrong.at(-2)![1])).refusal).to.equal('token_claims')
    })

    it('is refused with session_ended once revoked; a token newer than the entry is accepted', async () => {
      const { token } = machine('openid', issuer)
      await hearNothing(server)
      const { revocationLog } = server.composed.parts.logs
      await revocationLog.add({ kind: 'user', subject: String(amy.id), effect: 'end', why: '' }, 'system')
      expect(await inspected(token), 'of a user').to.equal('shop')
      await revocationLog.add({ kind: 'application', subject: 'shop', effect: 'end', why: '' }, 'system')
      expect(await inspected(token)).to.equal('session_ended')
      // Until the head is followed once more, a new token carries the number from before the entry.
      expect(await inspected(machine('openid', issuer).token)).to.equal('session_ended')
      await settle(server.composed)
      expect(await inspected(machine('openid', issuer).token)).to.equal('shop')
    })
  })
})

onMariaDb('two servers with the same applications', engine => {
  it('judge the actor of a change by lifetimes that the other server has just set', async () => {
    const first = await aServer({ engine })
    const amy = await first.aUser()
    await anApplication(first, 'shop', { metadata: { scope: 'darvoza:account', first_party: true } })
    const second = await aServer({ settings: first.settings, clock: first.clock, policy: null })
    const { refresh, session } = await aSessionOf(first, amy, 'shop', { scope: 'darvoza:account' })
    expect((await refreshAs(second, refresh)).code).to.equal(null)
    first.clock.advance('10m')
    await hearNothing(second)
    const lifetimes = { refresh_token_lifetime: 300 }
    await changeApplication(first, 'shop', { metadata: { scope: 'darvoza:account', lifetimes } })
    const credential = { sid: session.id, permission: null, beforeNewPassword: false }
    const actor = { name: `user:${amy.id}`, origin, credential } as const
    const code = await second.composed.parts.tokens.changes.run(actor, async () => 'done').catch(error => error.code)
    expect(code).to.equal('token_expired')
  })

  it('look twice at a refresh only after a change of its application or of a resource server', async () => {
    const first = await aServer({ engine })
    const amy = await first.aUser()
    const metadata = { scope: 'openid orders:read', first_party: true }
    for (const id of ['shop', 'wiki']) await anApplication(first, id, { metadata })
    await anApplication(first, 'orders', orders)
    const second = await aServer({ settings: first.settings, clock: first.clock, policy: null })
    let { refresh }: { refresh: string | null } = await aSessionOf(first, amy, 'shop', { scope: 'openid orders:read' })
    const next = async () => {
      const pair = await refreshAs(second, refresh!)
      expect(pair.code).to.equal(null)
      refresh = pair.refresh
      return pair.claims!.scope
    }
    await next()
    await hearNothing(second)
    await changeApplication(first, 'wiki', { name: 'another name' })
    expect(await statementsOf(second, next)).to.deep.equal(['UPDATE', 'SELECT'])
    await changeApplication(first, 'orders', { resourceScopes: [] })
    expect(await next()).to.equal('openid')
    await changeApplication(first, 'shop', { metadata: { scope: '' } })
    expect(await next()).to.equal(undefined)
  })

  it('apply lifetimes and permissions that the other server has just set at the next refresh', async () => {
    const first = await aServer({ engine })
    const amy = await aUserWith(first, ['orders:read'])
    await anApplication(first, 'shop', { metadata: { scope: 'openid' } })
    const second = await aServer({ settings: first.settings, clock: first.clock, policy: null })
    await hearNothing(second)
    let { refresh }: { refresh: string | null } = await aSessionOf(first, amy, 'shop', { scope: 'openid' })
    const next = async (server: TestServer) => {
      const pair = await refreshAs(server, refresh!)
      expect(pair.code).to.equal(null)
      refresh = pair.refresh
      return [lifeOf(pair.access), pair.claims!.permissions]
    }
    expect(await next(second)).to.deep.equal([3_600, []])
    expect(await next(first)).to.deep.equal([3_600, []])
    const lifetimes = { access_token_lifetime: 120, refresh_token_lifetime: 600 }
    await changeApplication(first, 'shop', { metadata: { scope: 'openid', permissions: ['orders:read'], lifetimes } })
    expect(await next(second)).to.deep.equal([120, ['orders:read']])
    expect(await next(second)).to.deep.equal([120, ['orders:read']])
    expect(claimsOf(refresh!).exp - claimsOf(refresh!).iat).to.equal(600)
    expect(await next(first)).to.deep.equal([120, ['orders:read']])
    first.clock.advance('601s')
    expect((await refreshAs(second, refresh!)).code).to.equal('token_expired')
  })
})
