// Writes a refusal as djangorestframework-simplejwt does, word for word if that library has a text for it.
import { type ErrorCode, errorRow, errors, type Refusal } from '../../protocol/errors.js'
import { wireFields } from '../../protocol/problems.js'
import type { WriteRefusal } from '../handler.js'
import { codesBy } from './codes-by.js'
import { apiKeyChallenge, setRefusalHeaders, tokenChallenge } from './refusal-headers.js'

/** @param issuer for links to the pages that explain the error codes */
export function createApiPresenter(issuer: string): WriteRefusal {
  return (ctx, refusal) => {
    const { code, status } = refusal
    ctx.status = status
    // RFC 9110 §11.6.1: the challenge is for the scheme that the client tried.
    const challenge = refusal.details.ofApiKey ? apiKeyChallenge(refusal, issuer) : tokenChallenge(ctx, refusal, issuer)
    if (status === 401) ctx.set('WWW-Authenticate', challenge)
    setRefusalHeaders(ctx, refusal)
    ctx.body = shapes[shapeOf(code, refusal.details)].body(refusal, ctx.state.requestId)
  }
}

type ShapeName = 'fields' | 'plain' | 'precise' | 'throttled' | 'refusedInBody' | 'refusedInHeader' | 'refusedApiKey'

/** How the refused credential was sent: in the Authorization header, and there under the scheme of API keys. */
type CredentialPlace = { inHeader?: boolean; ofApiKey?: boolean }

function shapeOf(code: ErrorCode, { inHeader = false, ofApiKey = false }: CredentialPlace): ShapeName {
  if (code === 'invalid_fields') return 'fields'
  if (code === 'too_many_requests') return 'throttled'
  if (ofApiKey && errors[code].status === 401) return 'refusedApiKey'
  const { wire, wireCode, wireInBody } = errorRow(code)
  if (wireInBody !== undefined && !inHeader) return 'refusedInBody'
  if (wire === undefined || wireCode === undefined) return 'plain'
  return inHeader && wireCode === 'token_not_valid' ? 'refusedInHeader' : 'precise'
}

type Shape = {
  body: (refusal: Refusal, requestId: string) => object
  /** JSON Schema of the body, for the API's document. */
  schema: (codes: readonly ErrorCode[]) => object
}

const text = { type: 'string' }
const notValid = 'Given token not valid for any token type'

const shapes: Record<ShapeName, Shape> = {
  fields: {
    body: ({ message, details: { fields } }) => (fields ? wireFields(fields) : { detail: message }),
    schema: () => ({
      type: 'object',
      description: 'What is wrong with each field; `non_field_errors`: with the whole of what was sent.',
      additionalProperties: { type: 'array', items: text },
    }),
  },
  plain: {
    body({ code, message, details: { figures } }, requestId) {
      const { wireCode } = errorRow(code)
      const beside = { ...figures, ...(code === 'server_error' && { request_id: requestId }) }
      return { detail: message, ...(wireCode && { code: wireCode }), ...beside }
    },
    schema(codes) {
      const named = codes.flatMap(code => errorRow(code).wireCode ?? [])
      const figures = codes.flatMap(code => errorRow(code).figures ?? [])
      return objectOf({
        detail: text,
        ...(named.length > 0 && { code: { enum: named } }),
        ...Object.fromEntries(figures.map(name => [name, { type: 'integer' }])),
        ...(codes.includes('server_error') && {
          request_id: { ...text, description: 'The id of the request in the log of the server.' },
        }),
      })
    },
  },
  precise: {
    body: ({ code }) => ({ detail: errorRow(code).wire, code: errorRow(code).wireCode, reason: code }),
    schema: codes =>
      objectOf({ detail: text, code: { enum: each(codes, code => errorRow(code).wireCode) }, reason: { enum: codes } }),
  },
  /** The text of Django REST framework's throttles. */
  throttled: {
    body: ({ code, details }) => ({ detail: throttledFor(details.retryAfter ?? 1), code: errorRow(code).wireCode }),
    schema: codes => objectOf({ detail: text, code: { enum: each(codes, code => errorRow(code).wireCode) } }),
  },
  /** The refused token was a field of the body. */
  refusedInBody: {
    body: ({ code }) => ({ detail: errorRow(code).wireInBody, reason: code }),
    schema: codes =>
      objectOf({ detail: { enum: each(codes, code => errorRow(code).wireInBody) }, reason: { enum: codes } }),
  },
  refusedInHeader: {
    body({ code }) {
      const { wire, wireCode } = errorRow(code)
      const messages = [{ token_class: 'AccessToken', token_type: 'access', message: wire }]
      return { detail: notValid, code: wireCode, messages, reason: code }
    },
    schema: codes =>
      objectOf({
        detail: { const: notValid },
        code: { enum: each(codes, code => errorRow(code).wireCode) },
        messages: { type: 'array', items: objectOf({ token_class: text, token_type: text, message: text }) },
        reason: { enum: codes },
      }),
  },
  /** The text of Django REST framework's TokenAuthentication; the precise code is `reason`. */
  refusedApiKey: {
    body: ({ code, message }) => ({
      detail: code === 'bad_api_key_header' ? message : (apiKeyWords[code] ?? 'Invalid token.'),
      reason: code,
    }),
    schema: codes => objectOf({ detail: text, reason: { enum: [...codes, ...alsoOfApiKeys] } }),
  },
}

const apiKeyWords: Partial<Record<ErrorCode, string>> = {
  user_inactive: 'User inactive or deleted.',
  user_unknown: 'User inactive or deleted.',
}

/** Codes that a refused API key shares with tokens, in its own form: of its user, and of keys for a resource server. */
const alsoOfApiKeys: readonly string[] = [...Object.keys(apiKeyWords), 'token_audience' satisfies ErrorCode]

const throttledFor = (seconds: number) =>
  `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`

function objectOf(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

const each = (codes: readonly ErrorCode[], of: (code: ErrorCode) => string | undefined) => [...new Set(codes.map(of))]

/** The answers for these error codes, one for each status and form. */
export function describeApiErrors(codes: readonly ErrorCode[], inHeader: boolean) {
  const placeOf = (code: ErrorCode) => ({
    inHeader: inHeader && errors[code].status === 401,
    ofApiKey: apiKeyCodes.has(code),
  })
  const groups = codesBy(codes, code => {
    const { status, wireCode, figures } = errorRow(code)
    const shape = shapeOf(code, placeOf(code))
    // Codes share a form if their bodies have the same members.
    const alone = shape === 'plain' && (figures || code === 'server_error' ? code : wireCode === undefined)
    return `${status} ${shape} ${alone}`
  })
  return [...groups.values()].map(some => ({
    status: errors[some[0]!].status,
    codes: some,
    schema: shapes[shapeOf(some[0]!, placeOf(some[0]!))].schema(some),
  }))
}

/** Codes of API keys only; codes of their users have two forms, and in the document that of tokens is for both. */
const apiKeyCodes: ReadonlySet<ErrorCode> = new Set([
  'bad_api_key_header',
  'api_key_unknown',
  'api_key_ended',
  'api_key_expired',
])
