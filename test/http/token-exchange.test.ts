// Token exchange (RFC 8693): a resource server calls the next one on behalf of a user; what its tokens contain and what
// ends them.
import { expect } from 'chai'
import { accessTokenType, tokenExchangeGrant } from '../../server/policy/token-exchange.js'
import { Refusal } from '../../server/protocol/errors.js'
import type { NewApplication } from '../../server/storage/applications.js'
import { createVerifier, type Verifier } from '../../server/verifier/verifier.js'
import { aConfidentialApplication, aSessionOf, basic, inForm } from '../support/applications.js'
import { type Answer, aClient, claimsOf } from '../support/client.js'
import { aHolder, type Holder } from '../support/dpop.js'
import { heard } from '../support/fake-issuer.js'
import { aForge, changed } from '../support/forge.js'
import { anEntry, writeEntries } from '../support/log.js'
import { aServer, issuer, settle, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const origin = { address: '192.0.2.1', userAgent: 'test', requestId: 'test' }
const scopesOf = (...names: string[]) => names.map(name => ({ name, description: '' }))
const at = (name: string) => `https://${name}.example`
const exchanging = (name: string, scopes: string[], metadata: NewApplication['metadata']): Partial<NewApplication> => ({
  ...{ kind: 'resource_server', resource: at(name), resourceScopes: scopesOf(...scopes) },
  metadata: { grant_types: [tokenExchangeGrant], ...metadata },
})
const stockRule = { resource: at('stock'), scope: ['stock:read'] }
const permissions = ['orders:read', 'stock:read', 'bills:read']

const website = { redirect_uris: ['https://shop.example/back'], response_types: ['code' as const] }
const applications: Record<string, Partial<NewApplication>> = {
  shop: { metadata: { scope: 'openid profile orders:read orders:write', permissions, first_party: true, ...website } },
  orders: exchanging('orders', ['orders:read', 'orders:write'], {
    permissions: ['stock:read', 'bills:read', 'never:had'],
    token_exchange: [
      { resource: at('stock'), scope: ['stock:read'], subject_scope: ['orders:read'] },
      { resource: at('stock'), scope: ['stock:write', 'stock:gone'], subject_scope: ['orders:read', 'orders:write'] },
      { resource: at('bills') },
      { resource: issuer },
      { resource: at('nobody') },
    ],
  }),
  stock: exchanging('stock', ['stock:read', 'stock:write'], {
    grant_types: [tokenExchangeGrant, 'client_credentials'],
    permissions: ['stock:read'],
    scope: 'revocations:read',
    token_exchange: [
      { resource: at('bills'), scope: ['bills:read'] },
      // Rules in both directions, so that chains can go back and forth.
      { resource: at('orders'), scope: ['orders:read'] },
    ],
  }),
  bills: exchanging('bills', ['bills:read'], { grant_types: [] }),
  short: exchanging('short', ['short:read'], {
    lifetimes: { access_token_lifetime: 60 },
    token_exchange: [{ resource: at('bills') }],
  }),
  picky: exchanging('picky', [], { required_roles: ['auditor'], token_exchange: [{ resource: at('bills') }] }),
}

describe('token exchange', () => {
  let server: TestServer
  let amy: Awaited<ReturnType<TestServer['aUser']>>
  let verifier: Verifier
  const secrets: Record<string, string> = {}
  beforeEach(async () => {
    server = await aServer()
    await server.composed.parts.people.roles.create('clerk', ['shelf:read'], 'system')
    amy = await server.aUser({ permissions: ['orders:read', 'stock:read', 'admin:all'], roles: ['clerk'] })
    for (const [id, changes] of Object.entries(applications))
      secrets[id] = await aConfidentialApplication(server, id, changes)
    await settle(server.composed)
    let ticks = 0
    verifier = createVerifier({
      ...{ issuer, url: server.url, audience: at('stock'), clientId: 'stock', clientSecret: secrets.stock! },
      clocks: { monotonic: () => ticks, wall: () => server.clock.now() },
      fetch: (input, init) => {
        ticks++
        return fetch(input, init)
      },
    })
    await verifier.ready()
  })
  afterEach(() => verifier.close())

  /** Amy's access token at the shop. */
  async function sent(scope = 'openid profile orders:read', resources = [at('orders')]) {
    const { refresh, session } = await aSessionOf(server, amy, 'shop', { scope, resources })
    const { access } = await server.composed.parts.tokens.rotate.rotate(refresh, 'shop', origin)
    return { token: access.token, session, refresh }
  }

  async function ask(id: string, form: Record<string, string>, more = ''): Promise<Answer> {
    const all = { grant_type: tokenExchangeGrant, subject_token_type: accessTokenType, ...form }
    const body = String(new URLSearchParams(all)) + more
    const headers = { ...inForm, ...basic(id, secrets[id] ?? '') }
    return aClient(server).send('POST', '/oauth/token', { body, headers })
  }
  const exchange = (id: string, subject_token: string, to: string, form: object = {}) =>
    ask(id, { subject_token, resource: at(to), ...form })
  const exchanged = async (id: string, token: string, to: string, form: object = {}): Promise<string> => {
    const { status, body, text } = await exchange(id, token, to, form)
    expect(status, text).to.equal(200)
    return body.access_token
  }
  async function code(token: string): Promise<string> {
    try {
      await verifier.verify(token)
      return '200'
    } catch (error) {
      if (error instanceof Refusal) return error.code
      throw error
    }
  }
  /** What introspection answers to the resource server that the token is for. */
  async function isActive(token: string, id = 'stock'): Promise<boolean> {
    const headers = { ...inForm, ...basic(id, secrets[id]!) }
    return (await aClient(server).send('POST', '/oauth/introspect', { body: `token=${token}`, headers })).body.active
  }
  const named = ({ status, body }: Answer) => [status, body.error, String(body.error_uri).split('/').at(-1)]

  it('refuses a subject_token that is no live user token for the asking resource server', async () => {
    const { token, refresh } = await sent()
    const elsewhere = await sent('openid', [])
    const own = await aClient(server).signIn(amy)
    const program = await ask('stock', { grant_type: 'client_credentials', scope: 'revocations:read' })
    const [header, claims, signature] = token.split('.')
    const idToken = `${header}.${claims}`
    const nobody = ['', 'x', 'a.b.c', 'ü'.repeat(3_000), `${token}x`, `${header}.${claims}.`, idToken, refresh]
    await exchange('orders', 'x', 'stock')
    const before = await snapshotOf(server)
    for (const bad of [...nobody, elsewhere.token, own.access, own.refresh, program.body.access_token, signature!]) {
      const answer = await exchange('orders', bad, 'stock')
      const expected = bad === '' ? 'invalid_request' : 'subject_token_invalid'
      expect(named(answer), bad.slice(0, 40)).to.deep.equal([400, 'invalid_request', expected])
      expect(answer.body).to.not.have.property('access_token')
    }
    // A valid token for another resource server gets the same answer as an invalid one.
    const texts = await Promise.all(
      [token, `${token.slice(0, -4)}AAAA`].map(async one => (await exchange('stock', one, 'bills')).text),
    )
    expect(new Set(texts).size).to.equal(1)
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('refuses clients without a rule, targets and scopes outside the rules, and unsupported parameters', async () => {
    const { token } = await sent()
    const actor = { actor_token: token, actor_token_type: accessTokenType }
    const refused: [id: string, form: Record<string, string>, error: string, code?: string][] = [
      ['shop', { resource: at('stock') }, 'unauthorized_client'],
      ['bills', { resource: at('stock') }, 'unauthorized_client'],
      ['orders', { resource: at('nobody') }, 'invalid_target'],
      ['orders', { resource: at('orders') }, 'invalid_target'],
      ['orders', { resource: at('short') }, 'invalid_target'],
      ['orders', { resource: `${at('stock')}#a` }, 'invalid_target'],
      ['orders', { audience: 'shop' }, 'invalid_target'],
      ['orders', { audience: 'short' }, 'invalid_target'],
      // This server is no target: a token issued for another server must not act here.
      ['orders', { resource: issuer }, 'invalid_target'],
      ['orders', { audience: 'darvoza' }, 'invalid_target'],
      ['orders', { audience: 'stock', resource: at('bills') }, 'invalid_target'],
      ['orders', {}, 'invalid_target'],
      ['orders', { resource: at('stock'), scope: 'stock:write' }, 'invalid_scope'],
      ['orders', { resource: at('stock'), scope: 'stock:read stock:gone' }, 'invalid_scope'],
      ['orders', { resource: at('stock'), scope: 'openid stock:read' }, 'invalid_scope'],
      ['orders', { resource: at('stock'), scope: 'orders:read' }, 'invalid_scope'],
      ['orders', { resource: at('bills'), scope: 'bills:read' }, 'invalid_scope'],
      ['orders', { resource: at('stock'), ...actor }, 'invalid_request', 'actor_token_unsupported'],
      ['orders', { resource: at('stock'), actor_token_type: 'x' }, 'invalid_request', 'actor_token_unsupported'],
      ['orders', { resource: at('stock'), subject_token_type: '' }, 'invalid_request'],
      [
        'orders',
        { resource: at('stock'), subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
        'invalid_request',
      ],
      [
        'orders',
        { resource: at('stock'), requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
        'invalid_request',
      ],
    ]
    for (const id of ['orders', 'shop', 'bills']) await exchange(id, 'x', 'stock')
    await server.composed.jobs.settled()
    const before = await snapshotOf(server)
    for (const [id, form, error, its = error] of refused) {
      const answer = await ask(id, { subject_token: token, ...form })
      expect(named(answer), `${id} ${JSON.stringify(form)}`).to.deep.equal([400, error, its])
    }
    const twice = await ask('orders', { subject_token: token, resource: at('stock') }, '&subject_token=x')
    expect(named(twice)).to.deep.equal([400, 'invalid_request', 'invalid_request'])
    const wrong = await aClient(server).send('POST', '/oauth/token', {
      body: String(new URLSearchParams({ grant_type: tokenExchangeGrant, subject_token: token, client_id: 'orders' })),
      headers: inForm,
    })
    expect([wrong.status, wrong.body.error]).to.deep.equal([401, 'invalid_client'])
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('refuses a token whose user lacks a role that the asking application requires', async () => {
    const { token } = await sent('openid', [at('picky')])
    expect(named(await exchange('picky', token, 'bills'))[2]).to.equal('subject_token_invalid')
  })

  it('issues a narrower token of the same session for the target, with the actors in act', async () => {
    const { token, session } = await sent()
    const answer = await ask('orders', {
      subject_token: token,
      audience: 'stock',
      requested_token_type: accessTokenType,
    })
    const { access_token, ...told } = answer.body
    expect(told).to.deep.equal({
      ...{ token_type: 'Bearer', issued_token_type: accessTokenType, scope: 'stock:read' },
      expires_in: claimsOf(token).exp - Math.floor(server.clock.now() / 1000),
    })
    expect(answer.headers.get('cache-control')).to.equal('no-store')
    const before = claimsOf(token)
    const { jti, rev, iat, ...claims } = claimsOf(access_token)
    expect(claims).to.deep.equal({
      ...{ iss: issuer, aud: at('stock'), sub: String(amy.id), sid: session.id, client_id: 'orders' },
      ...{ scope: 'stock:read', token_type: 'access', user_id: String(amy.id), username: amy.username },
      ...{ exp: before.exp, auth_time: before.auth_time, roles: ['clerk'] },
      // The user's permissions that both applications may carry, of those in the token sent.
      permissions: ['stock:read'],
      act: { sub: 'orders', act: { sub: 'shop' } },
    })
    expect(jti).to.not.equal(before.jti)
    expect([rev >= before.rev, iat >= before.iat]).to.deep.equal([true, true])

    const verified = await verifier.verify(access_token, { scope: 'stock:read' })
    expect([verified.act?.sub, verified.act?.act?.sub]).to.deep.equal(['orders', 'shop'])
    for (const id of ['orders', 'stock']) {
      const body = `token=${access_token}`
      const headers = { ...inForm, ...basic(id, secrets[id]!) }
      const asked = await aClient(server).send('POST', '/oauth/introspect', { body, headers })
      expect(asked.body).to.deep.include({ active: true, act: claims.act, client_id: 'orders', aud: at('stock') })
    }
    const userinfo = await aClient(server).get('/oauth/userinfo', access_token)
    expect(userinfo.status).to.equal(403)
    await server.composed.parts.tokens.counters.flush()
    const { figures } = server.composed.parts.logs
    expect((await figures.series('24h')).totals.exchanged_tokens).to.equal(1)
  })

  it('grants the scopes of all rules that the token fulfils, or the requested ones of these', async () => {
    const scopeFor = async (scope: string, form: object = {}) => {
      const { token } = await sent(scope)
      return claimsOf(await exchanged('orders', token, 'stock', form)).scope
    }
    expect(await scopeFor('orders:read orders:write')).to.equal('stock:read stock:write')
    expect(await scopeFor('orders:read orders:write', { scope: 'stock:write' })).to.equal('stock:write')
    const { token } = await sent('orders:write')
    expect(named(await exchange('orders', token, 'stock'))[1]).to.equal('invalid_target')
    expect(claimsOf(await exchanged('orders', token, 'bills'))).to.not.have.property('scope')
    // A trailing slash names the same resource; the only possible target need not be named.
    expect((await ask('orders', { subject_token: token, resource: `${at('bills')}/` })).status).to.equal(200)
    expect((await ask('orders', { subject_token: token })).status).to.equal(200)
  })

  it('issues a chain of tokens that lists every actor, up to five exchanges', async () => {
    let { token } = await sent()
    let from = 'orders'
    const actors = ({ act }: { act?: { sub: string; act?: object } }): string[] =>
      act ? [act.sub, ...actors(act as never)] : []
    for (let hops = 1; hops <= 5; hops++) {
      const to = from === 'orders' ? 'stock' : 'orders'
      token = await exchanged(from, token, to)
      expect(actors(claimsOf(token))).to.have.length(hops + 1)
      from = to
    }
    expect(claimsOf(token).permissions).to.deep.equal(['stock:read'])
    expect(actors(claimsOf(token))).to.deep.equal(['orders', 'stock', 'orders', 'stock', 'orders', 'shop'])
    expect(await code(token)).to.equal('200')
    expect(named(await exchange('stock', token, 'bills'))).to.deep.equal([
      400,
      'invalid_request',
      'subject_token_invalid',
    ])
  })

  it("requires a DPoP proof of a bound token's key, and binds the issued token to the proof's key", async () => {
    const [own, other] = [aHolder(server.clock.now), aHolder(server.clock.now)]
    const { session } = await sent()
    const { jkt } = own
    const bound = aForge(server).access(changed((await sent()).token, { cnf: { jkt }, sid: session.id }))
    const by = async (holder: Holder | null, subject_token: string) => {
      const form = {
        grant_type: tokenExchangeGrant,
        subject_token_type: accessTokenType,
        subject_token,
        resource: at('stock'),
      }
      const proof = holder && { DPoP: holder.proof('POST', `${issuer}/oauth/token`, undefined) }
      const headers = { ...inForm, ...basic('orders', secrets.orders!), ...proof }
      return aClient(server).send('POST', '/oauth/token', { body: String(new URLSearchParams(form)), headers })
    }
    for (const holder of [null, other])
      expect(named(await by(holder, bound))).to.deep.equal([400, 'invalid_request', 'subject_token_invalid'])
    const { body } = await by(own, bound)
    expect([body.token_type, claimsOf(body.access_token).cnf]).to.deep.equal(['DPoP', { jkt }])
    const free = await by(other, (await sent()).token)
    expect(claimsOf(free.body.access_token).cnf).to.deep.equal({ jkt: other.jkt })
    expect(await code(free.body.access_token)).to.equal('token_bound')
  })

  it("issues no token that outlives the subject_token or the asking application's token lifetime", async () => {
    const { token } = await sent('openid', [at('short')])
    const { exp, iat } = claimsOf(await exchanged('short', token, 'bills'))
    expect(exp - iat).to.equal(60)
    const later = await sent()
    server.clock.advance('59m')
    const second = claimsOf(await exchanged('orders', later.token, 'stock'))
    expect(second.exp).to.equal(claimsOf(later.token).exp)
    server.clock.advance('2m')
    expect(named(await exchange('orders', later.token, 'stock'))[2]).to.equal('subject_token_invalid')
  })

  it('issues tokens that end with the session, user, role, rule or application they rely on', async () => {
    const { devices, people, applications } = server.composed.parts
    const { sessions } = devices
    const change = (id: string, wanted: object) => applications.applications.change(id, wanted, 'operator:test')
    const bills = { resource: at('bills') }
    const ends: [what: string, end: (sid: string) => Promise<unknown>, code: string][] = [
      ['the session', sid => sessions.end(sid, null, 'system'), 'session_ended'],
      ['all of the person', () => sessions.endAll(amy.id, 'system'), 'token_revoked'],
      ['a role of the person', () => people.roles.update('clerk', { permissions: [] }, 'system'), 'token_stale'],
      [
        'sessions of the application that was signed in to',
        () => applications.applications.endSessions('shop', 'operator:test'),
        'token_revoked',
      ],
      ['what that may', () => change('shop', { metadata: { scope: 'openid orders:read' } }), 'token_stale'],
      [
        'a permission of the application that asked',
        () => change('orders', { metadata: { permissions: ['stock:read'] } }),
        'token_stale',
      ],
      ['a scope of the target', () => change('stock', { resourceScopes: scopesOf('stock:read') }), 'token_stale'],
      [
        'the rule',
        () => change('orders', { metadata: { token_exchange: [{ ...bills, scope: ['bills:read'] }, stockRule] } }),
        'token_stale',
      ],
      [
        'the application that asked',
        () => applications.applications.disable('orders', 'operator:test'),
        'token_revoked',
      ],
    ]
    for (const [what, end, expected] of ends) {
      const { token, session } = await sent('orders:read')
      const issued = await exchanged('orders', token, 'stock')
      expect([await code(issued), await isActive(issued)], what).to.deep.equal(['200', true])
      const told = heard(verifier, 'revocation')
      await end(session.id)
      await told
      expect([await code(issued), await isActive(issued)], what).to.deep.equal([expected, false])
    }
  })

  it('issues tokens that end with an application in the middle of the chain', async () => {
    const { token } = await sent()
    const passedOn = await exchanged('stock', await exchanged('orders', token, 'stock'), 'bills')
    expect(await isActive(passedOn, 'bills')).to.equal(true)
    await server.composed.parts.applications.applications.disable('orders', 'operator:test')
    expect(await isActive(passedOn, 'bills')).to.equal(false)
  })

  it('refuses a token that another server has revoked, or whose session, user or application it ended', async () => {
    const { storage, revocation } = server.composed.parts
    const { database } = storage
    const { token } = await sent()
    const { jti } = claimsOf(token)
    expect((await exchange('orders', token, 'stock')).status).to.equal(200)
    await writeEntries(database, [anEntry(revocation.tail.position + 1, { kind: 'token', subject: jti })])
    expect(named(await exchange('orders', token, 'stock'))[2]).to.equal('subject_token_invalid')

    const rows: [string, string, (sid: string) => string][] = [
      ['session', 'ended_at = 1', sid => sid],
      ['user', 'active = 0', () => String(amy.id)],
      ['user', 'must_change_password = 1', () => String(amy.id)],
      ['application', 'active = 0', () => 'shop'],
    ]
    for (const [table, set, id] of rows) {
      const other = await sent()
      const undone = set
        .replace(/= 1$/, set.startsWith('ended') ? '= NULL' : '= 0')
        .replace(/active = 0$/, 'active = 1')
      await database.write(`UPDATE ${table} SET ${set} WHERE id = ?`, [id(other.session.id)])
      const answer = named(await exchange('orders', other.token, 'stock'))
      expect(answer, `${table} ${set}`).to.deep.equal([400, 'invalid_request', 'subject_token_invalid'])
      await database.write(`UPDATE ${table} SET ${undone} WHERE id = ?`, [id(other.session.id)])
    }
  })
})
