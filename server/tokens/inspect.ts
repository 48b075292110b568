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
import { Refusal, refuse } from '../protocol/errors.js'
import { type CompactToken, readCompact } from '../protocol/jws.js'
import type { CatchUp } from '../revocation/catch-up.js'
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
  catchUp: CatchUp
  now: () => number
}

export type AnyToken = { kind: 'access'; claims: AccessClaims } | { kind: 'refresh'; claims: RefreshClaims }

/** How many versions a secret may be ahead of what this process knows; each is a revocation of a second ago. */
const mostNewVersions = 8

export function createInspect(deps: InspectDeps) {
  const { issuer, signingKeys, secrets, policy, projection, tail, catchUp, now } = deps

  async function access(token: string): Promise<AccessClaims> {
    return requireLive(accessOf(await read(token)))
  }

  /** Takes a token apart, for a process that knows the log and the key that the token names, if there is such a key. */
  async function read(token: string): Promise<CompactToken> {
    const compact = readCompact(token)
    if (!tail.isFresh()) await tail.freshen()
    // Another server may have signed it with a key of a moment ago: no good token is refused for being the first.
    if (mayNameNewKey(compact)) await catchUp()
    return compact
  }

  function mayNameNewKey({ header: { typ, kid } }: CompactToken): boolean {
    if (typeof kid !== 'string') return false
    if (typ === 'at+jwt') return !signingKeys.find(kid) && !signingKeys.findGone(kid) && isThumbprint(kid)
    const purpose = typ === 'rt+jwt' ? 'refresh' : typ === 'dt+jwt' ? 'device' : null
    const version = versionOf(kid)
    if (!purpose || version === null) return false
    const present = secrets.present(purpose).version
    return version > present && version <= present + mostNewVersions
  }

  /** Signature and claims; what the log says of them is asked after it. */
  function accessOf(token: CompactToken): { claims: AccessClaims; kid: string } {
    const { header, claims, input, signature } = token
    if (header.typ !== 'at+jwt') throw refuse('token_type')
    const kid = typeof header.kid === 'string' ? header.kid : ''
    const key = signingKeys.find(kid)
    // Whoever stole the key can sign as well as we could: its name is all that counts.
    if (!key) throw refuse(signingKeys.findGone(kid)?.revoked ? 'token_key_revoked' : 'token_key_unknown')
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
  async function refresh(token: string): Promise<RefreshClaims> {
    return refreshOf(await read(token))
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
    const version = versionOf(header.kid) ?? 0
    const secret = secrets.find(purpose, version)
    if (!secret) throw refuse(secrets.isRevoked(purpose, version) ? 'token_key_revoked' : 'token_key_unknown')
    if (!macMatches(secret.secret, input, signature)) throw refuse('token_signature')
  }

  return {
    access,
    refresh,

    /** Whichever of the two it says it is. */
    async any(token: string): Promise<AnyToken> {
      const compact = await read(token)
      return compact.header.typ === 'rt+jwt'
        ? { kind: 'refresh', claims: refreshOf(compact) }
        : { kind: 'access', claims: await requireLive(accessOf(compact)) }
    },

    /** Asks for the keys anew where a token names one that this process has not heard of yet. */
    async meet(token: string): Promise<void> {
      await read(token).catch(passOnOutage)
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

/** RFC 7638: the base64url of a SHA-256. */
function isThumbprint(kid: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(kid)
}

function versionOf(kid: unknown): number | null {
  return typeof kid === 'string' && /^[1-9]\d{0,8}$/.test(kid) ? Number(kid) : null
}

function passOnOutage(error: unknown): void {
  if (error instanceof Refusal && error.status === 401) return
  throw error
}
