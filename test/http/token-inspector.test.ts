// The token inspector: its verdict equals the server's, and the token itself is stored nowhere.
import { expect } from 'chai'
import { createTexts } from '../../server/http/pages/texts.js'
import { Refusal } from '../../server/protocol/errors.js'
import { aClient, claimsOf } from '../support/client.js'
import { aForge, changed, headerOf } from '../support/forge.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const texts = createTexts(new URL('../../../views/locales', import.meta.url).pathname)

/** The server's own verdict on a token, as `/api/token/verify` answers. */
async function verdictOf({ composed }: TestServer, token: string): Promise<string | null> {
  const { inspect, rotate } = composed.parts.tokens
  try {
    const found = await inspect.any(token)
    if (found.kind === 'refresh') await rotate.check(found.claims)
    return null
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.code
  }
}

/** Valid and invalid tokens of many kinds, by what is wrong with them. */
async function tokens(server: TestServer): Promise<Map<string, string>> {
  const client = aClient(server)
  const forge = aForge(server)
  const {
    devices: { sessions },
    people: { users },
    logs: { revocationLog },
  } = server.composed.parts
  const fresh = async (user?: { id: number; username: string; password: string }) => {
    const one = user ?? (await server.aUser())
    return { user: one, pair: await client.signIn(one) }
  }
  const { pair } = await fresh()
  const { access, refresh } = pair
  const now = Math.floor(server.clock.now() / 1000)
  const found = new Map<string, string>([
    ['good access', access],
    ['good refresh', refresh],
    ['nothing', ''],
    ['no token', 'not a token'],
    ['two parts', access.split('.').slice(0, 2).join('.')],
    ['padding', `${access}=`],
    ['too long', `${access}${'A'.repeat(9_000)}`],
    ['unsecured', forge.access(claimsOf(access), { alg: 'none' })],
    ['crit', forge.access(claimsOf(access), { crit: ['x'] })],
    ['a refresh token as access', forge.refresh(claimsOf(refresh), { typ: 'at+jwt' })],
    ['a device token', pair.device_token],
    ['id token', forge.access(claimsOf(access), { typ: 'JWT' })],
    ['duplicate members', forge.access(`{"iss":"a",${JSON.stringify(claimsOf(access)).slice(1)}`)],
  ])
  const headers: [string, Record<string, unknown>][] = [
    ['alg', { alg: 'ES384' }],
    ['no kid', { kid: undefined }],
    ['kid', { kid: '7' }],
    ['odd kid', { kid: 'x'.repeat(43) }],
  ]
  for (const [what, header] of headers) {
    found.set(`access, ${what}`, forge.access(claimsOf(access), header))
    found.set(`refresh, ${what}`, forge.refresh(claimsOf(refresh), header))
  }
  const claims: Record<string, unknown>[] = [
    ...[
      { iss: 'https://else.example' },
      { iss: 5 },
      { aud: 'else' },
      { aud: ['a'] },
      { sub: '01' },
      { sub: undefined },
    ],
    ...[
      { jti: undefined },
      { client_id: '' },
      { exp: now - 1 },
      { exp: 1.5 },
      { exp: undefined },
      { iat: now + 172_800 },
    ],
    ...[{ iat: '1' }, { exp: now + 40 * 365 * 86_400 }, { exp: now + 1, iat: now + 2 }, { token_type: 'other' }],
    ...[{ token_type: undefined }, { rev: -1 }, { rev: undefined }, { rev: 2 ** 52 }, { roles: 'admin' }],
    ...[{ permissions: [1] }, { sid: 5 }, { sid: undefined }, { username: 3 }, { scope: [] }, { auth_time: 'x' }],
    ...[{ gen: 0 }, { gen: 99 }, { gen: 'a' }, { sub: '999' }, { client_id: 'other' }],
  ]
  for (const one of claims) {
    found.set(`access, ${JSON.stringify(one)}`, forge.access(changed(access, one)))
    found.set(`refresh, ${JSON.stringify(one)}`, forge.refresh(changed(refresh, one)))
    found.set(
      `access unsigned, ${JSON.stringify(one)}`,
      forge.compact(headerOf(access), changed(access, one), () => Buffer.alloc(64)),
    )
    found.set(
      `refresh unsigned, ${JSON.stringify(one)}`,
      forge.compact(headerOf(refresh), changed(refresh, one), () => Buffer.alloc(32)),
    )
  }
  const both = (what: string, { access, refresh }: { access: string; refresh: string }) => {
    found.set(`access, ${what}`, access)
    found.set(`refresh, ${what}`, refresh)
  }
  const ended = await fresh()
  await sessions.end(claimsOf(ended.pair.access).sid, null, 'operator:test')
  both('session ended', ended.pair)
  const disabled = await fresh()
  await users.disable(disabled.user.id, 'operator:test')
  both('user disabled', disabled.pair)
  const gone = await fresh()
  await users.remove(gone.user.id, 'operator:test')
  both('user gone', gone.pair)
  const stale = await fresh()
  await users.setRoles(stale.user.id, ['support'], 'operator:test')
  both('roles changed', stale.pair)
  const superseded = await fresh()
  await sessions.endAll(superseded.user.id, 'operator:test')
  both('all ended', superseded.pair)
  const one = await fresh()
  const { jti } = claimsOf(one.pair.access)
  await revocationLog.add({ kind: 'token', subject: jti, effect: 'end', why: '' }, 'operator:test')
  both('token revoked', one.pair)
  const spent = await fresh()
  await client.refresh(spent.pair.refresh)
  both('rotated a moment ago', spent.pair)
  return found
}

describe('the token inspector', () => {
  it('agrees with the server on every token, marks checks after the failed one skipped, changes nothing', async () => {
    const server = await aServer()
    const all = await tokens(server)
    const { tokenInspector } = server.composed.parts.logs
    const before = await snapshotOf(server)
    const codes = new Set<string | null>()
    const names = new Set<string>()
    for (const [what, token] of all) {
      const { refusal, checks } = await tokenInspector.inspect(token)
      expect(refusal, what).to.equal(await verdictOf(server, token))
      const results = checks.map(check => check.result)
      const failed = results.indexOf('failed')
      expect(failed === -1, what).to.equal(refusal === null)
      const expected = results.map((_, at) =>
        failed === -1 || at < failed ? 'passed' : at === failed ? 'failed' : 'skipped',
      )
      expect(results, what).to.deep.equal(expected)
      codes.add(refusal)
      for (const { name } of checks) names.add(name)
    }
    expect(await snapshotOf(server)).to.equal(before)
    // Each way in which a token can fail occurs at least once.
    expect([...codes].filter(code => code !== null).sort()).to.include.members([
      ...['session_ended', 'token_algorithm', 'token_audience', 'token_claims', 'token_expired', 'token_issuer'],
      ...['token_key_unknown', 'token_malformed', 'token_not_yet_valid', 'token_revoked', 'token_signature'],
      ...['token_stale', 'token_type', 'user_inactive', 'user_unknown'],
    ])
    expect(codes.has(null)).to.equal(true)
    expect([...names].filter(name => !texts.has(`checks.${name}`))).to.deep.equal([])
    server.clock.advance('21s')
    const spent = all.get('refresh, rotated a moment ago')!
    const { refusal } = await tokenInspector.inspect(spent)
    expect(refusal)
      .to.equal('token_revoked')
      .and.equal(await verdictOf(server, spent))
  })

  it('shows the actor and the reason of a revocation, with the entries of both logs', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const {
      logs: { tokenInspector },
      devices: { sessions },
      people: { users },
    } = server.composed.parts
    const first = await client.signIn(amy)
    await sessions.end(claimsOf(first.access).sid, null, 'user:1')
    for (const token of [first.access, first.refresh]) {
      const { revocation, audit } = await tokenInspector.inspect(token)
      expect(revocation).to.include({ reason: 'session_ended', actor: 'user:1', kind: 'session' })
      expect(audit).to.include({ action: 'session_ended', actor: 'user:1' })
    }
    const second = await client.signIn(amy)
    server.clock.advance('1m')
    await users.disable(amy.id, 'operator:root')
    for (const token of [second.access, second.refresh]) {
      const { revocation, audit } = await tokenInspector.inspect(token)
      expect(revocation).to.include({ reason: 'user_disabled', actor: 'operator:root', subject: String(amy.id) })
      expect(audit).to.include({ action: 'user_disabled', subject: String(amy.id) })
    }
  })

  it('escapes claims in HTML, and keeps token and signature out of page, log and database', async () => {
    const server = await aServer()
    const { access } = await aClient(server).signIn(await server.aUser())
    const evil = aForge(server).access(changed(access, { username: '<script>x</script>' }))
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    for (const token of [access, evil, `Bearer ${access}`, `${access.slice(0, -4)}AAAA`]) {
      const { status, text, headers } = await visitor.submit('/admin/inspector', { token }, '/admin/inspector')
      expect(status).to.equal(200)
      expect(text).to.include(claimsOf(access).jti)
      expect(headers.get('cache-control')).to.equal('no-store')
      const bare = token.replace('Bearer ', '')
      for (const part of [bare, bare.split('.')[2]!, bare.split('.')[1]!]) {
        expect(text).to.not.include(part)
        expect(server.logged.join('\n')).to.not.include(part)
        expect(await snapshotOf(server)).to.not.include(part)
      }
    }
    const shown = await visitor.submit('/admin/inspector', { token: evil }, '/admin/inspector')
    expect(shown.text).to.include('&lt;script&gt;').and.not.include('<script>x')
    const empty = await visitor.submit('/admin/inspector', { token: ' ' }, '/admin/inspector')
    expect(empty.status).to.equal(400)
    expect(empty.text).to.include('Please fill this in.')
  })
})
