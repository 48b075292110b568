// The verifier of resource servers, against a fake token server whose answers can be spoiled; verifier-server.test.ts
// runs it against the real one.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { expect } from 'chai'
import { type ErrorCode, Refusal } from '../../server/protocol/errors.js'
import { createVerifier, type Needs, OptionsError, type Verifier } from '../../server/verifier/verifier.js'
import {
  aFakeIssuer,
  aSigningKey,
  aSkew,
  audience,
  closeFakeIssuers,
  type FakeIssuer,
  heard,
  secret,
  stretch,
} from '../support/fake-issuer.js'

/** `200`, or the status and code of the refusal. */
async function verdict(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return '200'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return `${error.status} ${error.code}`
  }
}

describe('a verifier', () => {
  let fake: FakeIssuer
  beforeEach(async () => {
    fake = await aFakeIssuer()
  })
  afterEach(closeFakeIssuers)

  const introspections = () => fake.asked['/oauth/introspect'] ?? 0
  /**
   * Lets introspection call every token active but one, so the verifier sees that it may introspect. @returns the
   * number of introspections so far
   */
  const askedByWhoMay = async (verifier: Verifier, revoked: string): Promise<number> => {
    fake.introspect = text =>
      text === revoked ? { active: false } : { active: true, jti: claimOf(text, 'jti'), iss: fake.url }
    expect(await code(verifier, fake.token())).to.equal('200')
    return introspections()
  }
  const code = async (verifier: Verifier, token: string, needs?: Needs) => {
    const told = await verdict(verifier.verify(token, needs))
    return told.split(' ')[1] ?? told
  }
  async function aReadyVerifier(options: Parameters<FakeIssuer['verifier']>[0] = {}): Promise<Verifier> {
    const verifier = fake.verifier({ clocks: aSkew().clocks, ...options })
    await verifier.ready()
    return verifier
  }

  it('refuses invalid options, reports all problems at once, and keeps the client secret out of the error', () => {
    const wrong = { issuer: 'http://id.example.com', audience: '', clientId: '12', acceptStaleKeyFor: 5, cacheSize: -1 }
    const make = (options: object) => () => createVerifier(options as never)
    expect(make(wrong)).to.throw(OptionsError).with.property('problems').with.length(6)
    expect(make(wrong)).to.throw(/did you mean acceptStaleKeysFor\?/)
    const right = { issuer: fake.url, audience, clientId: 'orders', clientSecret: 'hunter2' }
    for (const more of [
      { issuer: 'https://id.example.com/path' },
      { issuer: 'ftp://id.example.com' },
      { issuer: 'https://amy:secret@id.example.com' },
      { introspectionCache: 2_001 },
      { name: 'a b' },
      { clockTolerance: Number.NaN },
      { clocks: {} },
      { clientSecret: undefined },
    ]) {
      expect(make({ ...right, ...more }), JSON.stringify(more)).to.throw(OptionsError)
      expect(make({ ...right, ...more })).to.not.throw(/hunter2/)
    }
    expect(make(null as never)).to.throw(OptionsError)
  })

  it('refuses forged, malformed and misused tokens without introspection', async () => {
    const verifier = await aReadyVerifier()
    const { key } = fake
    const good = fake.token()
    const [head, body, tail] = good.split('.') as [string, string, string]
    const claims = fake.claims()
    const header = { alg: 'ES256', typ: 'at+jwt', kid: key.kid }
    const text = JSON.stringify(claims)
    const stranger = aSigningKey()
    const mac = (secret: string) => {
      const input = `${Buffer.from(JSON.stringify({ ...header, alg: 'HS256' })).toString('base64url')}.${body}`
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
    }
    const unsigned = (alg: string) =>
      `${Buffer.from(JSON.stringify({ ...header, alg })).toString('base64url')}.${body}.`
    const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const der = sign('sha256', Buffer.from(`${head}.${body}`), key.privateKey).toString('base64url')
    const by = (changes: Record<string, unknown>) => fake.token(changes)
    const now = Math.floor(Date.now() / 1000)
    const cases: [what: string, token: string, code: ErrorCode][] = [
      ['nothing', '', 'token_malformed'],
      ['two parts', `${head}.${body}`, 'token_malformed'],
      ['five parts', `${good}.a.b`, 'token_malformed'],
      ['a space', ` ${good}`, 'token_malformed'],
      ['padding', `${good}=`, 'token_malformed'],
      ['a long one', `${good}${'A'.repeat(9_000)}`, 'token_malformed'],
      ['crit', fake.token({}, { crit: ['exp'] }), 'token_malformed'],
      ['b64', fake.token({}, { b64: false }), 'token_malformed'],
      ['zip', fake.token({}, { zip: 'DEF' }), 'token_malformed'],
      ['nested', fake.token({}, { cty: 'JWT' }), 'token_malformed'],
      ['a member twice', fake.compact(header, text.replace(/\}$/, ',"sub":"1"}')), 'token_malformed'],
      ['a list', fake.compact(header, '[]'), 'token_malformed'],
      ['unsigned', unsigned('none'), 'token_algorithm'],
      ['unsigned, otherwise', unsigned('nOnE'), 'token_algorithm'],
      ['HS256 with the public key', mac(JSON.stringify(key.jwk)), 'token_algorithm'],
      ['HS256 with nothing', mac(''), 'token_algorithm'],
      ['RS256', fake.token({}, { alg: 'RS256' }), 'token_algorithm'],
      ['ES384', fake.token({}, { alg: 'ES384' }), 'token_algorithm'],
      ['alg 5', fake.token({}, { alg: 5 }), 'token_algorithm'],
      ['an id_token', fake.token({}, { typ: 'JWT' }), 'token_type'],
      ['a refresh token', fake.token({}, { typ: 'rt+jwt' }), 'token_type'],
      ['a device token', fake.token({}, { typ: 'dt+jwt' }), 'token_type'],
      ['no typ', fake.token({}, { typ: undefined }), 'token_type'],
      ['typ in capitals', fake.token({}, { typ: 'AT+JWT' }), 'token_type'],
      ['a refresh token in disguise', by({ token_type: 'refresh' }), 'token_type'],
      ['no kid', fake.token({}, { kid: undefined }), 'token_key_unknown'],
      ['kid 1', fake.token({}, { kid: 1 }), 'token_key_unknown'],
      ['kid __proto__', fake.token({}, { kid: '__proto__' }), 'token_key_unknown'],
      ['kid path', fake.token({}, { kid: '../../../../dev/null' }), 'token_key_unknown'],
      ['a key of its own', fake.token({}, { kid: key.kid, jwk: stranger.jwk }, stranger), 'token_signature'],
      ['a link to its own', fake.token({}, { kid: key.kid, jku: `${fake.url}/mine` }, stranger), 'token_signature'],
      ['a DER signature', `${head}.${body}.${der}`, 'token_signature'],
      ['zeros', `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`, 'token_signature'],
      ['no signature', `${head}.${body}.`, 'token_signature'],
      ['another body', `${head}.${Buffer.from(text).toString('base64url')}.${tail}`, 'token_signature'],
      [
        'an RSA signature',
        `${head}.${body}.${sign('sha256', Buffer.from(good), rsa).toString('base64url')}`,
        'token_signature',
      ],
      ['a foreign issuer', by({ iss: 'https://evil.example' }), 'token_issuer'],
      ['the issuer with a slash', by({ iss: `${fake.url}/` }), 'token_issuer'],
      ['another audience', by({ aud: 'https://stock.example/' }), 'token_audience'],
      ['two audiences', by({ aud: [audience, 'https://stock.example/'] }), 'token_claims'],
      ['the issuer’s own', by({ aud: fake.url }), 'token_audience'],
      ['expired', by({ exp: now - 100, iat: now - 200 }), 'token_expired'],
      ['no exp', by({ exp: undefined }), 'token_claims'],
      ['exp as text', by({ exp: String(now + 100) }), 'token_claims'],
      ['exp without end', fake.compact(header, text.replace(/"exp":\d+/, '"exp":1e999')), 'token_claims'],
      ['a life of a week', by({ exp: now + 604_800 }), 'token_claims'],
      ['from a far future', by({ iat: now + 100_000, exp: now + 103_600 }), 'token_not_yet_valid'],
      ['no rev', by({ rev: undefined }), 'token_claims'],
      ['rev -1', by({ rev: -1 }), 'token_claims'],
      ['rev as text', by({ rev: '0' }), 'token_claims'],
      ['no roles', by({ roles: undefined }), 'token_claims'],
      ['roles as text', by({ roles: 'admin' }), 'token_claims'],
      ['permissions as text', by({ permissions: 'orders:read' }), 'token_claims'],
      ['no jti', by({ jti: undefined }), 'token_claims'],
      ['a sub that is none', by({ sub: '007' }), 'token_claims'],
      ['a person without a session', by({ sid: undefined }), 'token_claims'],
      ['an application with a session', by({ sub: 'shop' }), 'token_claims'],
      [
        'a program with roles',
        by({ sub: 'shop', sid: undefined, username: undefined, auth_time: undefined }),
        'token_claims',
      ],
      ['bound to a key', by({ cnf: { jkt: 'x'.repeat(43) } }), 'token_bound'],
      ['bound to nothing', by({ cnf: null }), 'token_claims'],
      ['a password that others know', by({ must_change_password: true }), 'password_change_required'],
    ]
    for (const [what, token, reason] of cases) expect(await code(verifier, token), what).to.equal(reason)
    for (const odd of [undefined, null, 5, {}, [good]] as unknown as string[])
      expect(await code(verifier, odd)).to.equal('token_malformed')
    expect(introspections()).to.equal(0)
    expect(fake.asked['/mine']).to.equal(undefined)
    expect(await code(verifier, good)).to.equal('200')
    // A second time each is refused again: no verdict on a refused token was cached as good.
    for (const [what, token, reason] of cases) expect(await code(verifier, token), `${what}, again`).to.equal(reason)
    expect(verifier.status().counts).to.include({ refused: cases.length * 2 + 5, accepted: 1, unknown: 0 })
  })

  it('accepts a valid token without a request, and returns its claims frozen', async () => {
    const verifier = await aReadyVerifier()
    const token = fake.token()
    const before = { ...fake.asked }
    const claims = await verifier.verify(token)
    expect(claims).to.deep.include({
      sub: '7',
      roles: ['staff'],
      scopes: ['orders:read', 'orders:write'],
      user_id: '7',
    })
    expect(await verifier.verify(token)).to.equal(claims)
    expect(() => (claims.roles as string[]).push('admin')).to.throw(TypeError)
    expect(introspections()).to.equal(0)
    expect(fake.asked['/.well-known/jwks.json']).to.equal(before['/.well-known/jwks.json'])
    const program = fake.token({
      ...{ sub: 'shop', sid: undefined, username: undefined, auth_time: undefined, user_id: undefined },
      ...{ roles: [], permissions: undefined },
    })
    expect(await verifier.verify(program)).to.include({ sub: 'shop' })
  })

  it('requires every scope and permission, one of the roles, and the sign-in age that are asked for', async () => {
    const verifier = await aReadyVerifier()
    const token = fake.token({ auth_time: Math.floor(Date.now() / 1000) - 100 })
    const refused: [Needs, string][] = [
      [{ scope: 'orders:delete' }, '403 insufficient_scope'],
      [{ scope: ['orders:read', 'orders:delete'] }, '403 insufficient_scope'],
      [{ scope: 'orders' }, '403 insufficient_scope'],
      [{ permission: 'orders:write' }, '403 permission_denied'],
      [{ permission: ['orders:read', 'orders:write'] }, '403 permission_denied'],
      [{ role: 'admin' }, '403 permission_denied'],
      [{ role: [] }, '403 permission_denied'],
      [{ maxAge: 60 }, '401 insufficient_user_authentication'],
      [{ maxAge: 0 }, '401 insufficient_user_authentication'],
    ]
    for (const [needs, expected] of refused)
      expect(await verdict(verifier.verify(token, needs)), JSON.stringify(needs)).to.equal(expected)
    const all = { scope: ['orders:read', 'orders:write'], permission: 'orders:read', role: ['admin', 'staff'] }
    expect(await verdict(verifier.verify(token, { ...all, maxAge: 300 }))).to.equal('200')
    const omitted = fake.token({ permissions: undefined, permissions_omitted: true })
    expect(await verdict(verifier.verify(omitted, { permission: 'orders:read' }))).to.equal('403 permission_denied')
    expect(await verdict(verifier.verify(omitted))).to.equal('200')
    const program = fake.token({
      ...{ sub: 'shop', sid: undefined, username: undefined, auth_time: undefined, user_id: undefined },
      ...{ roles: [], permissions: undefined },
    })
    expect(await code(verifier, program, { maxAge: 1e9 })).to.equal('insufficient_user_authentication')
  })

  it('refuses tokens that the log revokes, cached ones too, and accepts tokens issued later', async () => {
    const verifier = await aReadyVerifier()
    const { key } = fake
    const cases: [kind: Parameters<FakeIssuer['revoke']>[0], subject: string, code: string][] = [
      ['token', 'j1', 'token_revoked'],
      ['session', 's1', 'session_ended'],
      ['user', '9', 'token_revoked'],
      ['role', 'staff', 'token_revoked'],
      ['application', 'shop', 'token_revoked'],
      ['all', '', 'token_revoked'],
    ]
    for (const [kind, subject, expected] of cases) {
      const changes = { jti: 'j1', sid: 's1', sub: '9' }
      const token = fake.token(changes)
      expect(await code(verifier, token), kind).to.equal('200')
      const told = heard(verifier, 'revocation')
      fake.revoke(kind, subject)
      await told
      expect(await code(verifier, token), kind).to.equal(expected)
      expect(await code(verifier, fake.token(changes)), `${kind}, issued later`).to.equal('200')
    }
    const token = fake.token()
    const stale = heard(verifier, 'revocation')
    fake.revoke('user', '7', { effect: 'refresh' })
    await stale
    expect(await code(verifier, token)).to.equal('token_stale')
    const other = fake.token()
    expect(await code(verifier, other)).to.equal('200')
    const told = heard(verifier, 'revocation')
    fake.revoke('key', key.kid)
    await told
    expect(await code(verifier, other)).to.equal('token_key_revoked')
    expect(await code(verifier, fake.token())).to.equal('token_key_revoked')
    expect(introspections()).to.equal(0)
  })

  it('applies a log whose entries arrive in any order', async () => {
    const early = fake.token({ rev: 0 })
    for (let i = 0; i < 3; i++) fake.keep('user', '7')
    const between = fake.token({ rev: 2 })
    fake.keep('user', '7', { except_sid: 'mine' })
    const later = fake.token({ rev: 3 })
    const verifier = await aReadyVerifier()
    for (const token of [early, between, later]) expect(await code(verifier, token)).to.equal('token_revoked')
    expect(await code(verifier, fake.token({ rev: 3, sid: 'mine' }))).to.equal('200')
    expect(verifier.status().log).to.include({ id: 'a1', position: 4 })
  })

  it('introspects each token once its lease has expired, and answers 503 if introspection fails', async () => {
    const { clocks, pass } = aSkew()
    const verifier = await aReadyVerifier({ clocks })
    const [token, other] = [fake.token(), fake.token()]
    expect(await code(verifier, token)).to.equal('200')
    fake.instead['/revocations/lease'] = (_request, response) => response.writeHead(503).end('{}')
    pass(2_000)
    expect(verifier.status().state).to.equal('asking')
    fake.introspect = text => ({ active: text === token, jti: claimOf(text, 'jti'), iss: fake.url })
    expect(await Promise.all(Array.from({ length: 50 }, () => code(verifier, token)))).to.deep.equal(
      Array(50).fill('200'),
    )
    expect(introspections(), 'one question for all').to.equal(1)
    expect(await code(verifier, other)).to.equal('token_revoked')
    expect(await code(verifier, token)).to.equal('200')
    expect(introspections(), 'the answer is remembered').to.equal(2)
    pass(999)
    expect(await code(verifier, token)).to.equal('200')
    expect(introspections()).to.equal(2)
    // What the server knows of the log may be a second old when it answers.
    pass(1)
    expect(await code(verifier, token)).to.equal('200')
    expect(introspections(), 'for one second').to.equal(3)
    pass(2_000)
    fake.instead['/oauth/introspect'] = (_request, response) => response.writeHead(500).end()
    expect(await verdict(verifier.verify(token))).to.equal('503 revocations_unknown')
    const reads = { allowReadsUntilExpiry: true }
    expect(await code(verifier, token, reads)).to.equal('200')
    expect(await code(verifier, token, { ...reads, scope: 'orders:delete' })).to.equal('insufficient_scope')
    fake.revoke('session', claimOf(token, 'sid') as string)
    await heard(verifier, 'revocation')
    expect(await code(verifier, token, reads), 'the last known log').to.equal('session_ended')
    pass(3_600_000)
    expect(await code(verifier, other, reads), 'its expiry').to.equal('token_expired')
    delete fake.instead['/revocations/lease']
    await heard(verifier, 'lease')
    expect(verifier.status().state).to.equal('local')
  })

  it('answers 503 while its application may not introspect, so that active: false ends no sign-in', async () => {
    const { clocks, pass } = aSkew()
    const verifier = await aReadyVerifier({ clocks })
    fake.instead['/revocations/lease'] = (_request, response) => response.writeHead(503).end('{}')
    pass(2_000)
    fake.introspect = () => ({ active: false })
    const [error, told] = await Promise.all([heard(verifier, 'error'), verdict(verifier.verify(fake.token()))])
    expect([String(error).includes(audience), told]).to.deep.equal([true, '503 revocations_unknown'])
    const reads = { allowReadsUntilExpiry: true }
    expect(await verdict(verifier.verify(fake.token(), reads)), 'not good either').to.equal('503 revocations_unknown')
    fake.introspect = text => ({ active: true, jti: claimOf(text, 'jti'), iss: fake.url })
    expect(await code(verifier, fake.token())).to.equal('200')
    fake.introspect = () => ({ active: false })
    expect(await code(verifier, fake.token())).to.equal('token_revoked')
  })

  it('counts a lease renewal only once all entries up to its log position are applied', async () => {
    const { clocks, pass } = aSkew()
    const verifier = await aReadyVerifier({ clocks })
    const token = fake.token({ sid: 's1' })
    fake.introspect = () => ({ active: false })
    const entry = fake.keep('session', 's1')
    await fake.next('/revocations/lease')
    pass(2_000)
    // Renewals are answered meanwhile, but the entry that their position includes has not arrived.
    await fake.next('/revocations/lease')
    await fake.next('/revocations/lease')
    expect(verifier.status().lease.valid).to.equal(false)
    const asked = await askedByWhoMay(verifier, token)
    expect(await code(verifier, token)).to.equal('token_revoked')
    expect(introspections()).to.equal(asked + 1)
    const lease = heard(verifier, 'lease')
    fake.publish(entry)
    await lease
    expect(await code(verifier, token)).to.equal('session_ended')
    expect(await code(verifier, fake.token())).to.equal('200')
    expect(introspections()).to.equal(asked + 1)
  })

  it('sends the next lease renewal while one hangs, and counts a lease from when it was requested', async () => {
    const { clocks, pass } = aSkew()
    const verifier = await aReadyVerifier({ clocks })
    const late: (() => void)[] = []
    fake.instead['/revocations/lease'] = (_request, response) => {
      const text = JSON.stringify({ log: fake.log, seq: fake.seq, now: Date.now(), lease_ms: 60_000 })
      late.push(() => response.end(text))
    }
    await fake.next('/revocations/lease')
    await fake.next('/revocations/lease')
    expect(late.length).to.equal(2)
    pass(2_000)
    for (const answer of late) answer()
    // The answer to a request sent two seconds ago grants a lease that has already expired.
    await fake.next('/revocations/lease')
    expect(verifier.status().lease.valid).to.equal(false)
    delete fake.instead['/revocations/lease']
    await heard(verifier, 'lease')
  })

  it('ends its lease after the process or machine was suspended, or the clock was set', async () => {
    const { clocks, skew } = aSkew()
    const verifier = await aReadyVerifier({ clocks })
    fake.introspect = text => ({ active: true, jti: claimOf(text, 'jti'), iss: fake.url })
    const changes = [
      { monotonic: 2_000, wall: 2_000 },
      { monotonic: 0, wall: 2_000 },
      { monotonic: 0, wall: 7_200_000 },
      { monotonic: 0, wall: -7_200_000 },
    ]
    const token = fake.token()
    for (const [index, { monotonic, wall }] of changes.entries()) {
      if (!verifier.status().lease.valid) await heard(verifier, 'lease')
      skew.monotonic += monotonic
      skew.wall += wall
      expect(verifier.status().lease.valid, String(index)).to.equal(false)
      // By the changed clock the token may have expired: the verifier introspects instead of refusing.
      expect(await code(verifier, token), String(index)).to.equal('200')
      expect(introspections(), String(index)).to.be.above(0)
      fake.asked['/oauth/introspect'] = 0
    }
  })

  it("keeps log entries when its own clock is ahead, and drops them by the server's time", async () => {
    const { clocks, skew } = aSkew()
    skew.wall = 86_400_000
    fake.keep('session', 's1')
    fake.instead['/revocations/lease'] = (_request, response) => response.writeHead(503).end('{}')
    const { setInterval: timers } = globalThis
    const minutely: (() => void)[] = []
    globalThis.setInterval = ((work: () => void, ms: number) => {
      if (ms === 60_000) minutely.push(work)
      return timers(work, ms)
    }) as typeof setInterval
    const verifier = fake.verifier({ clocks })
    globalThis.setInterval = timers
    while (verifier.status().stream.state !== 'following') await heard(verifier, 'stream')
    expect(minutely).to.have.length(1)
    minutely[0]!()
    delete fake.instead['/revocations/lease']
    await verifier.ready()
    expect(await code(verifier, fake.token({ sid: 's1', rev: 0 }))).to.equal('session_ended')
    // Once the server's time is known, expired entries are dropped.
    skew.monotonic = 7_200_000
    minutely[0]!()
    expect(verifier.status().log.entries).to.equal(0)
  })

  it("judges expiry by the server's time when its own clock is a month behind", async () => {
    const { clocks, skew } = aSkew()
    skew.wall = -86_400_000 * 30
    const verifier = await aReadyVerifier({ clocks })
    expect(await code(verifier, fake.token())).to.equal('200')
    const now = Math.floor(Date.now() / 1000)
    expect(await code(verifier, fake.token({ iat: now - 200, exp: now - 100 }))).to.equal('token_expired')
    expect(introspections()).to.equal(0)
  })

  it('resumes the stream at its position, and reads the whole log again after an invalid or missing part', async () => {
    const verifier = await aReadyVerifier()
    const cut = async () => {
      const again = fake.next('/revocations/stream')
      for (const response of fake.streams) response.destroy()
      await again
    }
    fake.keep('session', 's1')
    await cut()
    await heardPosition(verifier, 1)
    expect(fake.resumed).to.deep.equal([null, 'a1:0'])
    const spoilt: [what: string, text: string][] = [
      ['a gap', stretch({ after: 2, upto: 3, entries: [] }, 'a1:3')],
      ['another log', stretch({ after: 1, upto: 2, entries: [] }, 'b2:2')],
      ['a position that is not its end', stretch({ after: 1, upto: 2, entries: [] }, 'a1:9')],
      ['a piece without its beginning', stretch({ after: 0, upto: 0, entries: [] })],
      ['no position', stretch({ after: 1, upto: 2, entries: [] })],
      ['a position that is none', stretch({ after: 1, upto: 2, entries: [] }, 'a1:x')],
      [
        'an entry that is none',
        stretch({ after: 1, upto: 2, entries: [{ seq: 2, kind: 'planet', subject: '' }] }, 'a1:2'),
      ],
      [
        'an entry beside its stretch',
        stretch({ after: 1, upto: 2, entries: [fake.keep('user', '8', { seq: 9 })] }, 'a1:2'),
      ],
      ['no JSON', 'event: log\nid: a1:2\ndata: {"after":1,\n\n'],
    ]
    fake.seq = 1
    for (const [what, text] of spoilt) {
      const again = fake.next('/revocations/stream')
      fake.send(text)
      await again
      expect(fake.resumed.at(-1), what).to.equal(null)
      await heardPosition(verifier, 1)
    }
    // The entry that was applied before is still in force.
    expect(await code(verifier, fake.token({ sid: 's1', rev: 0 }))).to.equal('session_ended')
  })

  it('follows a log with another id from its start', async () => {
    const verifier = await aReadyVerifier()
    const token = fake.token()
    expect(await code(verifier, token)).to.equal('200')
    fake.log = 'b2'
    fake.seq = 1_000
    fake.keep('all', '')
    for (const response of fake.streams) response.destroy()
    await heardPosition(verifier, 1_001)
    expect(verifier.status().log.id).to.equal('b2')
    // The lease of the former log does not hold for the new one.
    if (!verifier.status().lease.valid) await heard(verifier, 'lease')
    expect(await code(verifier, token)).to.equal('token_revoked')
    expect(introspections()).to.equal(0)
    expect(await code(verifier, fake.token())).to.equal('200')
  })

  it('waits for the log position of a newer token, and introspects if it does not arrive', async () => {
    const verifier = await aReadyVerifier()
    const entry = fake.keep('user', '8')
    const newer = fake.token()
    fake.introspect = text => ({ active: true, jti: claimOf(text, 'jti'), iss: fake.url })
    expect(await code(verifier, newer)).to.equal('200')
    expect(introspections()).to.equal(1)
    const waits = code(verifier, fake.token())
    fake.publish(entry)
    expect(await waits).to.equal('200')
    expect(introspections()).to.equal(1)
  })

  it('fetches the keys with Cache-Control: no-cache', async () => {
    const asked: unknown[] = []
    fake.instead['/.well-known/jwks.json'] = (request, response) => {
      asked.push(request.headers['cache-control'])
      response.end(JSON.stringify({ keys: fake.keys }))
    }
    await aReadyVerifier()
    expect(asked).to.deep.equal(['no-cache'])
  })

  it('fetches the keys once for a hundred tokens of an unknown key, and finds a new key', async () => {
    const { clocks, pass } = aSkew()
    const verifier = await aReadyVerifier({ clocks })
    fake.introspect = text => ({ active: true, jti: claimOf(text, 'jti'), iss: fake.url })
    const fetched = () => fake.asked['/.well-known/jwks.json']
    const [next, stranger] = [aSigningKey(), aSigningKey()]
    pass(1_000)
    const strangers = Array.from({ length: 100 }, () => code(verifier, fake.token({}, {}, stranger)))
    expect(new Set(await Promise.all(strangers))).to.deep.equal(new Set(['token_key_unknown']))
    expect(fetched()).to.equal(2)
    fake.keys = [fake.key.jwk, next.jwk]
    pass(1_000)
    const both = await Promise.all([
      code(verifier, fake.token({}, {}, next)),
      code(verifier, fake.token({}, {}, stranger)),
    ])
    expect(both).to.deep.equal(['200', 'token_key_unknown'])
    expect(fetched()).to.equal(3)
    fake.keys = [next.jwk]
    expect(await code(verifier, fake.token())).to.equal('200')
    pass(1_000)
    await code(verifier, fake.token({}, {}, stranger))
    expect(await code(verifier, fake.token()), 'a key that is gone').to.equal('token_key_unknown')
  })

  it('accepts only public signing keys, and ignores a malformed key set', async () => {
    const [secretOne, encrypting, twice] = [aSigningKey(), aSigningKey(), aSigningKey()]
    const small = generateKeyPairSync('rsa', { modulusLength: 1_024 })
    const slow = { kty: 'RSA', n: Buffer.alloc(2_048, 255).toString('base64url'), e: 'AQAB' }
    fake.keys = [
      fake.key.jwk,
      { ...secretOne.jwk, d: secretOne.privateKey.export({ format: 'jwk' }).d },
      { ...encrypting.jwk, use: 'enc' },
      { kty: 'oct', kid: 'x'.repeat(43), k: 'c2VjcmV0', alg: 'HS256', use: 'sig' },
      { ...small.publicKey.export({ format: 'jwk' }), kid: 'y'.repeat(43), alg: 'RS256', use: 'sig' },
      { ...slow, kid: 'z'.repeat(43), alg: 'RS256', use: 'sig' },
      { ...twice.jwk, crv: 'P-384' },
      null,
      'key',
    ]
    const { clocks, pass } = aSkew()
    const verifier = await aReadyVerifier({ clocks })
    fake.introspect = text => ({ active: true, jti: claimOf(text, 'jti'), iss: fake.url })
    expect(verifier.status().keys.kids).to.deep.equal([fake.key.kid])
    const garbage = [
      '',
      'null',
      '[]',
      '{"keys":{}}',
      '{"keys":[]}',
      '<html>',
      `{"keys":[${JSON.stringify(twice.jwk)},${JSON.stringify(twice.jwk)}]}`,
    ]
    for (const text of garbage) {
      fake.instead['/.well-known/jwks.json'] = (_request, response) => response.end(text)
      pass(1_000)
      expect(await verdict(verifier.verify(fake.token({}, {}, twice))), text).to.equal('503 revocations_unknown')
      expect(await code(verifier, fake.token()), text).to.equal('200')
    }
  })

  it('uses known keys acceptStaleKeysFor longer while the server is unreachable, then answers 503', async () => {
    const { clocks, pass } = aSkew()
    const verifier = await aReadyVerifier({ clocks, acceptStaleKeysFor: 600 })
    fake.introspect = text => ({ active: true, jti: claimOf(text, 'jti'), iss: fake.url })
    fake.instead['/.well-known/jwks.json'] = (_request, response) => response.writeHead(500).end()
    const token = fake.token()
    expect(await code(verifier, token)).to.equal('200')
    pass(890_000)
    expect(await code(verifier, token)).to.equal('200')
    pass(10_000)
    expect(verifier.status().keys.usable).to.equal(false)
    expect(await code(verifier, token)).to.equal('revocations_unknown')
  })

  it('introspects an API key at most every two seconds, and never one of another format', async () => {
    const { clocks, pass } = aSkew()
    const verifier = await aReadyVerifier({ clocks })
    const key = `dvz_key_${'k'.repeat(43)}`
    for (const odd of ['', 'dvz_key_', `${key}x`, fake.token(), ` ${key}`, 5 as never])
      expect(await verdict(verifier.verifyApiKey(odd))).to.equal('401 api_key_unknown')
    expect(introspections()).to.equal(0)
    const good = { active: true, iss: fake.url, aud: audience, sub: '7', jti: 'k1', token_type: 'Token', roles: [] }
    const told = { ...good, scope: 'orders:read', permissions: ['orders:read'], client_id: 'darvoza', iat: 1 }
    for (const wrong of [
      { active: false },
      { ...told, aud: 'https://stock.example/' },
      { ...told, iss: 'https://evil.example' },
      { ...told, token_type: 'Bearer' },
    ]) {
      fake.introspect = () => wrong
      expect(await verdict(verifier.verifyApiKey(key))).to.equal('401 api_key_unknown')
      pass(2_000)
    }
    fake.introspect = () => told
    expect(await verifier.verifyApiKey(key)).to.deep.include({
      token_type: 'api_key',
      scopes: ['orders:read'],
      sub: '7',
    })
    const before = introspections()
    expect(await verdict(verifier.verifyApiKey(key, { permission: 'orders:write' }))).to.equal('403 permission_denied')
    expect(await verdict(verifier.verifyApiKey(key, { role: 'admin' }))).to.equal('403 permission_denied')
    expect(introspections()).to.equal(before)
    fake.introspect = () => ({ active: false })
    pass(2_000)
    expect(await verdict(verifier.verifyApiKey(key))).to.equal('401 api_key_unknown')
    fake.instead['/oauth/introspect'] = (_request, response) => response.writeHead(429).end()
    pass(2_000)
    expect(await verdict(verifier.verifyApiKey(key))).to.equal('503 revocations_unknown')
  })

  it('accepts no token without introspection before it knows the log, and none after it was closed', async () => {
    fake.instead['/revocations/stream'] = (_request, response) => response.writeHead(503).end()
    const verifier = fake.verifier()
    const token = fake.token()
    await askedByWhoMay(verifier, token)
    expect(await code(verifier, token)).to.equal('token_revoked')
    fake.instead['/oauth/introspect'] = (_request, response) => response.writeHead(500).end()
    const other = fake.token()
    expect(await code(verifier, other, { allowReadsUntilExpiry: true })).to.equal('revocations_unknown')
    delete fake.instead['/revocations/stream']
    await verifier.ready()
    expect(await code(verifier, other)).to.equal('200')
    await verifier.close()
    expect(verifier.status().state).to.equal('closed')
    expect(await verdict(verifier.verify(other))).to.equal('503 revocations_unknown')
  })

  it('reports a wrong client secret as invalid_client without the secret', async () => {
    const verifier = fake.verifier({ clientSecret: 'wrong-secret' })
    const error = (await heard(verifier, 'error')) as Error
    const texts = JSON.stringify([error.message, String(error.cause), String((error.cause as Error).cause)])
    expect(texts).to.contain('401 invalid_client')
    expect(texts).to.not.contain('wrong-secret')
    expect(texts).to.not.contain(secret)
  })

  it('emits each process warning once if it has no error listener', async () => {
    const warned: string[] = []
    const listener = ({ name, message }: Error) => void (name === 'VerifierWarning' && warned.push(message))
    process.on('warning', listener)
    try {
      const verifier = fake.verifier({ clientSecret: 'wrong-secret' })
      const asked = () => fake.asked['/oauth/token'] ?? 0
      while (asked() < 3) await new Promise(resolve => setImmediate(resolve))
      await verifier.close()
      await new Promise(resolve => setImmediate(resolve))
      expect(warned.join('\n')).to.contain('401 invalid_client').and.not.contain('wrong-secret')
      expect(warned).to.have.length(new Set(warned).size)
    } finally {
      process.off('warning', listener)
    }
  })

  it('leaves a malformed access token of the token endpoint out of its errors', async () => {
    fake.instead['/oauth/token'] = (_request, response) =>
      response.end(JSON.stringify({ access_token: 'hunter2\nx', token_type: 'Bearer', expires_in: 60 }))
    const error = (await heard(fake.verifier(), 'error')) as Error
    const texts = JSON.stringify([error.message, String(error.cause), String((error.cause as Error).cause)])
    expect(texts).to.contain('no bearer token').and.not.contain('hunter2')
  })

  it('caches no more tokens than cacheSize', async () => {
    const verifier = await aReadyVerifier({ cacheSize: 10 })
    for (let i = 0; i < 50; i++) expect(await code(verifier, fake.token())).to.equal('200')
    expect(verifier.status().rememberedTokens).to.be.within(1, 10)
    const none = await aReadyVerifier({ cacheSize: 0 })
    const token = fake.token()
    for (let i = 0; i < 2; i++) expect(await code(none, token)).to.equal('200')
    expect(none.status()).to.deep.include({ rememberedTokens: 0 })
    expect(none.status().counts.remembered).to.equal(0)
  })

  it('has Prometheus metrics, each with HELP and TYPE once', async () => {
    const verifier = await aReadyVerifier({ name: 'orders-1' })
    await verifier.verify(fake.token())
    const lines = verifier.metrics().split('\n')
    const own = `{issuer="${fake.url}",verifier="orders-1"`
    expect(lines).to.include(`darvoza_verifier_lease_valid${own}} 1`)
    expect(lines).to.include(`darvoza_verifier_verifications_total${own},result="accepted"} 1`)
    const named = (mark: string) => lines.filter(line => line.startsWith(mark)).map(line => line.split(' ')[2])
    expect(named('# HELP')).to.deep.equal([...new Set(named('# TYPE'))])
    for (const line of lines.filter(line => line !== '' && !line.startsWith('#')))
      expect(line).to.match(/^darvoza_verifier_\w+\{[^{}]+\} -?\d+(\.\d+)?$/)
  })
})

function claimOf(token: string, name: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())[name]
}

/** Waits until the log is followed and has reached this position. */
async function heardPosition(verifier: Verifier, seq: number): Promise<void> {
  while (verifier.status().log.position !== seq || verifier.status().stream.state !== 'following')
    await new Promise(resolve => setImmediate(resolve))
}
