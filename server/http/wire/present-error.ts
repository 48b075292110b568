// Writes a refusal as djangorestframework-simplejwt does, word for word where that library has a word for it.
import { type ErrorCode, errorRow, type Refusal } from '../../protocol/errors.js'
import { wireFields } from '../../protocol/problems.js'
import type { WriteRefusal } from '../handler.js'
import { apiKeyChallenge, bearerChallenge, setRefusalHeaders } from './refusal-headers.js'

/** @param issuer for the links to the pages that explain the codes */
export function createApiPresenter(issuer: string): WriteRefusal {
  return (ctx, refusal) => {
    const { code, status } = refusal
    ctx.status = status
    // RFC 9110 §11.6.1: of the scheme that was tried.
    const challenge = refusal.details.ofApiKey ? apiKeyChallenge : bearerChallenge
    if (status === 401) ctx.set('WWW-Authenticate', challenge(refusal, issuer))
    setRefusalHeaders(ctx, refusal)
    ctx.body =
      status === 401 && refusal.details.ofApiKey
        ? apiKeyBody(refusal)
        : body(refusal, code === 'server_error' ? ctx.state.requestId : undefined)
  }
}

function body({ code, details, message }: Refusal, requestId: string | undefined): object {
  if (code === 'invalid_fields' && details.fields) return wireFields(details.fields)
  const { wire, wireCode, wireInBody } = errorRow(code)
  // In the words of Django REST framework's throttles.
  if (code === 'too_many_requests') return { detail: throttled(details.retryAfter ?? 1), code: wireCode }
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

/** As Django REST framework's TokenAuthentication words it; the precise code beside. */
function apiKeyBody({ code, message }: Refusal): object {
  return { detail: code === 'bad_api_key_header' ? message : (apiKeyWords[code] ?? 'Invalid token.'), reason: code }
}

const throttled = (seconds: number) =>
  `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`

const apiKeyWords: Partial<Record<ErrorCode, string>> = {
  user_inactive: 'User inactive or deleted.',
  user_unknown: 'User inactive or deleted.',
}
