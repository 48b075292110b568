// Writes a refusal in OAuth's format: RFC 6749 §5.2 at the token endpoint, RFC 6750 §3 for a bearer token.
import { type ErrorCode, errors } from '../../protocol/errors.js'
import type { WriteRefusal } from '../handler.js'
import { codesBy } from '../wire/codes-by.js'
import { isOfProof, refusesToken, setRefusalHeaders, tokenChallenge } from '../wire/refusal-headers.js'

/** @param issuer for links to the pages that explain the error codes */
export function createOauthPresenter(issuer: string): WriteRefusal {
  return (ctx, refusal) => {
    const { error, status } = answerTo(refusal.code, refusal.details.inHeader === true)
    ctx.status = status
    // For invalid_client the refusal's own headers name the scheme that the application tried (RFC 6749 §5.2).
    if (status === 401 && error !== 'invalid_client') ctx.set('WWW-Authenticate', tokenChallenge(ctx, refusal, issuer))
    setRefusalHeaders(ctx, refusal)
    ctx.body = { error, error_description: described(refusal.message), error_uri: `${issuer}/errors/${refusal.code}` }
  }
}

/** Error codes that are also `error` values of RFC 6749 §5.2 or RFC 6750 §3.1. */
const words: ReadonlySet<ErrorCode> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'unauthorized_client',
  'unsupported_token_type',
  // RFC 9126 §2.3: error values of the authorization endpoint, which a pushed request can get too.
  'unsupported_response_type',
  'request_not_supported',
  'registration_not_supported',
  'authorization_pending',
  'slow_down',
  'expired_token',
  'insufficient_scope',
  'registration_closed',
  'invalid_redirect_uri',
  'invalid_client_metadata',
  'server_error',
])

/** The Authorization header had no token that could be verified. */
const withoutToken: ReadonlySet<ErrorCode> = new Set(['not_authenticated', 'bad_authorization_header'])

/** `error` of other codes, by status. Temporary failures are never `invalid_grant`: clients drop their token then. */
const byStatus: Readonly<Record<number, { error: string; status: number }>> = {
  401: { error: 'invalid_grant', status: 400 },
  403: { error: 'access_denied', status: 400 },
  429: { error: 'temporarily_unavailable', status: 429 },
  503: { error: 'temporarily_unavailable', status: 503 },
}

function answerTo(code: ErrorCode, inHeader: boolean): { error: string; status: number } {
  const { status } = errors[code]
  if (words.has(code)) return { error: code, status }
  // RFC 9449 §5 and §8 at the token endpoint, §7.1 and §9 for a token in the header.
  if (isOfProof(code)) return { error: code, status: inHeader ? status : 400 }
  if (inHeader) return { error: 'invalid_token', status }
  if (withoutToken.has(code)) return { error: 'invalid_request', status }
  return byStatus[status] ?? { error: 'invalid_request', status }
}

/** A text limited to the characters of error_description (RFC 6749 §5.2): no quotation mark, no backslash. */
export function described(text: string): string {
  return text
    .replaceAll('"', "'")
    .replaceAll('’', "'")
    .replace(/[^ -[\]-~]/g, '?')
}

/** The answers for these error codes, one for each status. */
export function describeOauthErrors(codes: readonly ErrorCode[], inHeader: boolean, issuer: string) {
  const of = (code: ErrorCode) => answerTo(code, inHeader && refusesToken(code))
  return [...codesBy(codes, code => of(code).status)].map(([status, some]) => ({
    status,
    codes: some,
    schema: {
      type: 'object',
      properties: {
        error: { enum: [...new Set(some.map(code => of(code).error))] },
        error_description: { type: 'string' },
        error_uri: { enum: some.map(code => `${issuer}/errors/${code}`) },
      },
      required: ['error', 'error_description', 'error_uri'],
      additionalProperties: false,
    },
  }))
}
