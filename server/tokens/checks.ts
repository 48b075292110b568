// The checks of a token that was presented to us, one row each, in the order in which a refusal may be disclosed.
// inspect.ts runs them and stops at the first that refuses; explain.ts runs the same and reports how many of them a
// token passes.
import { ownApplicationId } from '../policy/application-metadata.js'
import { longestAccessLifetime, longestRefreshLifetime } from '../policy/policies.js'
import { macMatches, verifyInput } from '../protocol/algorithms.js'
import {
  type ClaimCheck,
  type ExpectedToken,
  personChecks,
  programChecks,
  refreshChecks,
  registeredChecks,
} from '../protocol/claims.js'
import { type ErrorCode, type Refusal, refuse } from '../protocol/errors.js'
import type { CompactToken } from '../protocol/jws.js'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { SecretPurpose } from '../storage/keys.js'
import type { Secrets } from './secrets.js'
import type { SigningKeys } from './signing-keys.js'

export type TokenChecksDeps = {
  issuer: string
  signingKeys: SigningKeys
  secrets: Secrets
  policy: PolicyInForce
  now: () => number
  /** The current time at the latest that clock uncertainty allows, epoch ms. */
  latest: () => number
}

/** One check of a parsed token: the code that refuses it, or null. Each may rely on those before it. */
export type TokenCheck = { name: string; whyNot: (token: CompactToken) => ErrorCode | null }

export type TokenKind = 'access' | 'refresh'

export function createTokenChecks({ issuer, signingKeys, secrets, policy, now, latest }: TokenChecksDeps) {
  const keyOf = ({ header: { kid } }: CompactToken) => signingKeys.find(typeof kid === 'string' ? kid : '')

  const signed: TokenCheck[] = [
    {
      name: 'key',
      // With a stolen key an attacker's signatures are valid: a revoked key is refused by its `kid` alone.
      whyNot(token) {
        if (keyOf(token)) return null
        const { kid } = token.header
        const gone = typeof kid === 'string' ? signingKeys.findGone(kid) : null
        return gone?.revoked ? 'token_key_revoked' : 'token_key_unknown'
      },
    },
    {
      name: 'algorithm',
      // RFC 8725 §3.1: the key says which algorithm is right, not the token.
      whyNot: token => (token.header.alg === keyOf(token)!.algorithm ? null : 'token_algorithm'),
    },
    {
      name: 'signature',
      whyNot(token) {
        const { algorithm, publicKey } = keyOf(token)!
        if (token.signedBy === publicKey) return null
        if (!verifyInput(algorithm, publicKey, token.input, token.signature)) return 'token_signature'
        token.signedBy = publicKey
        return null
      },
    },
  ]

  /** Checks of tokens that only this server verifies: their MAC algorithm is always the same. */
  const maced = (purpose: SecretPurpose): TokenCheck[] => {
    const versionIn = ({ header }: CompactToken) => versionOf(header.kid) ?? 0
    return [
      { name: 'algorithm', whyNot: ({ header }) => (header.alg === 'HS256' ? null : 'token_algorithm') },
      {
        name: 'key',
        whyNot(token) {
          if (secrets.find(purpose, versionIn(token))) return null
          return secrets.isRevoked(purpose, versionIn(token)) ? 'token_key_revoked' : 'token_key_unknown'
        },
      },
      {
        name: 'signature',
        whyNot(token) {
          const { key } = secrets.find(purpose, versionIn(token))!
          return macMatches(key, token.input, token.signature) ? null : 'token_signature'
        },
      },
    ]
  }

  const kind = (typ: string): TokenCheck => ({
    name: 'kind',
    whyNot: ({ header }) => (header.typ === typ ? null : 'token_type'),
  })

  const claims = (expected: (token: CompactToken) => ExpectedToken, ...checks: readonly ClaimCheck[]): TokenCheck[] =>
    checks.map(({ name, whyNot }) => ({ name, whyNot: token => whyNot(token.claims, expected(token)) }))

  /** Made once for all tokens: each check reads it, and two of the checks depend on the clock. */
  const expecting = (longestLifetime: number, audience: () => string): ExpectedToken => ({
    issuer,
    longestLifetime,
    get audience() {
      return audience()
    },
    get now() {
      return now()
    },
    get latest() {
      return latest()
    },
  })
  // A token of another application is for us where it names us; for our own tokens the policy may set another audience.
  const ofOwn = expecting(longestAccessLifetime, () => policy().audience || issuer)
  const ofOthers = expecting(longestAccessLifetime, () => issuer)
  const ofRefresh = expecting(longestRefreshLifetime, () => issuer)
  const expectedAccess = ({ claims }: CompactToken) => (claims.client_id === ownApplicationId ? ofOwn : ofOthers)

  /** The expected claims of a token for any audience. */
  const expectedAnywhere = (token: CompactToken) => ({
    ...expectedAccess(token),
    audience: token.claims.aud as string,
  })

  const accessOf = (expected: typeof expectedAccess) => {
    const of = (checks: readonly ClaimCheck[]) => [
      kind('at+jwt'),
      ...signed,
      ...claims(expected, ...registeredChecks, ...checks),
    ]
    const [byPerson, byProgram] = [of(personChecks), of(programChecks)]
    /** Checks by the subject of the token: a person's has a session. */
    return ({ claims }: CompactToken): readonly TokenCheck[] => (claims.sid === undefined ? byProgram : byPerson)
  }

  return {
    /** An access token for this server. */
    access: accessOf(expectedAccess),
    /** An access token that this server issued, whatever its audience. */
    accessOfAny: accessOf(expectedAnywhere),
    refresh: [kind('rt+jwt'), ...maced('refresh'), ...claims(() => ofRefresh, ...registeredChecks, ...refreshChecks)],
    /** A device token, which proves a device: its claims are checked where it is used. */
    device: [kind('dt+jwt'), ...maced('device')],
  }
}

export type TokenChecks = ReturnType<typeof createTokenChecks>

/** Runs checks one after the other, and stops at the first that refuses. @throws the refusal of that check */
export function runChecks(checks: readonly TokenCheck[], token: CompactToken): void {
  for (const { whyNot } of checks) {
    const code = whyNot(token)
    if (code) throw refuseToken(code)
  }
}

/** A refusal by a time claim is temporary where the clock may be wrong: Retry-After. */
export function refuseToken(code: ErrorCode): Refusal {
  return refuse(code, code === 'clock_jumped' || code === 'clock_went_back' ? { retryAfter: 10 } : {})
}

/** The version of a secret that a `kid` names. */
export function versionOf(kid: unknown): number | null {
  return typeof kid === 'string' && /^[1-9]\d{0,8}$/.test(kid) ? Number(kid) : null
}
