// Test vectors shipped with the verifier: this server and the verifier kit agree with them, and so does PyJWT as far as
// it checks.
import { execFileSync } from 'node:child_process'
import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { longestAccessLifetime } from '../../server/policy/policies.js'
import { type SigningAlgorithm, verifyInput } from '../../server/protocol/algorithms.js'
import { type AccessClaims, personChecks, programChecks, registeredChecks } from '../../server/protocol/claims.js'
import { Refusal, refuse } from '../../server/protocol/errors.js'
import { readCompact } from '../../server/protocol/jws.js'
import { type FeedEntry, readStretch } from '../../server/protocol/log/feed.js'
import { createProjection } from '../../server/protocol/log/projection.js'
import { refusalCode } from '../../server/protocol/log/revocation.js'
import { hostileTokenNames, hostileTokens } from '../../server/tokens/hostile/hostile-tokens.js'
import type { Verifier } from '../../server/verifier/verifier.js'
import { aSigner } from '../support/hostile-signer.js'
import { aVerifierTold } from '../support/told-by-vectors.js'
import { now } from '../vectors/fixed.js'
import { type LogVector, logVectors, type StretchVector, stretchVectors } from '../vectors/log-vectors.js'
import type { TokenVector } from '../vectors/token-vectors.js'

type Shared = {
  issuer: string
  audience: string
  now: number
  jwks: { keys: (JsonWebKey & { kid: string; alg: SigningAlgorithm })[] }
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const path = (name: string) => `${root}server/verifier/vectors/${name}`
const tokens = JSON.parse(readFileSync(path('tokens.json'), 'utf8')) as Shared & { vectors: TokenVector[] }
const log = JSON.parse(readFileSync(path('log.json'), 'utf8')) as Shared & {
  vectors: LogVector[]
  stretches: StretchVector[]
}

const keys = new Map(
  [...tokens.jwks.keys, ...log.jwks.keys].map(jwk => [
    jwk.kid,
    { algorithm: jwk.alg, key: createPublicKey({ key: jwk, format: 'jwk' }) },
  ]),
)

/** Checks in the documented order: form, type, key, algorithm, signature, claims. */
function read(token: string): { claims: AccessClaims; kid: string } {
  const { header, claims, input, signature } = readCompact(token)
  if (header.typ !== 'at+jwt') throw refuse('token_type')
  const kid = typeof header.kid === 'string' ? header.kid : ''
  const found = keys.get(kid)
  if (!found) throw refuse('token_key_unknown')
  if (header.alg !== found.algorithm) throw refuse('token_algorithm')
  if (!verifyInput(found.algorithm, found.key, input, signature)) throw refuse('token_signature')
  const { issuer, audience } = tokens
  const expected = { issuer, audience, now: now * 1000, latest: now * 1000, longestLifetime: longestAccessLifetime }
  for (const check of [...registeredChecks, ...(claims.sid === undefined ? programChecks : personChecks)]) {
    const code = check.whyNot(claims, expected)
    if (code) throw refuse(code)
  }
  return { claims: claims as AccessClaims, kid }
}

function codeOf(work: () => unknown): string | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

async function codeAt(verifier: Verifier, token: string): Promise<string | null> {
  try {
    await verifier.verify(token)
    return null
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

/** Tokens that an RFC requires to be refused, but that PyJWT accepts with all its checks on. */
const beyondPyJwt: Record<string, string> = {
  wrong_type: 'it does not look at typ: whoever uses it compares get_unverified_header(token)["typ"] after decode',
  logout_token: 'the same: a logout token has all the registered claims of an access token',
}

describe('verifier test vectors', () => {
  it('are up to date with their tables (npm run vectors)', async () => {
    const { signer } = await aSigner('ES256', () => now)
    const wanted = hostileTokenNames.flatMap(name => hostileTokens[name].make(signer).map(([how]) => `${name}: ${how}`))
    const had = tokens.vectors.map(one => one.name)
    expect(had).to.include.members(wanted)
    expect(had.filter(name => name.includes(': ') && !name.startsWith('RS256: '))).to.have.length(wanted.length)
    expect(new Set(had).size).to.equal(had.length)
    const { kid } = log.jwks.keys[0]!
    const strip = ({ token: _, ...vector }: LogVector) => vector
    expect(log.vectors.map(strip)).to.deep.equal(logVectors(kid, () => '').map(strip))
    expect(log.stretches).to.deep.equal(stretchVectors)
  })

  it('of tokens have the error code of this server', () => {
    expect(tokens.now).to.equal(now)
    for (const { name, token, expect: verdict, code } of tokens.vectors) {
      expect(
        codeOf(() => read(token)),
        name,
      ).to.equal(code)
      expect(verdict, name).to.equal(code === null ? 'accept' : 'refuse')
    }
  })

  it('of the revocation log match the projection, with entries applied at once or one by one', () => {
    for (const { name, entries, token, code } of log.vectors) {
      const { claims, kid } = read(token)
      for (const pieces of [[entries], entries.map(one => [one])]) {
        const projection = createProjection()
        let after = 0
        for (const piece of pieces as FeedEntry[][]) {
          const upto = piece.at(-1)?.seq ?? 200
          expect(projection.apply(readStretch({ after, upto, entries: piece })!), name).to.equal(true)
          after = upto
        }
        const found = projection.find(claims, kid)
        expect(found && refusalCode(found), name).to.equal(code)
      }
    }
  })

  it('of tokens have the error code of the verifier kit', async () => {
    const verifier = await aVerifierTold(tokens)
    try {
      // In parallel: for an unknown key the kit waits until it may ask for the JWKS again.
      const told = await Promise.all(tokens.vectors.map(({ token }) => codeAt(verifier, token)))
      for (const [at, { name, code }] of tokens.vectors.entries()) expect(told[at], name).to.equal(code)
    } finally {
      await verifier.close()
    }
  })

  it('of the revocation log match the verifier kit, with entries in the snapshot or sent later', async () => {
    const tried = log.vectors.flatMap(vector => [
      { ...vector, pieces: [vector.entries] },
      { ...vector, pieces: [[], ...vector.entries.map(one => [one])] },
    ])
    const verifiers = await Promise.all(tried.map(({ pieces }) => aVerifierTold(log, pieces)))
    try {
      for (const [at, { name, token, code }] of tried.entries())
        expect(await codeAt(verifiers[at]!, token), name).to.equal(code)
    } finally {
      await Promise.all(verifiers.map(verifier => verifier.close()))
    }
  })

  it('of stretches have the position of a reader after each', () => {
    for (const { name, position, stretch, applied, ends } of log.stretches) {
      const projection = createProjection()
      projection.apply({ after: 0, upto: position, entries: [] })
      const read = readStretch(stretch)
      expect(read !== null && projection.apply(read), name).to.equal(applied)
      expect(projection.position, name).to.equal(ends)
    }
  })

  it('of tokens match PyJWT, but for the checks that it does not make', function () {
    this.timeout(30_000)
    const script = `${root}test/vectors/pyjwt.py`
    const told = execFileSync('/usr/bin/python3', [script, path('tokens.json')], { encoding: 'utf8' })
    const { answers, reads_crit: readsCrit } = JSON.parse(told) as {
      answers: Record<string, string | null>
      reads_crit: boolean
    }
    const letIn = new Set<string>()
    for (const { name, expect: verdict, level } of tokens.vectors) {
      const isLetIn = answers[name] === null
      if (verdict === 'accept') expect(answers[name], name).to.equal(null)
      else if (level === 'must' && isLetIn) letIn.add(name.split(': ')[0]!)
    }
    expect([...letIn]).to.have.members([...Object.keys(beyondPyJwt), ...(readsCrit ? [] : ['crit'])])
  })
})
