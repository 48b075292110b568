// Every documented answer of the API, given by a real server: all routes, statuses and error codes of the document.
// The test client checks every answer against the document (support/client.ts), so that undocumented answers fail too.
import { expect } from 'chai'
import { type Access, senderOf } from '../../server/http/kinds/kinds.js'
import type { RouteRow } from '../../server/http/route.js'
import { type RouteName, routes } from '../../server/http/routes.js'
import { throttles } from '../../server/identity/authorizations/network-throttle.js'
import { quotas } from '../../server/identity/quota.js'
import { deviceGrantType } from '../../server/policy/device-request.js'
import { ownPermissions } from '../../server/policy/permissions.js'
import { accessTokenType, tokenExchangeGrant } from '../../server/policy/token-exchange.js'
import { refuse } from '../../server/protocol/errors.js'
import { mostVerifiers } from '../../server/storage/verifiers.js'
import { aKeyOf } from '../support/api-keys.js'
import { aConfidentialApplication, anApplication, aSessionOf, basic, inForm } from '../support/applications.js'
import { aKey, anAssertion, shown } from '../support/assertions.js'
import { aResourceServer, authorizeQuery } from '../support/authorizations.js'
import { type CallName, calls, readyCall } from '../support/calls.js'
import { aClient, claimsOf } from '../support/client.js'
import { aBrowser, aCode } from '../support/codes.js'
import { aTelevision, decide } from '../support/device-codes.js'
import { aDocumentHost, aServerThatFetches } from '../support/document-host.js'
import { answered, check, documentedAnswers } from '../support/documented.js'
import { aHolder } from '../support/dpop.js'
import { aFeedReader, aFollower, closeFeedReaders, renewLease } from '../support/feed.js'
import { aForge, changed } from '../support/forge.js'
import { aWorld } from '../support/forms.js'
import { hold } from '../support/held.js'
import { aLegacyToken, aServerAfterDjango } from '../support/legacy-tokens.js'
import { sendRaw } from '../support/raw.js'
import { refusedTokens } from '../support/refused-tokens.js'
import { aRegistered, aTool, manage, register, registered, registrationToken } from '../support/registrations.js'
import { aServer, issuer, password, settle, sharedHashing, type TestServer } from '../support/server.js'
import { devicesOf } from '../support/sessions.js'
import { aVisitor } from '../support/visitor.js'

const table = Object.entries(routes) as [RouteName, RouteRow<Access>][]
/** All documented answers, as `name status code`. */
const documented = await documentedAnswers()
const isTold = (name: string, code: string) =>
  documented.some(one => one.startsWith(`${name} `) && one.endsWith(` ${code}`))
const told = (code: string) => table.filter(([name]) => isTold(name, code))
const ofTokens = table.filter(([, row]) => senderOf(row) === 'token')
const isOauth = (row: RouteRow<Access>) => row.path.startsWith('/oauth/')
const admin = { username: 'admin', password }

const somewhere = { id: '999', name: 'nothing', kid: 'nothing', secret: 'nothing', application: 'nothing' }

function pathOf({ path }: RouteRow<Access>, values: Record<string, string> = {}): string {
  return path.replace(/:(\w+)/g, (_, part: string) => encodeURIComponent({ ...somewhere, ...values }[part]!))
}

/** Sends 16 requests at a time, which is faster than one after the other. */
async function someAtOnce<T>(all: readonly T[], ask: (one: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < all.length; at += 16) await Promise.all(all.slice(at, at + 16).map(ask))
}

/** Error codes that only a bug of the server raises. */
const notTried = ['server_error']

describe('OpenAPI document', function () {
  // A few thousand requests.
  this.timeout(120_000)

  it('lists how each route refuses bad credentials, throttled API keys and unreadable requests', async () => {
    const server = await aServer()
    const client = aClient(server)
    const tokens = await refusedTokens(server)
    const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })
    const keys = await someKeys(server)
    const holder = aHolder(server.clock.now)
    const ofKey = aForge(server).access(changed(tokens.admin, { cnf: { jkt: holder.jkt } }))
    const byHeader: Record<string, { headers: Record<string, string> }> = {
      ...Object.fromEntries(Object.entries(keys.refused).map(([code, text]) => [code, byKey(text)])),
      ...Object.fromEntries(Object.entries(tokens.access).map(([code, token]) => [code, bearer(token)])),
      token_bound: bearer(ofKey),
      token_unbound: { headers: { Authorization: `DPoP ${tokens.admin}` } },
      invalid_dpop_proof: { headers: { Authorization: `DPoP ${ofKey}` } },
      not_authenticated: { headers: {} },
      bad_authorization_header: { headers: { Authorization: 'Bearer a b' } },
    }
    const asked = ofTokens.flatMap(([name, row]) =>
      Object.entries(byHeader).flatMap(([code, { headers }]) => {
        const type = isOauth(row) && row.method === 'POST' ? inForm : {}
        return isTold(name, code) ? [{ row, headers: { ...headers, ...type } }] : []
      }),
    )
    await someAtOnce(asked, ({ row, headers }) => client.send(row.method, pathOf(row), { headers }))
    await someAtOnce(told('api_key_scope'), ([, { access, method, ...row }]) => {
      const text = access.kind === 'person' ? keys.ofUsers : keys.ofAccount
      return client.send(method, pathOf({ access, method, ...row }), byKey(text))
    })
    await someAtOnce(told('password_change_required'), ([, row]) =>
      client.send(row.method, pathOf(row), byKey(keys.ofBound)),
    )
    await server.setPolicy({ api_key_requests_per_minute: 1 })
    await client.send('GET', '/api/me', byKey(keys.busy))
    await someAtOnce(told('too_many_requests'), ([, row]) => client.send(row.method, pathOf(row), byKey(keys.busy)))
    // Unknown API keys up to the limit of a network, which is ten times that of a username.
    await server.setPolicy({ sign_in_guesses_per_hour: 5 })
    const none = Array.from({ length: 50 }, (_, index) => byKey(`dvz_key_${String(index).padStart(43, 'C')}`))
    await someAtOnce(none, each => client.send('GET', '/api/me', each))
    const another = byKey(`dvz_key_${'B'.repeat(43)}`)
    await someAtOnce(
      ofTokens.filter(([name, row]) => !isOauth(row) && isTold(name, 'too_many_guesses')),
      ([, row]) => client.send(row.method, pathOf(row), another),
    )
    const everywhere = aForge(server).access(changed(tokens.admin, { scope: 'openid' }))
    const ofPrograms = bearer((await aFollower(server)).token).headers
    const headersFor = ({ access }: RouteRow<Access>) =>
      access.kind === 'program' ? ofPrograms : bearer(everywhere).headers
    const inJson = { 'Content-Type': 'application/json' }
    await someAtOnce(told('not_acceptable'), ([, row]) =>
      client.send(row.method, pathOf(row), { headers: { Accept: 'text/html' } }),
    )
    await someAtOnce(told('invalid_fields'), ([, row]) => {
      const headers = headersFor(row)
      const body = row.method === 'GET' ? { headers } : { headers, json: {} }
      // Routes for applications ignore unknown parameters, but refuse an invalid verifier name.
      if (row.access.kind === 'program') return client.send(row.method, `${pathOf(row)}?verifier=a%20b`, body)
      return client.send(row.method, `${pathOf(row)}?nothing=1`, body)
    })
    await someAtOnce(told('parse_error'), async ([, row]) => {
      const type = isOauth(row) ? inForm : inJson
      const headers = headersFor(row)
      for (const body of [isOauth(row) ? 'a=%zz' : '{', 'a'.repeat(70_000)])
        await client.send(row.method, pathOf(row), { headers: { ...headers, ...type }, body })
      const inText = { ...headers, 'Content-Type': 'text/plain' }
      await client.send(row.method, pathOf(row), { headers: inText, body: 'a' })
    })
    await server.setPolicy({ dpop_nonces: true })
    await someAtOnce(
      ofTokens.filter(([name]) => isTold(name, 'use_dpop_nonce')),
      ([, row]) => {
        const proof = holder.proof(row.method, issuer + pathOf(row), ofKey)
        const headers = { Authorization: `DPoP ${ofKey}`, DPoP: proof }
        return client.send(row.method, pathOf(row), { headers: { ...headers, ...(isOauth(row) && inForm) } })
      },
    )
    for (const [code, refresh] of Object.entries(tokens.refresh)) {
      if (isTold('refresh', code)) await client.refresh(refresh)
      if (isTold('blacklist', code)) await client.post('/api/token/blacklist', { refresh })
      if (isTold('verify', code) && code !== 'token_type') await client.verify(refresh)
    }
    const { device_token } = await client.signIn(admin)
    for (const [code, token] of Object.entries({ ...tokens.access, token_type: device_token }))
      if (isTold('verify', code)) await client.verify(token)
  })

  it('lists request_timeout for each route whose body does not arrive in time', async () => {
    const server = await aServer({ ports: { bodyWait: 50 } })
    const { access } = await aClient(server).signIn(admin)
    const token = aForge(server).access(changed(access, { scope: 'openid' }))
    const { token: ofProgram } = await aFollower(server)
    await server.setPolicy({ client_registration: 'open' })
    const { client_id: id } = await aRegistered(server, 'tool')
    const tokenFor = ({ access, path }: RouteRow<Access>): Record<string, string> => {
      if (access.kind === 'registration')
        return path.endsWith(':id') ? { Authorization: `Bearer ${registrationToken}` } : {}
      return { Authorization: `Bearer ${access.kind === 'program' ? ofProgram : token}` }
    }
    const requests = told('request_timeout').map(([name, row]) => ({
      name,
      method: row.method,
      path: pathOf(row, row.access.kind === 'registration' ? { id } : {}),
      headers: { ...tokenFor(row), ...(isOauth(row) ? inForm : { 'Content-Type': 'application/json' }) },
      body: 'a=1234',
    }))
    for (const [index, held] of (await hold(server, null, requests)).entries()) {
      const { status, headers, text } = await held.answer
      const { method, path } = requests[index]!
      await check(method, path, { status, text, headers: { get: name => headers[name] ?? null } })
    }
  })

  it('lists the answers of every route that reads, with counts, CSV files and 304', async () => {
    const server = await aServer()
    const client = aClient(server)
    const world = await aWorld(server, 'shown', [])
    await client.signIn(world.person)
    const { access, refresh } = await client.signIn(admin)
    await client.refresh(refresh)
    server.clock.advance('1m')
    // Reuse of a refresh token, for the list of incidents.
    await client.refresh(refresh)
    const token = (await client.signIn(admin)).access
    const { application } = await server.composed.parts.applications.applications.create(
      { name: 'Nightly', kind: 'machine', metadata: {} },
      'system',
    )
    const values: Partial<Record<RouteName, Record<string, string>>> = {
      showSession: { id: world.sid },
      showApplication: { id: application.id },
      listApplicationSecrets: { id: application.id },
    }
    for (const [name, row] of ofTokens) {
      if (row.method !== 'GET' || isOauth(row) || row.access.kind === 'program') continue
      const path = pathOf(row, { id: String(world.person.id), ...values[name] })
      const answer = await client.get(path, token)
      expect(answer.status, name).to.equal(200)
      if (row.query?.count) await client.get(`${path}?count=true&limit=1`, token)
      if (row.file) expect((await client.get(`${path}?format=csv`, token)).headers.get('content-type')).to.match(/csv/)
    }
    expect((await client.get('/api/admin/incidents', token)).body.results).to.have.length(1)
    for (const [, row] of table)
      if (senderOf(row) === 'nobody' && row.answers && row.method === 'GET') {
        const { headers } = await client.get(row.path)
        const etag = headers.get('etag')
        if (etag === null) continue
        const kept = await sendRaw(server, [`GET ${row.path} HTTP/1.1`, 'Host: localhost', `If-None-Match: ${etag}`])
        await check('GET', row.path, { ...kept, headers: { get: name => kept.headers[name] ?? null } })
      }
    expect(claimsOf(access).sub).to.equal('1')
  })

  it('lists the success answers of every route that changes something', async () => {
    const server = await aServer()
    const client = aClient(server)
    for (const name of Object.keys(calls) as CallName[]) {
      if (!documented.some(one => one.startsWith(`${name} `))) continue
      const world = await aWorld(server, name.toLowerCase(), [])
      const user = await server.aUser({ roles: ['admin'] })
      const { access } = await client.signIn(user)
      const sid = claimsOf((await client.signIn(user)).access).sid as string
      const [device] = await devicesOf(server, user.id)
      const call = await readyCall(world, name, { sid, deviceId: device!.device.id })
      const { ids, ...more } = JSON.parse(call.body)
      if (ids) await client.send(call.method, call.path, { token: access, json: { ids, role: more.role } })
      if (ids) await client.send(call.method, call.path, { token: access, json: { ids, ...more, count: '9' } })
      const { status, text } = await client.send(call.method, call.path, { token: access, json: JSON.parse(call.body) })
      expect(status, `${name}: ${text}`).to.be.below(300)
    }
  })

  it('lists not_found, protected users and roles, policy conflicts and authentication too old', async () => {
    const server = await aServer()
    const client = aClient(server)
    const world = await aWorld(server, 'own', [])
    const { access: token, refresh } = await client.signIn(admin)
    const own = { sid: claimsOf(refresh).sid as string, deviceId: world.deviceId }
    for (const [name, row] of told('not_found')) {
      const call = Object.hasOwn(calls, name) ? await readyCall(world, name as CallName, own) : null
      const json = name === 'undoPolicies' ? { version: 900 } : name === 'previewPolicies' ? { undo: 900 } : null
      const body = row.method === 'GET' ? {} : { json: json ?? JSON.parse(call!.body) }
      const path = json === null ? pathOf(row) : row.path
      expect((await client.send(row.method, path, { token, ...body })).status, name).to.equal(404)
    }
    await client.send('DELETE', '/api/admin/users/1', { token })
    await client.send('PUT', '/api/admin/users/1/roles', { token, json: { roles: [] } })
    await client.post('/api/admin/users/1/disable', {}, token)
    await client.patch('/api/admin/roles/support', { name: 'help' }, token)
    await client.delete('/api/admin/roles/support', token)

    // A policy version that a newer version conflicts with.
    const set = (reuse_grace: number, version?: number) =>
      client.patch('/api/admin/policies', { changes: { reuse_grace }, version }, token)
    const { version } = (await set(20)).body
    await set(30)
    await set(40, version)
    await client.post('/api/admin/policies/undo', { version }, token)
    await client.post('/api/admin/policies/preview', { undo: version }, token)

    const old = aForge(server).access(changed(token, { auth_time: 1 }))
    const json = { username: 'ben', password: 'a much better horse', roles: ['admin'] }
    await client.post('/api/admin/users', json, old)
    const { text } = await aKeyOf(server, 1, { scopes: ['darvoza:users:write'] })
    await client.send('POST', '/api/admin/users', { json, ...byKey(text) })
    await client.send('POST', '/api/admin/users', { json: { ...json, roles: [] }, ...byKey(text) })
    const carl = await server.aUser({ permissions: ['darvoza:users:write'] })
    const ofCarl = byKey((await aKeyOf(server, carl.id, { scopes: ['darvoza:users:write'] })).text)
    await client.send('PATCH', `/api/admin/users/${carl.id}`, { json: { username: 'karl' }, ...ofCarl })
  })

  it('lists the refusals of sign-ins and password changes', async () => {
    const shared = sharedHashing()
    let busy = false
    const slots = { ...shared, hash: shared.hash, matches: shared.matches }
    const hashingWork = {
      hash: (...of: Parameters<typeof slots.hash>) => (busy ? tooMany() : slots.hash(...of)),
      matches: (...of: Parameters<typeof slots.matches>) => (busy ? tooMany() : slots.matches(...of)),
    }
    const tooMany = () => Promise.reject(refuse('overloaded', { retryAfter: 1 }))
    const server = await aServer({ ports: { hashingWork }, policy: { sign_in_guesses_per_hour: 5 } })
    const client = aClient(server)
    const amy = await server.aUser()
    const { access: token } = await client.signIn(admin)
    const { access: own } = await client.signIn(amy)
    const change = { old_password: password, new_password: 'a much better horse' }

    expect((await client.post('/api/token', {})).status).to.equal(400)
    busy = true
    await client.post('/api/token', { username: amy.username, password })
    await client.post('/api/me/password', change, own)
    await client.post('/api/admin/users', { username: 'ben', password: change.new_password }, token)
    await client.post(`/api/admin/users/${amy.id}/password`, { password: change.new_password }, token)
    busy = false

    await server.setPolicy({ max_sessions_per_user: 1, at_session_limit: 'refuse' })
    await client.post('/api/token', { username: amy.username, password })
    await server.setPolicy({ max_sessions_per_user: 0 })
    for (let count = 0; count < 6; count++) {
      await client.post('/api/token', { username: amy.username, password: 'wrong' })
      await client.post('/api/me/password', { ...change, old_password: 'wrong' }, own)
    }
    const { access: bound } = await client.signIn(await server.aUser({ mustChangePassword: true }))
    expect((await client.verify(bound)).status).to.equal(403)
    await client.verify(own)
    const pair = await client.signIn(await server.aUser())
    await client.post('/api/token/blacklist', { refresh: (await client.refresh(pair.refresh)).body.refresh })
  })

  it('lists the answers to device authorization requests and device code grants', async () => {
    const server = await aServer()
    const { ask, askBy } = await someApplications(server)
    await aTelevision(server, 'tv')
    const visitor = aVisitor(server)
    const amy = await server.aUser()
    await visitor.signIn(amy)
    const send = (path: string, form: object) => askBy(inForm, path, { client_id: 'tv', ...form })
    const path = '/oauth/device_authorization'
    const begun = async () => (await send(path, { scope: 'openid' })).body
    const poll = ({ device_code }: { device_code: string }) =>
      send('/oauth/token', { grant_type: deviceGrantType, device_code })
    for (const form of [{ scope: 'revocations:read' }, { resource: 'https://x.example' }]) await send(path, form)
    await ask(path, {})
    const [denied, late, good, crowded] = [await begun(), await begun(), await begun(), await begun()]
    for (let times = 0; times < 2; times++) await poll(late)
    await decide(visitor, denied.user_code, 'deny')
    await poll(denied)
    await decide(visitor, good.user_code, 'allow')
    expect((await poll(good)).status).to.equal(200)
    await decide(visitor, crowded.user_code, 'allow')
    await server.setPolicy({ max_sessions_per_user: 1, at_session_limit: 'refuse' })
    await poll(crowded)
    for (let count = 0; count <= throttles.device.most; count++) if ((await send(path, {})).status === 429) break
    server.clock.advance('11m')
    await poll(late)
  })

  it('lists the answers of the token, PAR, userinfo, introspection and revocation endpoints', async () => {
    const server = await aServer({ policy: { sign_in_guesses_per_hour: 5 } })
    const refused = await refusedTokens(server)
    const applications = await someApplications(server)
    const { ask, askBy, aCodeOf, shop } = applications
    const client = aClient(server)

    const wanted = await aCodeOf({ scope: 'openid read' })
    expect((await ask('/oauth/token', wanted)).body).to.include.keys('access_token', 'refresh_token', 'id_token')
    const forms = [
      wanted,
      {},
      { grant_type: 'password' },
      { grant_type: 'client_credentials' },
      { grant_type: 'authorization_code', code: 'nothing' },
      { ...(await aCodeOf()), scope: 'admin' },
      { ...(await aCodeOf()), resource: 'https://x.example' },
    ]
    for (const form of forms) await ask('/oauth/token', form)
    for (const refresh_token of [...Object.values(refused.refresh), ...(await applications.refusedSessions())])
      await ask('/oauth/token', { grant_type: 'refresh_token', refresh_token })
    const proof = (text: string) => ({ ...shop, DPoP: text })
    await askBy(proof('nothing'), '/oauth/token', wanted)
    const forAnotherKey = aHolder(server.clock.now).proof('POST', `${issuer}/oauth/token`, undefined)
    const bound = { grant_type: 'refresh_token', refresh_token: await applications.boundSession() }
    await askBy(proof(forAnotherKey), '/oauth/token', bound)
    await server.setPolicy({ dpop_nonces: true })
    await askBy(proof(forAnotherKey), '/oauth/token', bound)
    await askBy(applications.machine, '/oauth/token', { grant_type: 'client_credentials' })
    const exchanged = { grant_type: tokenExchangeGrant, subject_token: 'x', subject_token_type: accessTokenType }
    for (const more of [{}, { actor_token: 'x' }])
      await askBy(applications.exchanger, '/oauth/token', { ...exchanged, ...more })

    const asked = Object.fromEntries(
      new URLSearchParams(authorizeQuery('shop', { redirect_uri: 'https://shop.example/back', scope: 'openid' })),
    )
    expect((await ask('/oauth/par', asked)).status).to.equal(201)
    await askBy(proof('nothing'), '/oauth/par', asked)
    await askBy(proof(aHolder(server.clock.now).proof('POST', `${issuer}/oauth/par`, undefined)), '/oauth/par', asked)
    await askBy(applications.machine, '/oauth/par', { ...asked, client_id: 'machine' })
    for (const wrong of [
      { redirect_uri: 'https://evil.example' },
      { response_type: 'token' },
      { request: 'a.b.c' },
      { registration: '{}' },
      { scope: 'admin profile' },
      { resource: 'https://x.example' },
    ])
      await ask('/oauth/par', { ...asked, ...wrong })
    const { networkThrottle } = server.composed.parts.authorizations
    for (let sent = 0; sent < throttles.push.most; sent++) networkThrottle.admit('push', '127.0.0.1')
    await askBy(inForm, '/oauth/par', { client_id: 'tabs' })

    const { access_token, refresh_token } = (await ask('/oauth/token', await aCodeOf())).body
    const headers = { Authorization: `Bearer ${access_token}` }
    expect((await client.send('GET', '/oauth/userinfo', { headers })).status).to.equal(200)
    for (const body of ['', `access_token=${access_token}`])
      await client.send('POST', '/oauth/userinfo', { headers: { ...headers, ...inForm }, body })

    const at = Math.floor(server.clock.now() / 1000)
    const early = aForge(server).access(changed(access_token, { iat: at + 600, exp: at + 900 }))
    for (const token of [
      '',
      'nothing',
      `dvz_key_${'a'.repeat(43)}`,
      early,
      access_token,
      refresh_token,
      refused.admin,
    ]) {
      await ask('/oauth/introspect', { token })
      await ask('/oauth/revoke', { token })
    }
    const { access_token: many } = (await ask('/oauth/token', await aCodeOf())).body
    for (let count = 0; count <= quotas.revocations.most; count++) {
      const jti = `one-of-many-${count}`
      await ask('/oauth/revoke', { token: aForge(server).access(changed(many, { jti })) })
    }

    for (const [, row] of told('invalid_client')) {
      await askBy(inForm, row.path, {})
      await askBy(shop, row.path, { client_id: 'another' })
      await askBy(inForm, row.path, await applications.unfetched())
      for (let count = 0; count <= 60; count++) {
        const { status } = await askBy({ ...inForm, ...basic('shop', 'wrong') }, row.path, {})
        if (status === 429) break
      }
    }
  })

  it('lists the answers of the revocation log feed and its leases', async () => {
    const server = await aServer({ ports: { feedLimits: { ofOne: 1, all: 2 } } })
    const client = aClient(server)
    const followers = [await aFollower(server, 'one'), await aFollower(server, 'two'), await aFollower(server, 'three')]
    const [one, two, three] = followers.map(({ token }) => token) as [string, string, string]
    const { revocationLog } = server.composed.parts.logs
    await revocationLog.add({ kind: 'token', subject: 'a-token-to-revoke', effect: 'end', why: '' }, 'system')
    expect((await client.get('/revocations', one)).status).to.equal(200)
    expect((await renewLease(server, one, { verifier: 'a', applied: '' })).status).to.equal(200)
    const names = Array.from({ length: mostVerifiers }, (_, index) => `v${index}`)
    for (const verifier of names) await renewLease(server, one, { verifier, applied: '' })
    const tried = ['/revocations', '/revocations/stream']
    for (const token of [one, two]) {
      const reader = aFeedReader(server, token)
      const { status, headers } = await reader.opened
      const told = { get: (name: string) => (headers[name] as string | undefined) ?? null }
      await check('GET', '/revocations/stream', { status, headers: told, text: 'event: reset' })
    }
    for (const path of tried) {
      expect((await client.get(path, one)).status).to.equal(429)
      expect((await client.get(path, three)).status).to.equal(503)
    }
    server.composed.leave()
    for (const path of tried) expect((await client.get(path, one)).status).to.equal(503)
    closeFeedReaders()
  })

  it('lists the refusals while the database is silent or went back, and while the server stops', async () => {
    const server = await aServer()
    const { ask } = await someApplications(server)
    const client = aClient(server)
    const pair = await client.signIn(admin)
    const all = async () => {
      for (const [name, row] of told('database_unavailable')) {
        if (senderOf(row) === 'client') await ask(row.path, {})
        else if (name === 'obtain') await client.post(row.path, admin)
        else if (senderOf(row) === 'nobody' && row.method === 'POST')
          await client.post(row.path, { refresh: pair.refresh, token: pair.access })
        else
          await client.send(row.method, pathOf(row), { token: pair.access, ...(isOauth(row) && { headers: inForm }) })
      }
    }
    const { revocation, storage } = server.composed.parts
    const silent = () => Promise.reject(refuse('database_unavailable', { retryAfter: 1 }))
    const { isFresh, readIfOld } = revocation.tail
    const { transaction } = storage.database
    Object.assign(revocation.tail, { isFresh: () => false, readIfOld: silent })
    Object.assign(storage.database, { transaction: silent })
    await all()
    Object.assign(revocation.tail, { isFresh, readIfOld })
    Object.assign(storage.database, { transaction })
    // A genuine token whose `rev` is higher than the number of the log.
    await client.verify(aForge(server).access(changed(pair.access, { rev: 9_000 })))
    await all()
    server.composed.leave()
    await client.get('/readyz')
  })

  it('lists the refusals with clock_jumped after the wall clock has jumped', async () => {
    const at = { monotonic: 0, uptime: 1_000_000, wall: Date.parse('2026-01-05T09:00:00Z') }
    const clocks = { monotonic: () => at.monotonic, uptime: () => at.uptime, wall: () => at.wall }
    const server = await aServer({ ports: { now: undefined, clocks } as never })
    const applications = await someApplications(server)
    const client = aClient(server)
    const pair = await client.signIn(admin)
    const { access_token } = (await applications.ask('/oauth/token', await applications.aCodeOf())).body
    const code = await applications.aCodeOf()
    at.wall += 26 * 3_600_000
    await settle(server.composed)
    const proof = aHolder(() => at.wall).proof('POST', `${issuer}/oauth/par`, undefined)
    for (const [name, row] of told('clock_jumped')) {
      if (name === 'token') await applications.ask(row.path, code)
      else if (name === 'push') await applications.askBy({ ...applications.shop, DPoP: proof }, row.path, {})
      else if (name === 'introspect' || name === 'revoke') await applications.ask(row.path, { token: access_token })
      else if (senderOf(row) === 'nobody') await client.post(row.path, { refresh: pair.refresh, token: pair.access })
      else await client.send(row.method, pathOf(row), { token: pair.access, ...(isOauth(row) && { headers: inForm }) })
    }
  })

  it('lists the answers of client registration, also without a valid token', async () => {
    const server = await aServer({ policy: { registrations_per_day: 1 } })
    const client = aClient(server)
    const rows = table.filter(([, { access }]) => access.kind === 'registration')
    await register(server)
    await server.setPolicy({ client_registration: 'token' })
    for (const Authorization of ['', 'Bearer a b', 'Bearer a'])
      for (const [, row] of rows) await client.send(row.method, pathOf(row), { headers: { Authorization } })
    await server.setPolicy({ client_registration: 'open' })
    const wrong = [{ ...aTool, redirect_uris: [] }, { ...aTool, client_name: '' }, []]
    for (const json of wrong) await register(server, json)
    await registered(server)
    expect((await register(server)).body.error_uri).to.match(/too_many_registrations$/)
    const mine = await aRegistered(server, 'tool')
    for (const json of [...wrong.slice(0, 2).map(one => ({ ...one, client_id: 'tool' })), []])
      await manage(server, 'PUT', mine, json)
    for (const [, row] of rows)
      for (const [type, body] of Object.entries({
        'application/json': '{',
        'text/plain': 'a',
        'text/css': 'a'.repeat(70_000),
      })) {
        if (row.method === 'GET') continue
        const headers = { Authorization: `Bearer ${registrationToken}`, 'Content-Type': type }
        const shown = row.path.endsWith(':id') ? headers : { 'Content-Type': type }
        await client.send(row.method, pathOf(row, { id: 'tool' }), { headers: shown, body })
      }
    expect((await manage(server, 'PUT', mine, { ...aTool, client_id: 'tool' })).status).to.equal(200)
    for (let sent = 0; sent < throttles.registration.most; sent += 20)
      await Promise.all(Array.from({ length: 20 }, () => register(server)))
    expect((await manage(server, 'PUT', mine, { ...aTool, client_id: 'tool' })).status).to.equal(429)
    await server.setPolicy({ client_registration: 'closed' })
    await manage(server, 'PUT', mine, { ...aTool, client_id: 'tool' })
    expect((await manage(server, 'GET', mine)).status).to.equal(200)
    expect((await manage(server, 'DELETE', mine)).status).to.equal(204)
  })

  it('lists the answers to pushed requests of a document application with a bad or missing document', async () => {
    const host = await aDocumentHost()
    const server = await aServerThatFetches(host)
    const id = host.publish('/client.json', { client_secret: 'x'.repeat(40) })
    const redirect_uri = 'http://127.0.0.1/callback'
    const metadata = { redirect_uris: [redirect_uri], token_endpoint_auth_method: 'none' as const }
    await anApplication(server, id, { kind: 'native', origin: 'document', metadata })
    const push = async () => {
      const body = authorizeQuery(id, { redirect_uri })
      return (await aClient(server).send('POST', '/oauth/par', { body, headers: inForm })).status
    }
    expect(await push(), 'with a secret').to.equal(400)
    host.answers.clear()
    expect(await push(), 'gone').to.equal(503)
    await server.setPolicy({ client_id_metadata_documents: 'off' })
    expect(await push(), 'not taken any more').to.equal(400)
    host.close()
  })

  it('lists the answers to tokens of a legacy service', async () => {
    const server = await aServerAfterDjango()
    const client = aClient(server)
    const amy = await server.aUser()
    const at = Math.floor(server.clock.now() / 1000)
    const blacklist = (refresh: string) => client.post('/api/token/blacklist', { refresh })
    const spent = aLegacyToken(amy.id)
    expect((await blacklist(spent)).status).to.equal(200)
    const early = aLegacyToken(amy.id, { nbf: at + 600 })
    const late = aLegacyToken(amy.id, { iat: at, exp: at + 600 })
    const ask = async (token: string) => [
      (await client.refresh(token)).body.reason,
      (await client.verify(token)).body.reason,
      (await blacklist(token)).body.reason,
    ]
    const reasons = []
    for (const token of [spent, early, late]) reasons.push(await ask(token))
    const good = aLegacyToken(amy.id, { exp: at + 40 * 86_400 })
    expect((await client.verify(good)).status).to.equal(200)
    await client.signIn(amy)
    await server.setPolicy({ max_sessions_per_user: 1, at_session_limit: 'refuse' })
    expect((await client.refresh(good)).body.code).to.equal('session_limit_reached')
    await server.setPolicy({ max_sessions_per_user: 0 })
    expect((await client.refresh(good)).status).to.equal(200)
    server.clock.advance('31d')
    reasons.push(await ask(good))
    expect(reasons.map(([reason, ...others]) => [reason, ...others.filter(one => one !== reason)])).to.deep.equal([
      ['token_revoked'],
      ['token_not_yet_valid'],
      ['legacy_token_after_cut_over'],
      ['legacy_tokens_closed'],
    ])
  })

  it('lists 503 for every route that sheds load', async () => {
    const client = aClient(await aServer({ ports: { mostUnderWay: () => 0 } }))
    for (const row of Object.values(routes))
      if ('shed' in row) expect((await client.send(row.method, row.path)).status, row.path).to.equal(503)
  })

  it('lists no answer that no request of these tests has raised', () => {
    // Answers to `wait` are the same for all routes, and tested in waiting.test.ts.
    const isOfWaiting = (name: string, status: string) => {
      const { waits, answers = {} } = (routes as Record<string, RouteRow<Access>>)[name]!
      return waits === true && !(status in answers) && ['200', '202'].includes(status)
    }
    const missing = documented.filter(one => {
      const [name, status, code] = one.split(' ') as [string, string, string]
      return !answered.has(one) && !notTried.includes(code) && !isOfWaiting(name, status)
    })
    expect(missing.join('\n')).to.equal('')
  })
})

const byKey = (text: string) => ({ headers: { Authorization: `Token ${text}` } })

/** Valid API keys, and refused ones by the error code of their refusal. */
async function someKeys(server: TestServer) {
  const { apiKeys } = server.composed.parts.apiKeys
  const make = async (...scopes: string[]) => aKeyOf(server, 1, { scopes })
  const expired = await aKeyOf(server, 1, { scopes: ['darvoza:account'], expiresAt: server.clock.now() + 60_000 })
  const ended = await make('darvoza:account')
  await apiKeys.end(ended.key.id, null, 'system')
  server.clock.advance('2m')
  const ofAccount = (await make('darvoza:account')).text
  const bound = await server.aUser()
  const ofBound = (await aKeyOf(server, bound.id, { scopes: ['darvoza:account'] })).text
  const { userStore, database } = server.composed.parts.storage
  await userStore.update(database, bound.id, { mustChangePassword: true })
  return {
    ofAccount,
    ofBound,
    ofUsers: (await make('darvoza:users:read')).text,
    busy: (await make('darvoza:account')).text,
    refused: {
      bad_api_key_header: 'a b',
      api_key_unknown: `dvz_key_${'A'.repeat(43)}`,
      api_key_ended: ended.text,
      api_key_expired: expired.text,
      not_by_api_key: ofAccount,
      api_key_not_elevated: (await make('darvoza:account', ...Object.keys(ownPermissions))).text,
    },
  }
}

/** Applications: a website, a machine, one that exchanges tokens, and one whose JWKS cannot be fetched. */
async function someApplications(server: TestServer) {
  const client = aClient(server)
  const user = await server.aUser()
  await aResourceServer(server, 'stock', 'read')
  const secret = await aConfidentialApplication(server, 'shop', {
    metadata: {
      scope: 'openid read offline_access',
      redirect_uris: ['https://shop.example/back'],
      first_party: true,
    },
  })
  const ofMachine = await aConfidentialApplication(server, 'machine', {
    kind: 'machine',
    metadata: { grant_types: ['client_credentials'] },
  })
  const ofExchanger = await aConfidentialApplication(server, 'exchanger', {
    ...{ kind: 'resource_server', resource: 'https://exchanger.example' },
    metadata: { grant_types: [tokenExchangeGrant] },
  })
  await anApplication(server, 'robot', {
    kind: 'machine',
    metadata: {
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'http://127.0.0.1:9/jwks',
    },
  })
  await anApplication(server, 'tabs', { kind: 'browser', metadata: { token_endpoint_auth_method: 'none' } })
  const browser = await aBrowser(server, user.username)
  const shop = { ...inForm, ...basic('shop', secret) }
  const askBy = (headers: Record<string, string>, path: string, form: object) =>
    client.send('POST', path, { headers, body: String(new URLSearchParams(form as Record<string, string>)) })
  return {
    shop,
    machine: { ...inForm, ...basic('machine', ofMachine) },
    exchanger: { ...inForm, ...basic('exchanger', ofExchanger) },
    askBy,
    ask: (path: string, form: object) => askBy(shop, path, form),

    async aCodeOf(changes: object = {}) {
      const { code, terms } = await aCode(server, browser.session, 'shop', changes)
      return {
        grant_type: 'authorization_code',
        code,
        redirect_uri: terms.redirectUri!,
        code_verifier: terms.verifier!,
      }
    },

    /** @returns a refresh token of the website that is bound to a DPoP key */
    async boundSession(): Promise<string> {
      const grant = { scope: 'openid', dpopJkt: 'A'.repeat(43) }
      return (await aSessionOf(server, await server.aUser(), 'shop', grant)).refresh
    },

    /** @returns refresh tokens of the website, each refused for another reason */
    async refusedSessions(): Promise<string[]> {
      const { people, devices } = server.composed.parts
      const opened = async () => {
        const person = await server.aUser()
        return { person, ...(await aSessionOf(server, person, 'shop', { scope: 'openid' })) }
      }
      const [ended, disabled, removed, spent] = [await opened(), await opened(), await opened(), await opened()]
      await devices.sessions.end(ended.session.id, null, 'system')
      await people.users.disable(disabled.person.id, 'system')
      await people.users.remove(removed.person.id, 'system')
      const form = (refresh_token: string) => ({ grant_type: 'refresh_token', refresh_token })
      const next = (await askBy(shop, '/oauth/token', form(spent.refresh))).body.refresh_token
      await askBy(shop, '/oauth/token', form(next))
      server.clock.advance('1m')
      return [ended, disabled, removed, spent].map(({ refresh }) => refresh)
    },

    /** @returns a client assertion of the application whose JWKS cannot be fetched */
    async unfetched(): Promise<object> {
      const assertion = await anAssertion(await aKey('ES256', 'a'), 'robot', server.clock.now())
      return Object.fromEntries(new URLSearchParams(shown(assertion)))
    },
  }
}
