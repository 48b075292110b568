// Verifies tokens that are presented to this server. The checks run in the order in which a refusal may be disclosed:
// form, kind, key, signature, claims (checks.ts), log. Nothing of a token is trusted before its signature is verified,
// and it is denied by its claims, never by its text: one token can be spelt in many ways.
import { hash } from 'node:crypto'
import { codeOfReason } from '../policy/revocation.js'
import { type AccessClaims, isUserId, type RefreshClaims } from '../protocol/claims.js'
import { Refusal, refuse } from '../protocol/errors.js'
import { type CompactToken, readCompact } from '../protocol/jws.js'
import type { Projection } from '../protocol/log/projection.js'
import { refusalCode } from '../protocol/log/revocation.js'
import { createRecent } from '../protocol/recent.js'
import type { CatchUp } from '../revocation/catch-up.js'
import { highestAccepted } from '../revocation/high-water.js'
import type { Tail } from '../revocation/tail.js'
import { runChecks, type TokenChecks, versionOf } from './checks.js'
import type { Secrets } from './secrets.js'
import type { SigningKeys } from './signing-keys.js'

export type InspectDeps = {
  issuer: string
  signingKeys: SigningKeys
  secrets: Secrets
  checks: TokenChecks
  projection: Projection
  tail: Tail
  catchUp: CatchUp
}

export type SignedAccess = { claims: AccessClaims; kid: string }

export type AnyToken = { kind: 'access'; claims: AccessClaims } | { kind: 'refresh'; claims: RefreshClaims }

/** How many verified access tokens are cached; some 3 KB each. */
const mostRemembered = 4_096

/** How many versions a secret may be ahead of what this process knows; each stands for one revocation a second ago. */
const mostNewVersions = 8

export function createInspect(deps: InspectDeps) {
  const { issuer, signingKeys, secrets, checks, projection, tail, catchUp } = deps
  /** Cache by the digest of the whole text, signature included: a look-up in place of 80 µs. */
  const remembered = createRecent<CompactToken>(mostRemembered)

  async function access(token: string): Promise<AccessClaims> {
    return (await signedAccess(token)).claims
  }

  async function signedAccess(token: string): Promise<SignedAccess> {
    const signed = accessOf(token, await readKnown(token))
    await requireLive(signed)
    return signed
  }

  /** Parses a token once this process has read the log and the key that the token names, if there is such a key. */
  async function read(token: string, compact = readCompact(token)): Promise<CompactToken> {
    if (!tail.isFresh()) await tail.readIfOld()
    // Another server may have signed it with a new key: a good token is not refused for being the first under that key.
    if (mayNameNewKey(compact)) await catchUp()
    return compact
  }

  const readKnown = (token: string) => read(token, remembered.find(digestOf(token)))

  function mayNameNewKey({ header: { typ, kid } }: CompactToken): boolean {
    if (typeof kid !== 'string') return false
    if (typ === 'at+jwt') return !signingKeys.find(kid) && !signingKeys.findGone(kid) && isThumbprint(kid)
    const purpose = typ === 'rt+jwt' ? 'refresh' : typ === 'dt+jwt' ? 'device' : null
    const version = versionOf(kid)
    if (!purpose || version === null) return false
    const current = secrets.present(purpose).version
    return version > current && version <= current + mostNewVersions
  }

  /** Checks signature and claims; the revocation log is searched after that. */
  function accessOf(text: string, token: CompactToken, asked = checks.access): SignedAccess {
    const isRemembered = token.signedBy !== undefined
    try {
      runChecks(asked(token), token)
    } finally {
      if (!isRemembered && token.signedBy) remembered.keep(digestOf(text), frozen(token))
    }
    return { claims: token.claims as AccessClaims, kid: token.header.kid as string }
  }

  async function requireLive({ claims, kid }: SignedAccess): Promise<AccessClaims> {
    refuseRevoked(claims, kid)
    if (claims.rev > projection.position) {
      if (claims.rev > highestAccepted) throw refuse('token_claims')
      // The token was issued by a process that has read further in the log, or before the database went back.
      await tail.reach(claims.rev, 'a token')
      refuseRevoked(claims, kid)
    }
    return claims
  }

  function refuseRevoked(claims: AccessClaims, kid: string): void {
    const entry = projection.find(claims, kid)
    if (entry) throw refuse(refusalCode(entry, codeOfReason))
  }

  /** Checks a refresh token's signature and claims; the caller checks that its session lives. */
  async function refresh(token: string): Promise<RefreshClaims> {
    const compact = readCompact(token)
    const isCurrent = tail.isFresh() && !mayNameNewKey(compact)
    return refreshOf(isCurrent ? compact : await read(token, compact))
  }

  function refreshOf(token: CompactToken): RefreshClaims {
    runChecks(checks.refresh, token)
    return token.claims as RefreshClaims
  }

  async function anyOf(token: string, asked: typeof checks.access): Promise<AnyToken> {
    const compact = await readKnown(token)
    return compact.header.typ === 'rt+jwt'
      ? { kind: 'refresh', claims: refreshOf(compact) }
      : { kind: 'access', claims: await requireLive(accessOf(token, compact, asked)) }
  }

  return {
    access,
    /** Access token claims with the key id, for callers that search the log again later. */
    signedAccess,
    refresh,
    read,
    requireLive,

    /** An access or a refresh token, by its `typ`. */
    any: (token: string) => anyOf(token, checks.access),

    /** Like `any`, for any audience: introspection and revocation take tokens for others. */
    issued: (token: string) => anyOf(token, checks.accessOfAny),

    /** Like `issued` for an access token alone, with its key. @throws token_type of any other */
    issuedAccess: async (token: string): Promise<SignedAccess> => {
      const signed = accessOf(token, await readKnown(token), checks.accessOfAny)
      await requireLive(signed)
      return signed
    },

    /** Reads the keys again where a token names one that this process does not know yet. */
    async ensureKeyKnown(token: string): Promise<void> {
      await read(token).catch(rethrowOutage)
    },

    /** The device that a device token proves, or null: an invalid device token is no error. */
    device(token: string): { userId: string; deviceId: string } | null {
      try {
        const compact = readCompact(token)
        runChecks(checks.device, compact)
        const { iss, sub, did } = compact.claims
        return iss === issuer && isUserId(sub) && typeof did === 'string' ? { userId: sub, deviceId: did } : null
      } catch {
        return null
      }
    },
  }
}

const digestOf = (token: string): string => hash('sha256', token, 'base64')

/** Frozen, as all callers share the cached object. */
function frozen(token: CompactToken): CompactToken {
  for (const part of [token.header, token.claims]) deepFreeze(part)
  return token
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  Object.freeze(value)
  for (const member of Object.values(value)) deepFreeze(member)
}

export type Inspect = ReturnType<typeof createInspect>

/** RFC 7638: a key id is the base64url of a SHA-256. */
function isThumbprint(kid: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(kid)
}

function rethrowOutage(error: unknown): void {
  if (error instanceof Refusal && error.status === 401) return
  throw error
}
