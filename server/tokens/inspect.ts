// Reads tokens that come back to us. Each check stands in the order in which it may be told: form, kind, key, signature,
// claims, log. Nothing of a token is believed before its signature is right, and it is denied by its claims, never by its
// text: one token can be spelt in many ways.

import { longestAccessLifetime, longestRefreshLifetime } from '../policy/policies.js'
import { refusalCode } from '../policy/revocation.js'
import { macMatches, verifyInput } from '../protocol/algorithms.js'
import {
  type AccessClaims,
  checkAccess,
  checkRefresh,
  checkRegistered,
  isUserId,
  type RefreshClaims,
} from '../protocol/claims.js'
import { refuse } from '../protocol/errors.js'
import { type CompactToken, readCompact } from '../protocol/jws.js'
import { farthest } from '../revocation/high-water.js'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { Projection } from '../revocation/projection.js'
import type { Tail } from '../revocation/tail.js'
import type { SecretPurpose } from '../storage/keys.js'
import type { Secrets } from './secrets.js'
import type { SigningKeys } from './signing-keys.js'

export type InspectDeps = {
  issuer: string
  signingKeys: SigningKeys
  secrets: Secrets
  policy: PolicyInForce
  projection: Projection
  tail: Tail
  now: () => number
}

export type AnyToken = { kind: 'access'; claims: AccessClaims } | { kind: 'refresh'; claims: RefreshClaims }

export function createInspect({ issuer, signingKeys, secrets, policy, projection, tail, now }: InspectDeps) {
  async function access(token: string): Promise<AccessClaims> {
    const compact = readCompact(token)
    if (!tail.isFresh()) await tail.freshen()
    return requireLive(accessOf(compact))
  }

  /** Signature and claims; what the log says of them is asked after it. */
  function accessOf(token: CompactToken): { claims: AccessClaims; kid: string } {
    const { header, claims, input, signature } = token
    if (header.typ !== 'at+jwt') throw refuse('token_type')
    const key = typeof header.kid === 'string' ? signingKeys.find(header.kid) : null
    if (!key) throw refuse('token_key_unknown')
    // RFC 8725 §3.1: the key says which algorithm is right, not the token.
    if (header.alg !== key.algorithm) throw refuse('token_algorithm')
    if (!verifyInput(key.algorithm, key.publicKey, input, signature)) throw refuse('token_signature')
    const registered = checkRegistered(claims, {
      issuer,
      audience: policy().audience || issuer,
      now: now(),
      longestLifetime: longestAccessLifetime,
    })
    return { claims: checkAccess(claims, registered), kid: key.kid }
  }

  async function requireLive({ claims, kid }: { claims: AccessClaims; kid: string }): Promise<AccessClaims> {
    refuseRevoked(claims, kid)
    if (claims.rev > projection.position) {
      if (claims.rev > farthest) throw refuse('token_claims')
      // Issued by a process that is further than we are, or before the database went back.
      await tail.reach(claims.rev, 'a token')
      refuseRevoked(claims, kid)
    }
    return claims
  }

  function refuseRevoked(claims: AccessClaims, kid: string): void {
    const entry = projection.find(claims, kid)
    if (entry) throw refuse(refusalCode(entry))
  }

  /** A refresh token's signature and claims; whether its session lives is the caller's to ask. */
  function refresh(token: string): RefreshClaims {
    return refreshOf(readCompact(token))
  }

  function refreshOf(token: CompactToken): RefreshClaims {
    if (token.header.typ !== 'rt+jwt') throw refuse('token_type')
    checkMac(token, 'refresh')
    const registered = checkRegistered(token.claims, {
      issuer,
      audience: issuer,
      now: now(),
      longestLifetime: longestRefreshLifetime,
    })
    return checkRefresh(token.claims, registered)
  }

  function checkMac({ header, input, signature }: CompactToken, purpose: SecretPurpose): void {
    if (header.alg !== 'HS256') throw refuse('token_algorithm')
    const secret =
      typeof header.kid === 'string' && /^\d{1,9}$/.test(header.kid) ? secrets.find(purpose, Number(header.kid)) : null
    if (!secret) throw refuse('token_key_unknown')
    if (!macMatches(secret.secret, input, signature)) throw refuse('token_signature')
  }

  return {
    access,
    refresh,

    /** Whichever of the two it says it is. */
    async any(token: string): Promise<AnyToken> {
      const compact = readCompact(token)
      if (!tail.isFresh()) await tail.freshen()
      return compact.header.typ === 'rt+jwt'
        ? { kind: 'refresh', claims: refreshOf(compact) }
        : { kind: 'access', claims: await requireLive(accessOf(compact)) }
    },

    /** The device that a device token proves, or null: a proof that fails is no proof, and no error. */
    device(token: string): { userId: string; deviceId: string } | null {
      try {
        const compact = readCompact(token)
        if (compact.header.typ !== 'dt+jwt') return null
        checkMac(compact, 'device')
        const { iss, sub, did } = compact.claims
        return iss === issuer && isUserId(sub) && typeof did === 'string' ? { userId: sub, deviceId: did } : null
      } catch {
        return null
      }
    },
  }
}

export type Inspect = ReturnType<typeof createInspect>
