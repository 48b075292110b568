// Checks of the claims of a refresh token of the former service, as djangorestframework-simplejwt writes them, once its
// signature is verified. Pure: times are arguments.
import { isEpochSeconds, isUserId } from './claims.js'
import type { ErrorCode } from './errors.js'
import type { CompactToken } from './jws.js'

/** Claims of a token that may be exchanged. Times are seconds since the epoch. */
export type LegacyClaims = { userId: number; jti: string; iat: number; exp: number }

/**
 * Names, issuer and audience that service used; times are epoch ms (a token that is over only by `latest` may not
 * be).
 */
export type ExpectedLegacyToken = {
  claims: { userId: string; tokenType: string; jti: string }
  issuer: string | null
  audience: string | null
  cutOver: number
  acceptedUntil: number
  now: number
  latest: number
}

/** How far a clock of that service may have been ahead, in seconds. */
const clockTolerance = 5

/** Whether a token has the form of the former service's: ours have `typ` and `kid`, its tokens have neither. */
export function hasLegacyForm({ header: { typ, kid } }: Pick<CompactToken, 'header'>): boolean {
  return typeof typ === 'string' && typ.toUpperCase() === 'JWT' && kid === undefined
}

type LegacyCheck = (claims: Record<string, unknown>, expected: ExpectedLegacyToken) => ErrorCode | null

/** Checks in the order in which a refusal may be disclosed. */
const checks: readonly LegacyCheck[] = [
  // RFC 8725 §3.11: without this check an access token, which is sent to all services, would be as good as a refresh
  // token.
  (claims, { claims: { tokenType } }) => {
    if (!Object.hasOwn(claims, tokenType)) return 'token_claims'
    return claims[tokenType] === 'refresh' ? null : 'token_type'
  },
  (claims, { claims: { userId, jti } }) => {
    const { exp, iat, nbf } = claims
    const times = isEpochSeconds(exp) && isEpochSeconds(iat) && exp > iat && (nbf === undefined || isEpochSeconds(nbf))
    return times && readUserId(claims[userId]) !== null && isJti(claims[jti]) ? null : 'token_claims'
  },
  ({ iss }, { issuer }) => (issuer === null || iss === issuer ? null : 'token_issuer'),
  // RFC 7519 §4.1.3: `aud` is one value, or several of which one suffices.
  ({ aud }, { audience }) => (audience === null || [aud].flat().includes(audience) ? null : 'token_audience'),
  ({ iat }, { cutOver }) => ((iat as number) * 1000 > cutOver ? 'legacy_token_after_cut_over' : null),
  ({ iat, nbf }, { now }) => {
    const begins = Math.max(iat as number, (nbf as number | undefined) ?? 0)
    return begins - now / 1000 > clockTolerance ? 'token_not_yet_valid' : null
  },
  ({ exp }, { now, latest }) => isOver((exp as number) * 1000, now, latest, 'token_expired'),
  (_, { acceptedUntil, now, latest }) => isOver(acceptedUntil, now, latest, 'legacy_tokens_closed'),
]

function isOver(at: number, now: number, latest: number, code: ErrorCode): ErrorCode | null {
  if (at <= now) return code
  return at > latest ? null : 'clock_jumped'
}

/** @returns the claims, or the code that refuses them */
export function readLegacyClaims(
  claims: Record<string, unknown>,
  expected: ExpectedLegacyToken,
): LegacyClaims | ErrorCode {
  for (const whyNot of checks) {
    const code = whyNot(claims, expected)
    if (code) return code
  }
  const { userId, jti } = expected.claims
  return {
    userId: readUserId(claims[userId])!,
    jti: claims[jti] as string,
    iat: claims.iat as number,
    exp: claims.exp as number,
  }
}

/** simplejwt 5.5.1 and later write the user id as text, earlier versions as a number. */
function readUserId(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : value
  return isUserId(text) ? Number(text) : null
}

/** A `jti` is no longer than that service's column. */
function isJti(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 255
}
