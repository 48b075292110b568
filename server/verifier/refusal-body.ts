// The body of a refusal: in the token server's wording for simplejwt's clients, or in the application's.
import { type ErrorCode, errorRow, type Refusal } from '../protocol/errors.js'
import { type Scheme, textOf } from './challenge.js'
import type { Needs } from './needs.js'
import type { TokenRequest } from './token-request.js'

/** The argument of a `refusal` function. `text` is the default text. */
export type RefusalContext = { code: ErrorCode; status: number; text: string; needs: Needs; request: TokenRequest }

/**
 * Texts by code, with `default` for all others; or a function. A text replaces `detail`; an object is the whole body,
 * sent as JSON; undefined leaves it unchanged.
 */
export type RefusalTexts =
  | ({ readonly [code in ErrorCode]?: string | object } & { readonly default?: string | object })
  | ((refusal: RefusalContext) => string | object | undefined)

export type RefusedBy = {
  code: ErrorCode
  status: number
  refusal: Refusal
  scheme: Scheme | null
  needs: Needs
  request: TokenRequest
}

export function refusalBody(by: RefusedBy, texts: RefusalTexts | undefined): object {
  const plain = plainBody(by)
  const own = typeof texts === 'function' ? texts(contextOf(by, plain.detail)) : (texts?.[by.code] ?? texts?.default)
  if (typeof own === 'string') return { ...plain, detail: own }
  return own ?? plain
}

const contextOf = ({ code, status, needs, request }: RefusedBy, text: string): RefusalContext => {
  return { code, status, text, needs, request }
}

type PlainBody = { detail: string; code?: string; reason: ErrorCode }

/** `reason` is always the precise code; `detail` and `code` are what clients of simplejwt read. */
function plainBody({ code, status, refusal, scheme, needs }: RefusedBy): PlainBody & Record<string, unknown> {
  const { wire, wireCode } = errorRow(code)
  if (scheme === 'Token' && status === 401) return { detail: apiKeyText(refusal), reason: code }
  if (wireCode === 'token_not_valid' && wire !== undefined) {
    const messages = [{ token_class: 'AccessToken', token_type: 'access', message: wire }]
    return { detail: 'Given token not valid for any token type', code: wireCode, messages, reason: code }
  }
  const detail = wire ?? refusal.details.detail ?? textOf(code, needs.maxAge)
  return { detail, ...(wireCode !== undefined && { code: wireCode }), reason: code }
}

/** The text for an API key, as in Django REST framework's TokenAuthentication. */
function apiKeyText({ code, message }: Refusal): string {
  if (code === 'bad_api_key_header' || code === 'not_authenticated') return message
  return code === 'user_inactive' || code === 'user_unknown' ? 'User inactive or deleted.' : 'Invalid token.'
}
