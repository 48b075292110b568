// What every wire of programs tells in headers when it refuses.
import { errors, type Refusal } from '../../protocol/errors.js'
import { rateLimitHeaders } from '../../protocol/rate-limit.js'
import type { Context } from '../handler.js'

/** The headers of a refusal that do not depend on how its body is written. */
export function setRefusalHeaders(ctx: Context, { details }: Refusal): void {
  ctx.set('Cache-Control', 'no-store')
  if (details.retryAfter !== undefined) ctx.set('Retry-After', String(details.retryAfter))
  ctx.set(rateLimitHeaders(details.quotas ?? []))
  for (const [name, value] of Object.entries(details.headers ?? {})) ctx.set(name, value)
}

/**
 * RFC 6750 §3; the last two tell the precise code and where it is explained. Without a token there is no error to tell
 * (§3.1).
 */
export function bearerChallenge({ code, details }: Refusal, issuer: string): string {
  if (!details.inHeader) return 'Bearer realm="api"'
  return [
    'Bearer realm="api"',
    'error="invalid_token"',
    `error_description="${errors[code].text}"`,
    `error_uri="${issuer}/errors/${code}"`,
    `error_code="${code}"`,
  ].join(', ')
}

/** The scheme of API keys has no parameters of its own: those of a bearer challenge tell the code. */
export function apiKeyChallenge({ code }: Refusal, issuer: string): string {
  return [
    'Token realm="api"',
    `error_description="${errors[code].text}"`,
    `error_uri="${issuer}/errors/${code}"`,
    `error_code="${code}"`,
  ].join(', ')
}
