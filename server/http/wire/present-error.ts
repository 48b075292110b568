// Writes a refusal as djangorestframework-simplejwt does, word for word where that library has a word for it.
import { errorRow, type Refusal } from '../../protocol/errors.js'
import { wireFields } from '../../protocol/problems.js'
import type { WriteRefusal } from '../handler.js'
import { bearerChallenge, setRefusalHeaders } from './refusal-headers.js'

/** @param issuer for the links to the pages that explain the codes */
export function createApiPresenter(issuer: string): WriteRefusal {
  return (ctx, refusal) => {
    const { code, status } = refusal
    ctx.status = status
    if (status === 401) ctx.set('WWW-Authenticate', bearerChallenge(refusal, issuer))
    setRefusalHeaders(ctx, refusal)
    ctx.body = body(refusal, code === 'server_error' ? ctx.state.requestId : undefined)
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
