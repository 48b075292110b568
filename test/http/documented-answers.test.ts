// Every answer that the API's document tells of, given by a real server: route by route, status by status, code by code. Each
// is held against the document as it comes (support/client.ts), so that what is not told of fails as well.
import { expect } from 'chai'
import { type Access, senderOf } from '../../server/http/kinds/kinds.js'
import type { RouteRow } from '../../server/http/route.js'
import { type RouteName, routes } from '../../server/http/routes.js'
import { quotas } from '../../server/identity/quota.js'
import { ownPermissions } from '../../server/policy/permissions.js'
import { refuse } from '../../server/protocol/errors.js'
import { aKeyOf } from '../support/api-keys.js'
import { aConfidentialApplication, anApplication, aSessionOf, basic, inForm } from '../support/applications.js'
import { aKey, anAssertion, shown } from '../support/assertions.js'
import { aResourceServer } from '../support/authorizations.js'
import { type CallName, calls, readyCall } from '../support/calls.js'
import { aClient, claimsOf } from '../support/client.js'
import { aBrowser, aCode } from '../support/codes.js'
import { answered, check, documentedAnswers } from '../support/documented.js'
import { aForge, changed } from '../support/forge.js'
import { aWorld } from '../support/forms.js'
import { hold } from '../support/held.js'
import { aLegacyToken, aServerAfterDjango } from '../support/legacy-tokens.js'
import { sendRaw } from '../support/raw.js'
import { refusedTokens } from '../support/refused-tokens.js'
import { aServer, password, settle, sharedHashing, type TestServer } from '../support/server.js'
import { devicesOf } from '../support/sessions.js'

const table = Object.entries(routes) as [RouteName, RouteRow<Access>][]
/** All of them, as `name status code`. */
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

/** A few at a time: one after the other they would wait for each other more than they work. */
async function someAtOnce<T>(all: readonly T[], ask: (one: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < all.length; at += 16) await Promise.all(all.slice(at, at + 16).map(ask))
}

/** Nothing brings these about but a mistake of ours. */
const notTried = ['server_error']

describe('the document of the API', function () {
  // A few thousand requests.
  this.timeout(120_000)

  it('tells how every route refuses whom it does not know, and what it cannot read', async () => {
    const server = await aServer()
    const client = aClient(server)
    const tokens = await refusedTokens(server)
    const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })
    const keys = await someKeys(server)
    const byHeader: Record<string, { headers: Record<string, string> }> = {
      ...Object.fromEntries(Object.entries(keys.refused).map(([code, text]) => [code, byKey(text)])),
      ...Object.fromEntries(Object.entries(tokens.access).map(([code, token]) => [code, bearer(token)])),
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
    // So many that are no keys: ten times as many as a username may have.
    await server.setPolicy({ sign_in_guesses_per_hour: 5 })
    const none = Array.from({ length: 50 }, (_, index) => byKey(`dvz_key_${String(index).padStart(43, 'C')}`))
    await someAtOnce(none, each => client.send('GET', '/api/me', each))
    const another = byKey(`dvz_key_${'B'.repeat(43)}`)
    await someAtOnce(
      ofTokens.filter(([name, row]) => !isOauth(row) && isTold(name, 'too_many_guesses')),
      ([, row]) => client.send(row.method, pathOf(row), another),
    )
    const everywhere = aForge(server).access(changed(tokens.admin, { scope: 'openid' }))
    const { headers } = bearer(everywhere)
    const inJson = { 'Content-Type': 'application/json' }
    await someAtOnce(told('not_acceptable'), ([, row]) =>
      client.send(row.method, pathOf(row), { headers: { Accept: 'text/html' } }),
    )
    await someAtOnce(told('invalid_fields'), ([, row]) => {
      const body = row.method === 'GET' ? { headers } : { headers, json: {} }
      return client.send(row.method, `${pathOf(row)}?nothing=1`, body)
    })
    await someAtOnce(told('parse_error'), async ([, row]) => {
      const type = isOauth(row) ? inForm : inJson
      for (const body of [isOauth(row) ? 'a=%zz' : '{', 'a'.repeat(70_000)])
        await client.send(row.method, pathOf(row), { headers: { ...headers, ...type }, body })
      const inText = { ...headers, 'Content-Type': 'text/plain' }
      await client.send(row.method, pathOf(row), { headers: inText, body: 'a' })
    })
    for (const [code, refresh] of Object.entries(tokens.refresh)) {
      if (isTold('refresh', code)) await client.refresh(refresh)
      if (isTold('blacklist', code)) await client.post('/api/token/blacklist', { refresh })
      if (isTold('verify', code) && code !== 'token_type') await client.verify(refresh)
    }
    const { device_token } = await client.signIn(admin)
    for (const [code, token] of Object.entries({ ...tokens.access, token_type: device_token }))
      if (isTold('verify', code)) await client.verify(token)
  })

  it('tells what comes of a body that does not come', async () => {
    const server = await aServer({ ports: { bodyWait: 50 } })
    const { access } = await aClient(server).signIn(admin)
    const token = aForge(server).access(changed(access, { scope: 'openid' }))
    const requests = told('request_timeout').map(([name, row]) => ({
      name,
      method: row.method,
      path: pathOf(row),
      headers: {
        Authorization: `Bearer ${token}`,
        ...(isOauth(row) ? inForm : { 'Content-Type': 'application/json' }),
      },
      body: 'a=1234',
    }))
    for (const [index, held] of (await hold(server, null, requests)).entries()) {
      const { status, headers, text } = await held.answer
      const { method, path } = requests[index]!
      await check(method, path, { status, text, headers: { get: name => headers[name] ?? null } })
    }
  })

  it('tells what every route answers that shows something', async () => {
    const server = await aServer()
    const client = aClient(server)
    const world = await aWorld(server, 'shown', [])
    await client.signIn(world.person)
    const { access, refresh } = await client.signIn(admin)
    await client.refresh(refresh)
    server.clock.advance('1m')
    // For the list of incidents.
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
      if (row.method !== 'GET' || isOauth(row)) continue
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

  it('tells what every route answers that changes something', async () => {
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

  it('tells what is not there, what may not be changed, and what was looked at too long ago', async () => {
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

    // A version that a newer one stands against.
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

  it('tells what sign-ins and passwords are refused with', async () => {
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

  it('tells what applications are answered, and what they are refused with', async () => {
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
    await askBy(applications.machine, '/oauth/token', { grant_type: 'client_credentials' })

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

  it('tells what is refused while the database is silent, or went back, and once this server is to stop', async () => {
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
    const { isFresh, freshen } = revocation.tail
    const { transaction } = storage.database
    Object.assign(revocation.tail, { isFresh: () => false, freshen: silent })
    Object.assign(storage.database, { transaction: silent })
    await all()
    Object.assign(revocation.tail, { isFresh, freshen })
    Object.assign(storage.database, { transaction })
    // A number that the log does not have yet, in a token that is ours.
    await client.verify(aForge(server).access(changed(pair.access, { rev: 9_000 })))
    await all()
    server.composed.leave()
    await client.get('/readyz')
  })

  it('tells what is refused while nobody knows what time it is', async () => {
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
    for (const [name, row] of told('clock_jumped')) {
      if (name === 'token') await applications.ask(row.path, code)
      else if (name === 'introspect' || name === 'revoke') await applications.ask(row.path, { token: access_token })
      else if (senderOf(row) === 'nobody') await client.post(row.path, { refresh: pair.refresh, token: pair.access })
      else await client.send(row.method, pathOf(row), { token: pair.access, ...(isOauth(row) && { headers: inForm }) })
    }
  })

  it('tells what comes of tokens of a former service', async () => {
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

  it('tells nothing that nothing brings about', () => {
    const missing = documented.filter(one => !answered.has(one) && !notTried.includes(one.split(' ')[2]!))
    expect(missing.join('\n')).to.equal('')
  })
})

const byKey = (text: string) => ({ headers: { Authorization: `Token ${text}` } })

/** API keys of the administrator: good ones, and by the code that each is refused with. */
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

/** A website, a machine, and one whose keys cannot be fetched. */
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
  await anApplication(server, 'robot', {
    kind: 'machine',
    metadata: {
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'http://127.0.0.1:9/jwks',
    },
  })
  const browser = await aBrowser(server, user.username)
  const shop = { ...inForm, ...basic('shop', secret) }
  const askBy = (headers: Record<string, string>, path: string, form: object) =>
    client.send('POST', path, { headers, body: String(new URLSearchParams(form as Record<string, string>)) })
  return {
    shop,
    machine: { ...inForm, ...basic('machine', ofMachine) },
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

    /** Refresh tokens of the website whose sessions are over, each for another reason. */
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

    /** What the one shows whose keys nobody can fetch. */
    async unfetched(): Promise<object> {
      const assertion = await anAssertion(await aKey('ES256', 'a'), 'robot', server.clock.now())
      return Object.fromEntries(new URLSearchParams(shown(assertion)))
    },
  }
}
