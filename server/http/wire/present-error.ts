// Writes a refusal as djangorestframework-simplejwt does, word for word where that library has a word for it.
import { errorRow, errors, type Refusal } from '../../protocol/errors.js'
import { wireFields } from '../../protocol/problems.js'
import { rateLimitHeaders } from '../../protocol/rate-limit.js'
import type { Context } from '../handler.js'

/** @param issuer for the links to the pages that explain the codes */
export function createPresentError(issuer: string) {
  return function presentError(ctx: Context, refusal: Refusal): void {
    const { code, details, status } = refusal
    ctx.status = status
    ctx.set('Cache-Control', 'no-store')
    if (status === 401) ctx.set('WWW-Authenticate', details.inHeader ? challenge(refusal) : 'Bearer realm="api"')
    if (details.retryAfter !== undefined) ctx.set('Retry-After', String(details.retryAfter))
    ctx.set(rateLimitHeaders(details.quotas ?? []))
    for (const [name, value] of Object.entries(details.headers ?? {})) ctx.set(name, value)
    ctx.body = body(refusal, code === 'server_error' ? ctx.state.requestId : undefined)
  }

  /** RFC 6750 §3; the last two tell the precise code and where it is explained. */
  function challenge({ code }: Refusal): string {
    return [
      'Bearer realm="api"',
      'error="invalid_token"',
      `error_description="${errors[code].text}"`,
      `error_uri="${issuer}/errors/${code}"`,
      `error_code="${code}"`,
    ].join(', ')
  }
}

function body({ code, details, message }: Refusal, requestId: string | undefined): object {
  if (code === 'invalid_fields' && details.fields) return wireFields(details.fields)
  const { wire, wireCode, wireInBody } = errorRow(code)
  if (wireInBody !== undefined && !details.inHeader) return { detail: wireInBody, reason: code }
  if (wire === undefined || wireCode === undefined) {
    const beside = { ...details.figures, ...(requestId && { request_id: requestId }) }
    return { detail: message, ...(wireCode && { code: wireCode }), ...beside }
  }
  if (!details.inHeader || wireCode !== 'token_not_valid') return { detail: wire, code: wireCode, reason: code }
  return {
    detail: 'Given token not valid for any token type',
    code: wireCode,
    messages: [{ token_class: 'AccessToken', token_type: 'access', message: wire }],
    reason: code,
  }
}
