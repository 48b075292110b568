// What a route requires of a token beside being valid: one row each, in the order in which a refusal is disclosed.
import { type Refusal, refuse } from '../protocol/errors.js'
import type { VerifiedClaims } from './claims.js'

export type Needs = {
  /** All of these scopes. */
  scope?: string | readonly string[]
  /** All of these permissions. */
  permission?: string | readonly string[]
  /** Any one of these roles. */
  role?: string | readonly string[]
  /** Longest time since the sign-in, in seconds (RFC 9470). */
  maxAge?: number
  /**
   * Degraded mode, for routes that only read: when the lease is over and the server does not answer, the token's signature, its
   * claims and the last known log decide.
   */
  allowReadsUntilExpiry?: boolean
  /** The header `DPoP` of the request, with its method and URL (RFC 9449). */
  proof?: { dpop: string; method: string; url: string }
}

type Check = (claims: VerifiedClaims, needs: Needs, now: number) => Refusal | null

const checks = {
  scope({ scopes }, { scope }) {
    const missing = listOf(scope).find(word => !scopes.includes(word))
    if (missing === undefined) return null
    return refuse('insufficient_scope', { detail: `The token lacks the scope ${missing}.` })
  },
  permission({ permissions, permissions_omitted: omitted }, { permission }) {
    const needed = listOf(permission)
    if (needed.length === 0) return null
    // Introspection does not have them either: permissions are omitted where they make a token too long to be sent.
    if (omitted === true && permissions === undefined) return refuse('permission_denied', { detail: omittedText })
    const missing = needed.find(name => !permissions?.includes(name))
    return missing === undefined
      ? null
      : refuse('permission_denied', { detail: `The token lacks the permission ${missing}.` })
  },
  role({ roles }, { role }) {
    const any = listOf(role)
    if (role === undefined || any.some(name => roles.includes(name))) return null
    return refuse('permission_denied', { detail: `The token has none of the roles ${any.join(', ')}.` })
  },
  maxAge({ auth_time: signedInAt }, { maxAge }, now) {
    if (maxAge === undefined) return null
    // A token without user has no such time.
    if (signedInAt !== undefined && now / 1_000 - signedInAt <= maxAge) return null
    const detail = `This needs a sign-in within the last ${maxAge} seconds.`
    return refuse('insufficient_user_authentication', { detail })
  },
} as const satisfies Record<string, Check>

const omittedText =
  'The token leaves its permissions out, for they are too many: let the metadata of the application list those it needs.'

const all: readonly Check[] = Object.values(checks)

const others = ['allowReadsUntilExpiry', 'proof'] as const satisfies (keyof Needs)[]
const known: ReadonlySet<string> = new Set([...Object.keys(checks), ...others])

/** @throws insufficient_scope, permission_denied, insufficient_user_authentication; TypeError: there is no such need */
export function requireNeeds(claims: VerifiedClaims, needs: Needs, now: number): void {
  // A misspelt need would require nothing.
  for (const name in needs) if (!known.has(name)) throw new TypeError(`what a token is asked for has no ${name}`)
  for (const check of all) {
    const refusal = check(claims, needs, now)
    if (refusal) throw refusal
  }
}

const nothing: readonly string[] = []

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? nothing : typeof value === 'string' ? [value] : value
}
