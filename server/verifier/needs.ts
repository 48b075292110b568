// What a route asks of a token beside that it is good: one row each, in the order in which it is told.
import { type Refusal, refuse } from '../protocol/errors.js'
import type { VerifiedClaims } from './claims.js'

export type Needs = {
  /** All of them. */
  scope?: string | readonly string[]
  /** All of them. */
  permission?: string | readonly string[]
  /** Any one of them. */
  role?: string | readonly string[]
  /** For how many seconds a sign-in counts (RFC 9470). */
  maxAge?: number
  /**
   * Degraded mode, for routes that only read: when the lease is over and the server does not answer, the token's signature, its
   * claims and the last known log decide.
   */
  allowReadsUntilExpiry?: boolean
  /** The header `DPoP` of the request, and what it was sent with (RFC 9449). */
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
    // Introspection would not tell them either: they are left out where they make a token too long to be sent.
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
    // A token that nobody signed in for has no such time.
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
  // A word that is misspelt would ask for nothing.
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
