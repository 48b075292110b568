// Tokens that are bound to a key (DPoP, RFC 9449): issued for a DPoP proof, and accepted with one alone.
import { expect } from 'chai'
import { changeApplication } from '../support/applications.js'
import { aServerOfHolders, asHolder, type BoundTokens, boundMetadata, codeOf } from '../support/bound-tokens.js'
import { trials } from '../support/bursts.js'
import { type Answer, claimsOf } from '../support/client.js'
import { redirectUri } from '../support/codes.js'
import { aHolder } from '../support/dpop.js'
import { onMariaDb } from '../support/engines.js'
import { aServer, issuer, password, settle } from '../support/server.js'
import { countOf } from '../support/statements.js'
import { aVisitor } from '../support/visitor.js'

const told = ({ status, body }: Answer) => [status, body.error]
const endpoint = `${issuer}/oauth/token`

async function generationOf({ server }: BoundTokens, refresh: string): Promise<number> {
  const { storage } = server.composed.parts
  return (await storage.sessionStore.find(storage.database, claimsOf(refresh).sid))!.generation
}

describe('a DPoP proof at the token endpoint', function () {
  this.timeout(60_000)
  it('that is wrong is refused with invalid_dpop_proof, whatever X-Forwarded-Host says', async () => {
    const made = await aServerOfHolders()
    const holder = asHolder(made)
    const { key, given, byCode } = holder
    const code = await given('notes')
    const elsewhere = 'https://id.evil.example'
    const wrong = {
      'of nothing': 'garbage',
      'of another method': key.proof('GET', endpoint, undefined),
      'of another endpoint': key.proof('POST', `${issuer}/oauth/revoke`, undefined),
      'for the host that the sender names': key.proof('POST', `${elsewhere}/oauth/token`, undefined),
      'that is old': key.proof('POST', endpoint, undefined, { claims: { iat: made.server.clock.now() / 1000 - 61 } }),
      'that is twice there': Array.from({ length: 2 }, () => key.proof('POST', endpoint, undefined)).join(', '),
      'that is signed by another key': key.proof('POST', endpoint, undefined, { header: { jwk: aHolder().jwk } }),
    }
    for (const [what, text] of Object.entries(wrong))
      expect(told(await byCode('notes', code, { text }, { 'X-Forwarded-Host': elsewhere })), what).to.deep.equal([
        400,
        'invalid_dpop_proof',
      ])
    expect((await byCode('notes', code)).body.token_type).to.equal('DPoP')
  })

  it('binds access tokens, and the refresh token of a public application, by the claim cnf', async () => {
    const made = await aServerOfHolders()
    const holder = asHolder(made)
    const { key, signedIn } = holder
    for (const [id, isBound] of [
      ['notes', true],
      ['shop', false],
    ] as const) {
      const { access_token, refresh_token, token_type } = await signedIn(id)
      expect([token_type, claimsOf(access_token).cnf], id).to.deep.equal(['DPoP', { jkt: key.jkt }])
      expect(claimsOf(refresh_token).cnf, id).to.deep.equal(isBound ? { jkt: key.jkt } : undefined)
    }
    const { access_token, refresh_token, token_type } = await signedIn('notes', null)
    expect([token_type, claimsOf(access_token).cnf, claimsOf(refresh_token).cnf]).to.deep.equal([
      'Bearer',
      undefined,
      undefined,
    ])
    const { body } = await holder.byItself()
    expect([body.token_type, claimsOf(body.access_token).cnf], 'of no person').to.deep.equal(['DPoP', { jkt: key.jkt }])
  })

  it('is required, with the same key, for a code that was requested with dpop_jkt', async () => {
    const made = await aServerOfHolders()
    const holder = asHolder(made)
    const { key, given, byCode } = holder
    const code = await given('notes', { dpopJkt: key.jkt })
    expect(told(await byCode('notes', code, null)), 'none').to.deep.equal([400, 'invalid_grant'])
    expect(told(await byCode('notes', code, aHolder(made.server.clock.now))), 'another').to.deep.equal([
      400,
      'invalid_grant',
    ])
    expect(claimsOf((await byCode('notes', code)).body.access_token).cnf).to.deep.equal({ jkt: key.jkt })
  })

  it('is not spent by a request that fails for another reason, and is never accepted twice', async () => {
    const made = await aServerOfHolders()
    const holder = asHolder(made)
    const { key, given, byCode } = holder
    const text = key.proof('POST', endpoint, undefined)
    const code = await given('notes')
    const wrong = { ...code, terms: { ...code.terms, verifier: 'a'.repeat(43) } }
    expect(told(await byCode('notes', wrong, { text }))).to.deep.equal([400, 'invalid_grant'])
    expect((await byCode('notes', code, { text })).status).to.equal(200)
    const next = await given('notes')
    expect(told(await byCode('notes', next, { text })), 'again').to.deep.equal([400, 'invalid_dpop_proof'])
    expect((await byCode('notes', next)).status, 'the code stays good').to.equal(200)
  })

  it('is required to refresh a bound token; without the key nothing rotates', async () => {
    const made = await aServerOfHolders()
    const holder = asHolder(made)
    const { signedIn, byRefresh } = holder
    const { refresh_token } = await signedIn('notes')
    expect(told(await byRefresh('notes', refresh_token, null))).to.deep.equal([400, 'invalid_dpop_proof'])
    const stolen = await byRefresh('notes', refresh_token, aHolder(made.server.clock.now))
    expect([...told(stolen), codeOf(stolen)]).to.deep.equal([400, 'invalid_grant', 'token_bound'])
    made.server.clock.advance('1m')
    expect(await generationOf(made, refresh_token)).to.equal(1)
    const { status, body } = await byRefresh('notes', refresh_token)
    expect([status, body.token_type, claimsOf(body.access_token).cnf]).to.deep.equal([
      200,
      'DPoP',
      claimsOf(refresh_token).cnf,
    ])
  })

  it('sent again rotates nothing; with a new one a lost answer is forgiven and reuse is detected', async () => {
    const made = await aServerOfHolders()
    const holder = asHolder(made)
    const { key, signedIn, byRefresh } = holder
    const { refresh_token: first } = await signedIn('notes')
    const text = key.proof('POST', endpoint, undefined)
    const { refresh_token: second } = (await byRefresh('notes', first, { text })).body
    expect(told(await byRefresh('notes', second, { text }))).to.deep.equal([400, 'invalid_dpop_proof'])
    expect(await generationOf(made, first)).to.equal(2)
    expect((await byRefresh('notes', first)).body.refresh_token, 'a lost answer').to.equal(second)
    made.server.clock.advance('1m')
    expect(codeOf(await byRefresh('notes', first))).to.equal('token_reused')
    expect(codeOf(await byRefresh('notes', second))).to.equal('session_ended')
  })

  it('of another key is accepted with the refresh token of a confidential application', async () => {
    const made = await aServerOfHolders()
    const holder = asHolder(made)
    const { signedIn, byRefresh } = holder
    const { refresh_token } = await signedIn('shop')
    const other = aHolder(made.server.clock.now)
    const next = (await byRefresh('shop', refresh_token, other)).body
    expect(claimsOf(next.access_token).cnf).to.deep.equal({ jkt: other.jkt })
    expect((await byRefresh('shop', next.refresh_token, null)).body.token_type).to.equal('Bearer')
  })

  it('is required by an application with dpop_bound_access_tokens', async () => {
    const made = await aServerOfHolders()
    const { server } = made
    const holder = asHolder(made)
    const { given, byCode, byRefresh, signedIn } = holder
    const { refresh_token } = await signedIn('shop', null)
    await changeApplication(server, 'shop', { metadata: { ...boundMetadata, dpop_bound_access_tokens: true } })
    await settle(server.composed)
    const code = await given('shop')
    for (const answer of [await byCode('shop', code, null), await byRefresh('shop', refresh_token, null)])
      expect(told(answer)).to.deep.equal([400, 'invalid_dpop_proof'])
    expect((await byCode('shop', code)).body.token_type).to.equal('DPoP')
    expect((await byRefresh('shop', refresh_token)).body.token_type).to.equal('DPoP')
    await changeApplication(server, 'shop', { metadata: boundMetadata })
    await settle(server.composed)
  })

  it('is ignored by simplejwt’s wire, which neither issues nor accepts bound tokens', async () => {
    const made = await aServerOfHolders()
    const { amy } = made
    const { client, key, signedIn } = asHolder(made)
    const headers = { DPoP: key.proof('POST', `${issuer}/api/token/`, undefined) }
    const { username, password } = amy
    const { body } = await client.send('POST', '/api/token/', { json: { username, password }, headers })
    expect([claimsOf(body.access).cnf, claimsOf(body.refresh).cnf]).to.deep.equal([undefined, undefined])
    const { access_token, refresh_token } = await signedIn('notes')
    expect((await client.refresh(refresh_token)).status).to.equal(401)
    expect((await client.verify(access_token)).status).to.equal(401)
  })

  it('costs one write; a refresh without one still costs one read and one write', async () => {
    const made = await aServerOfHolders()
    const holder = asHolder(made)
    const { signedIn, byRefresh } = holder
    const counted = async (by: typeof holder.key | null) => {
      const { refresh_token } = await signedIn('notes', by)
      return countOf(made.server, () => byRefresh('notes', refresh_token, by))
    }
    expect(await counted(null)).to.deep.equal({ reads: 1, writes: 1 })
    expect(await counted(holder.key)).to.deep.equal({ reads: 1, writes: 2 })
  })
})

const me = ['GET', '/api/me'] as const
const userinfo = ['GET', '/oauth/userinfo'] as const
const postUserinfo = ['POST', '/oauth/userinfo'] as const
const feed = ['GET', '/revocations'] as const
const lease = ['POST', '/revocations/lease'] as const
const leaseBody = { headers: { 'Content-Type': 'application/json' }, body: '{"verifier":"one","applied":""}' }

describe('a DPoP-bound access token at resources', function () {
  this.timeout(60_000)
  /** Routes, each with a bound token that it accepts. */
  async function aWorld() {
    const made = await aServerOfHolders()
    const holder = asHolder(made)
    const { access_token: own } = await holder.signedIn('notes')
    const { access_token: program } = (await holder.byItself()).body
    type Place = [
      place: readonly [string, string],
      token: string,
      more: { headers?: Record<string, string>; body?: string },
    ]
    const places: Place[] = [
      [me, own, {}],
      [userinfo, own, {}],
      [postUserinfo, own, {}],
      [feed, program, {}],
      [lease, program, leaseBody],
    ]
    return { made, holder, places }
  }

  it('is accepted with a proof under DPoP in any letter case, and refused as a bearer token', async () => {
    const { holder, places } = await aWorld()
    for (const [place, token, more] of places)
      for (const scheme of ['DPoP', 'dpop', 'DPOP'])
        expect((await holder.show(place, token, { scheme, ...more })).status, place.join(' ')).to.equal(200)
    for (const [place, token, more] of places)
      for (const by of [null, holder.key]) {
        const answer = await holder.show(place, token, { by, scheme: 'Bearer', ...more })
        expect([answer.status, codeOf(answer)], place.join(' ')).to.deep.equal([401, 'token_bound'])
        expect(answer.headers.get('www-authenticate')).to.match(
          /^DPoP realm="api", error="invalid_token".*algs="ES256 /,
        )
      }
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams({ access_token: places[0]![1] }).toString()
    expect(codeOf(await holder.client.send('POST', '/oauth/userinfo', { headers: form, body }))).to.equal('token_bound')
  })

  it('is refused without a DPoP proof, with one for something else, and with a spent one', async () => {
    const { made, holder, places } = await aWorld()
    const other = aHolder(made.server.clock.now)
    for (const [place, token, more] of places) {
      const [method, path] = place
      const wrong: Record<string, [code: string, answer: Promise<Answer>]> = {
        none: ['invalid_dpop_proof', holder.show(place, token, { by: null, ...more })],
        'of another key': ['token_bound', holder.show(place, token, { by: other, ...more })],
        'without the token': [
          'invalid_dpop_proof',
          holder.show(place, token, { by: { text: holder.key.proof(method, issuer + path, undefined) }, ...more }),
        ],
        'for another token': [
          'invalid_dpop_proof',
          holder.show(place, token, { by: { text: holder.key.proof(method, issuer + path, 'a') }, ...more }),
        ],
        'for another path': [
          'invalid_dpop_proof',
          holder.show(place, token, { by: { text: holder.key.proof(method, `${issuer}/a`, token) }, ...more }),
        ],
      }
      for (const [what, [code, answering]] of Object.entries(wrong)) {
        const answer = await answering
        expect([answer.status, codeOf(answer)], `${path}, ${what}`).to.deep.equal([401, code])
        const error = code === 'token_bound' ? 'invalid_token' : code
        expect(answer.headers.get('www-authenticate'), what).to.include(`DPoP realm="api", error="${error}"`)
      }
    }
    for (const [place, token, more] of places) {
      const text = holder.key.proof(place[0], issuer + place[1], token)
      expect((await holder.show(place, token, { by: { text }, ...more })).status, place.join(' ')).to.equal(200)
      expect(codeOf(await holder.show(place, token, { by: { text }, ...more }))).to.equal('invalid_dpop_proof')
    }
  })

  it('is introspected with token_type DPoP and cnf; insufficient_scope is answered under DPoP', async () => {
    const { holder } = await aWorld()
    const { introspect, signedIn, key } = holder
    const { access_token } = await signedIn('shop')
    expect(await introspect('shop', access_token)).to.deep.include({
      ...{ active: true, token_type: 'DPoP', cnf: { jkt: key.jkt } },
    })
    const plain = await introspect('shop', (await signedIn('shop', null)).access_token)
    expect([plain.token_type, plain.cnf]).to.deep.equal(['Bearer', undefined])
    const answer = await holder.show(me, (await holder.byItself()).body.access_token)
    expect([answer.status, answer.headers.get('www-authenticate')]).to.deep.equal([
      403,
      'DPoP realm="api", error="insufficient_scope", scope="darvoza:account", algs="ES256 RS256 PS256 EdDSA"',
    ])
  })
})

describe('an access token that is bound to no key', function () {
  this.timeout(60_000)
  it('is refused with token_unbound under the scheme DPoP, with or without a proof', async () => {
    const made = await aServerOfHolders()
    const { client, key, show, signedIn } = asHolder(made)
    const { access } = await client.signIn(made.amy)
    const { access_token } = await signedIn('notes', null)
    for (const [place, token] of [
      [me, access],
      [me, access_token],
      [userinfo, access_token],
    ] as const) {
      for (const by of [key, null]) {
        const answer = await show(place, token, { by })
        expect([answer.status, codeOf(answer)]).to.deep.equal([401, 'token_unbound'])
        expect(answer.headers.get('www-authenticate')).to.match(/^Bearer realm="api", error="invalid_token"/)
      }
      expect((await show(place, token, { scheme: 'Bearer' })).status, 'a proof that nobody asks for').to.equal(200)
    }
    const { text } = await made.server.composed.parts.apiKeys.apiKeys.create(
      made.amy.id,
      { name: 'one', scopes: ['darvoza:account'] },
      'system',
    )
    expect(codeOf(await show(me, text)), 'an API key').to.equal('token_malformed')
    expect((await show(me, text, { scheme: 'Token' })).status).to.equal(200)
  })
})

describe('DPoP nonces required by the policy', function () {
  this.timeout(60_000)
  const nonceOf = ({ headers }: Answer) => headers.get('dpop-nonce')

  it('are given with a refusal that spends nothing, and hold at the token endpoint and resources', async () => {
    const made = await aServerOfHolders()
    const { server } = made
    const { key, given, byCode, byRefresh, show } = asHolder(made)
    expect(nonceOf(await byCode('notes', await given('notes'))), 'not asked for').to.equal(null)
    await server.setPolicy({ dpop_nonces: true })

    const code = await given('notes')
    const jti = 'one'
    const proofWith = (claims: object) => ({
      text: key.proof('POST', endpoint, undefined, { claims: { jti, ...claims } }),
    })
    const asked = await byCode('notes', code, proofWith({}))
    const nonce = nonceOf(asked)!
    expect([...told(asked), nonce]).to.deep.equal([400, 'use_dpop_nonce', nonceOf(asked)])
    const invented = await byCode('notes', code, proofWith({ nonce: nonce.slice(0, -1) }))
    expect(told(invented)).to.deep.equal([400, 'use_dpop_nonce'])
    const { status, body, headers } = await byCode('notes', code, proofWith({ nonce }))
    expect([status, body.token_type, headers.get('dpop-nonce')]).to.deep.equal([200, 'DPoP', nonce])

    const spent = await byCode('notes', code, proofWith({ jti: 'two', nonce }))
    expect([...told(spent), nonceOf(spent)], 'another try would not help').to.deep.equal([400, 'invalid_grant', null])

    const { access_token, refresh_token } = body
    for (const place of [me, userinfo]) {
      const refused = await show(place, access_token)
      expect([refused.status, codeOf(refused), nonceOf(refused)]).to.deep.equal([401, 'use_dpop_nonce', nonce])
      expect(refused.headers.get('www-authenticate')).to.include('DPoP realm="api", error="use_dpop_nonce"')
      expect(refused.headers.get('access-control-expose-headers')).to.include('DPoP-Nonce')
      expect((await show(place, access_token, { parts: { claims: { nonce } } })).status).to.equal(200)
    }

    const later = { text: '' }
    server.clock.advance('1m')
    later.text = key.proof('POST', endpoint, undefined, { claims: { nonce } })
    const next = await byRefresh('notes', refresh_token, later)
    expect([next.status, nonceOf(next) === nonce]).to.deep.equal([200, false])
    server.clock.advance('1m')
    later.text = key.proof('POST', endpoint, undefined, { claims: { nonce } })
    expect(told(await byRefresh('notes', next.body.refresh_token, later))).to.deep.equal([400, 'use_dpop_nonce'])
  })

  it('are not required for unbound tokens', async () => {
    const made = await aServerOfHolders()
    await made.server.setPolicy({ dpop_nonces: true })
    const { signedIn, byRefresh, show } = asHolder(made)
    const { access_token, refresh_token } = await signedIn('notes', null)
    const refreshed = await byRefresh('notes', refresh_token, null)
    expect([refreshed.status, nonceOf(refreshed)]).to.deep.equal([200, null])
    expect((await show(me, access_token, { by: null, scheme: 'Bearer' })).status).to.equal(200)
  })
})

describe('pages about DPoP-bound tokens', () => {
  it('show the key of a session and the scheme of a token; a form makes an application need proofs', async () => {
    const made = await aServerOfHolders()
    const { key, signedIn, byRefresh } = asHolder(made)
    const { access_token, refresh_token } = await signedIn('notes')
    const plain = await signedIn('shop', null)
    const visitor = aVisitor(made.server)
    await visitor.signIn({ username: 'admin', password })
    const sessionPage = async (token: string) => (await visitor.open(`/admin/sessions/${claimsOf(token).sid}`)).text
    expect(await sessionPage(access_token)).to.include(key.jkt)
    expect(await sessionPage(plain.access_token)).to.not.include('Bound to the key')
    const inspected = async (token: string) =>
      (await visitor.submit('/admin/inspector', { token }, '/admin/inspector')).text
    for (const text of [`DPoP ${access_token}`, refresh_token]) expect(await inspected(text)).to.include('scheme DPoP')
    expect(await inspected(plain.access_token)).to.not.include('scheme DPoP')

    const form = {
      ...{ client_name: 'Shop', redirect_uris: redirectUri, token_endpoint_auth_method: 'client_secret_basic' },
      ...{ 'grant_types:authorization_code': '1', 'grant_types:refresh_token': '1', dpop_bound_access_tokens: '1' },
    }
    const saved = await visitor.submit('/admin/applications/shop', form, '/admin/applications/shop?tab=settings')
    expect(saved.status).to.equal(303)
    await settle(made.server.composed)
    expect(told(await byRefresh('shop', plain.refresh_token, null))).to.deep.equal([400, 'invalid_dpop_proof'])
  }).timeout(60_000)
})

const times = trials(500)

describe('one DPoP proof sent very many times', () => {
  it(`authorizes one of ${times} requests`, async () => {
    const made = await aServerOfHolders()
    const { key, proven, signedIn } = asHolder(made)
    const { access_token: token } = await signedIn('notes')
    const headers = { Authorization: `DPoP ${token}`, ...proven(key, ...me, token) }
    const statuses: Record<number, number> = {}
    for (let sent = 0; sent < times; sent += 50)
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          const answer = await fetch(made.server.url + me[1], { headers })
          await answer.arrayBuffer()
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
        }),
      )
    expect(statuses).to.deep.equal({ 200: 1, 401: times - 1 })
  }).timeout(600_000)
})

onMariaDb('one DPoP proof sent to two servers at once', engine => {
  it('is accepted by one of them: a refresh rotates once, and one request gets 200', async () => {
    const made = await aServerOfHolders({ engine })
    const there = await aServer({ settings: made.server.settings, clock: made.server.clock, policy: null })
    const [one, two] = [asHolder(made), asHolder(made, there)]
    const { key } = one
    const { refresh_token, access_token } = await one.signedIn('notes')
    const text = key.proof('POST', endpoint, undefined)
    const refreshes = await Promise.all(
      Array.from({ length: 20 }, (_, at) => (at % 2 ? one : two).byRefresh('notes', refresh_token, { text })),
    )
    expect(refreshes.filter(answer => answer.status === 200)).to.have.length(1)
    for (const answer of refreshes) expect(codeOf(answer)).to.be.oneOf([undefined, 'invalid_dpop_proof'])
    const shown = key.proof('GET', issuer + me[1], access_token)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => (at % 2 ? one : two).show(me, access_token, { by: { text: shown } })),
    )
    expect(answers.filter(answer => answer.status === 200)).to.have.length(1)

    await made.server.setPolicy({ dpop_nonces: true })
    await settle(there.composed)
    const nonce = (await one.show(me, access_token)).headers.get('dpop-nonce')
    const atTheOther = await two.show(me, access_token, { by: key, parts: { claims: { nonce } } })
    expect(atTheOther.status, 'a nonce of the other server').to.equal(200)
  }).timeout(60_000)
})
