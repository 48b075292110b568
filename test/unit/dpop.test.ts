// DPoP proofs (RFC 9449): each check of §4.3 with an otherwise valid proof that fails it, and single use.
import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { calculateJwkThumbprint } from 'jose'
import { signingAlgorithmNames } from '../../server/protocol/algorithms.js'
import { readProof } from '../../server/protocol/dpop.js'
import { Refusal } from '../../server/protocol/errors.js'
import { createBoundTokens } from '../../server/verifier/bound-tokens.js'
import { createSpentProofs } from '../../server/verifier/spent-proofs.js'
import { aHolder, type ProofParts } from '../support/dpop.js'

const start = Date.UTC(2026, 5, 1)
const now = start / 1000
const url = 'https://api.example.com/orders'
const token = 'a.b.c'
const holder = aHolder(() => start)
const other = aHolder(() => start)

type Expected = Partial<Parameters<typeof readProof>[1]>

const read = (proof: string, expected: Expected = {}) =>
  readProof(proof, { method: 'POST', url, now: start, token, ...expected })
const proof = (parts?: ProofParts) => holder.proof('POST', url, token, parts)

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
  return 'accepted'
}

const { privateKey: rsa1024 } = generateKeyPairSync('rsa', { modulusLength: 1_024 })
/** The rule that a proof breaks, as the log names it. */
function ruleOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof Refusal && error.code === 'invalid_dpop_proof') return (error.cause as Error).message
    throw error
  }
  return 'accepted'
}

const rsa = aHolder(() => start, 'RS256')
const longExponent = Buffer.alloc(200, 255).toString('base64url')

describe('a DPoP proof is refused', () => {
  const header = (members: Record<string, unknown>) => () => proof({ header: members })
  const claims = (members: Record<string, unknown>) => () => proof({ claims: members })
  const cases: [rule: string, why: string, make: () => string][] = [
    ['form', 'where two are in one header', () => `${proof()}, ${proof()}`],
    ['form', 'where it is no JWT', () => 'proof'],
    ['form', 'where it is empty', () => ''],
    ['typ', 'that is of another type', header({ typ: 'JWT' })],
    ['typ', 'that has no type', header({ typ: undefined })],
    ['form', 'that is unsigned', header({ alg: 'none' })],
    ['alg', 'that is signed with a shared secret', header({ alg: 'HS256' })],
    ['jwk', 'that names another algorithm than its key has', header({ alg: 'RS256' })],
    ['jwk', 'that has no key', header({ jwk: undefined })],
    ['jwk', 'whose key is a text', header({ jwk: JSON.stringify(holder.jwk) })],
    ['jwk', 'that gives the private key away', header({ jwk: holder.privateKey.export({ format: 'jwk' }) })],
    ['jwk', 'whose key is a shared secret', header({ jwk: { kty: 'oct', k: 'AAAA' } })],
    ['jwk', 'whose key is on no curve', header({ jwk: { ...holder.jwk, y: holder.jwk.x } })],
    ['jwk', 'whose key is spelt in another way', header({ jwk: { ...holder.jwk, x: `${holder.jwk.x}=` } })],
    ['signature', 'that is signed by another key', header({ jwk: other.jwk })],
    ['jwk', 'of an RSA key of 1,024 bits', () => aHolder(() => start, 'PS256', rsa1024).proof('POST', url, token)],
    [
      'jwk',
      'of an RSA key that is slow on purpose',
      () => rsa.proof('POST', url, token, { header: { jwk: { ...rsa.jwk, e: longExponent } } }),
    ],
    ['form', 'with an extension that must be understood', header({ crit: ['x'], x: 1 })],
    ['htm', 'for another method', claims({ htm: 'GET' })],
    ['htm', 'for its method in small letters', claims({ htm: 'post' })],
    ['htu', 'for another path', claims({ htu: 'https://api.example.com/order' })],
    ['htu', 'for a path that differs by an encoded slash', claims({ htu: 'https://api.example.com%2forders' })],
    ['htu', 'for another host', claims({ htu: 'https://api.example.org/orders' })],
    ['htu', 'for another port', claims({ htu: 'https://api.example.com:8443/orders' })],
    ['htu', 'for another scheme', claims({ htu: 'http://api.example.com/orders' })],
    ['htu', 'for an address with a user in it', claims({ htu: 'https://api.example.com@api.example.com/orders' })],
    ['htu', 'for no address', claims({ htu: undefined })],
    ['iat', 'that is 61 seconds old', claims({ iat: now - 61 })],
    ['iat', 'that is made 61 seconds from now', claims({ iat: now + 61 })],
    ['iat', 'that tells no time', claims({ iat: undefined })],
    ['iat', 'whose time is a text', claims({ iat: String(now) })],
    ['jti', 'without a jti', claims({ jti: undefined })],
    ['jti', 'with an empty jti', claims({ jti: '' })],
    ['jti', 'with an endless jti', claims({ jti: 'x'.repeat(513) })],
    ['ath', 'for another token', () => holder.proof('POST', url, 'a.b.d')],
    ['ath', 'for no token', () => holder.proof('POST', url, undefined)],
  ]
  for (const [rule, why, make] of cases)
    it(why, () => {
      expect(ruleOf(() => read(make()))).to.equal(`DPoP proof: ${rule}`)
    })

  it('with a changed signature', () => {
    const [head, body, signature] = proof().split('.') as [string, string, string]
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
    expect(codeOf(() => read(`${head}.${body}.${flipped}`))).to.equal('invalid_dpop_proof')
  })

  it('without a required nonce, and with an outdated one (RFC 9449 §9)', () => {
    expect(codeOf(() => read(proof(), { nonces: ['n1'] }))).to.equal('use_dpop_nonce')
    expect(codeOf(() => read(proof({ claims: { nonce: 'n0' } }), { nonces: ['n1', 'n2'] }))).to.equal('use_dpop_nonce')
  })
})

describe('a DPoP proof is accepted', () => {
  for (const algorithm of signingAlgorithmNames)
    it(`that is signed with ${algorithm}, and yields the thumbprint of its key (RFC 7638)`, async () => {
      const one = aHolder(() => start, algorithm)
      const { jkt } = read(one.proof('POST', url, token))
      expect(jkt).to.equal(await calculateJwkThumbprint(one.jwk as never))
    })

  const spellings = [
    'HTTPS://API.Example.COM/orders',
    'https://api.example.com:443/orders',
    'https://api.example.com/orders?page=2#top',
    'https://api.example.com/x/../orders',
    'https://api.example.com/%6Frders',
  ]
  for (const htu of spellings)
    it(`whose htu is written ${htu}`, () => {
      expect(read(proof({ claims: { htu } })).jkt).to.equal(holder.jkt)
    })

  it('up to 60 seconds before and after its iat, which may have fractions of a second', () => {
    for (const iat of [now - 60, now + 60, now - 0.5]) expect(read(proof({ claims: { iat } })).iat).to.equal(iat)
  })

  it('with one of the current nonces, and with a nonce that is not required', () => {
    expect(codeOf(() => read(proof({ claims: { nonce: 'n2' } }), { nonces: ['n1', 'n2'] }))).to.equal('accepted')
    expect(codeOf(() => read(proof({ claims: { nonce: 'n2' } })))).to.equal('accepted')
  })
})

describe('the memory of used DPoP proofs', () => {
  const aProof = (jti: string, iat: number, jkt = 'key') => ({ jti, iat, jkt })

  it('refuses a second proof with the same jti and key, and no other', () => {
    const spent = createSpentProofs()
    const spend = (proof: ReturnType<typeof aProof>, at = start) => codeOf(() => spent.spend(proof, at))
    expect(spend(aProof('one', now))).to.equal('accepted')
    expect(spend(aProof('one', now))).to.equal('invalid_dpop_proof')
    expect(spend(aProof('one', now + 45))).to.equal('invalid_dpop_proof')
    expect(spend(aProof('two', now))).to.equal('accepted')
    expect(spend(aProof('one', now, 'another key'))).to.equal('accepted')
  })

  it('drops proofs once they are too old, and refuses them after the clock went back', () => {
    const spent = createSpentProofs()
    for (let at = 0; at < 600; at++) spent.spend(aProof(`proof ${at}`, now + at), start + at * 1_000)
    expect(spent.count()).to.be.within(60, 75)
    expect(codeOf(() => spent.spend(aProof('proof 1', now + 1), start + 2_000))).to.equal('invalid_dpop_proof')
  })

  it('is bounded: while it is full, new proofs are refused with too_many_requests', () => {
    const spent = createSpentProofs(2)
    const spend = (jti: string, seconds = 0) =>
      codeOf(() => spent.spend(aProof(jti, now + seconds), start + seconds * 1_000))
    expect([spend('a'), spend('b'), spend('c'), spend('a')]).to.deep.equal([
      'accepted',
      'accepted',
      'too_many_requests',
      'invalid_dpop_proof',
    ])
    expect(spend('c', 75)).to.equal('accepted')
  })
})

describe('an access token', () => {
  const shown = (dpop: string) => ({ dpop, method: 'POST', url })
  const bound = { cnf: { jkt: holder.jkt } }
  const check = (claims: object, proofShown?: ReturnType<typeof shown>, tokens = createBoundTokens()) =>
    codeOf(() => tokens.check(token, claims, proofShown, start))

  it('that is bound to a key is refused without a DPoP proof, and with one of another key', () => {
    expect(check(bound)).to.equal('token_bound')
    expect(check(bound, shown(other.proof('POST', url, token)))).to.equal('token_bound')
  })

  it('with an unknown kind of cnf is refused, not treated as unbound', () => {
    for (const cnf of [{ 'x5t#S256': 'abc' }, {}, null, 'key', { jkt: 1 }])
      for (const one of [undefined, shown(proof())]) expect(check({ cnf }, one)).to.equal('token_claims')
  })

  it('that is unbound is refused with a DPoP proof', () => {
    expect(check({}, shown(proof()))).to.equal('token_unbound')
  })

  it('is accepted with its DPoP proof once; one request may be checked several times', () => {
    const tokens = createBoundTokens()
    const request = shown(proof())
    expect([check(bound, request, tokens), check(bound, request, tokens)]).to.deep.equal(['accepted', 'accepted'])
    expect(check(bound, { ...request }, tokens)).to.equal('invalid_dpop_proof')
    expect(check({}, undefined, tokens)).to.equal('accepted')
  })

  it('is accepted with its DPoP proof after another key holder sent a proof with the same jti', () => {
    const tokens = createBoundTokens()
    const jti = 'guessed'
    expect(check(bound, shown(other.proof('POST', url, token, { claims: { jti } })), tokens)).to.equal('token_bound')
    expect(check(bound, shown(proof({ claims: { jti } })), tokens)).to.equal('accepted')
  })
})
