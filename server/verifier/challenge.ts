// `WWW-Authenticate` of a refusal (RFC 9110 §11.6.1): a challenge for the scheme that was tried, or for each that is
// accepted.
import { proofAlgorithms } from '../protocol/dpop.js'
import { type ErrorCode, errors, type Refusal } from '../protocol/errors.js'
import type { Needs } from './needs.js'

export type Scheme = 'Bearer' | 'DPoP' | 'Token'

export type ChallengeOptions = {
  /** RFC 9110 §11.5: the protection space. */
  realm: string
  /** Address of the token server, for the links that explain each code. */
  issuer?: string | undefined
  /** Address of the metadata of this resource server (RFC 9728 §5.1). */
  resourceMetadata?: string | undefined
  /** Accepted schemes. */
  schemes: readonly Scheme[]
}

/**
 * Codes that are an `error` of RFC 6750 §3.1, RFC 9449 §7.1 or RFC 9470 §3 by themselves; any other code about a
 * token is `invalid_token`.
 */
const ownErrors: ReadonlySet<ErrorCode> = new Set([
  'invalid_request',
  'insufficient_scope',
  'insufficient_user_authentication',
  'invalid_dpop_proof',
  'use_dpop_nonce',
])

/** Refused before any token was checked: RFC 6750 §3.1 allows no `error` then. */
const withoutCredentials: ReadonlySet<ErrorCode> = new Set(['not_authenticated', 'bad_authorization_header'])

/**
 * @param scheme that was tried, or null
 * @returns one value a scheme; none where another credential would not help
 */
export function challengesOf(
  { code, status }: Refusal,
  scheme: Scheme | null,
  needs: Needs,
  options: ChallengeOptions,
): string[] {
  // A temporary failure says nothing about the token, and another token would lack the permission as well.
  if (status !== 401 && code !== 'insufficient_scope' && code !== 'invalid_request') return []
  const tried = code === 'invalid_request' ? (scheme ?? options.schemes[0]!) : scheme
  if (tried === null || withoutCredentials.has(code))
    return options.schemes
      .filter(one => one !== 'Token')
      .map(one => written(one, [...parametersOf(one, needs, options)]))
  // A bound token that was sent as Bearer must be sent with the other scheme.
  const wanted = code === 'token_bound' ? 'DPoP' : code === 'token_unbound' ? 'Bearer' : tried
  const answered = options.schemes.includes(wanted) ? wanted : tried
  return [
    written(answered, [
      ...errorOf(code, answered, needs),
      ...parametersOf(answered, needs, options),
      ...pageOf(code, options),
    ]),
  ]
}

type Parameter = [name: string, value: string]

function* errorOf(code: ErrorCode, scheme: Scheme, { maxAge }: Needs): Iterable<Parameter> {
  // The scheme of API keys has no such parameter: the code suffices.
  if (scheme !== 'Token') yield ['error', ownErrors.has(code) ? code : 'invalid_token']
  yield ['error_description', textOf(code, maxAge)]
  if (code === 'insufficient_user_authentication' && maxAge !== undefined) yield ['max_age', String(maxAge)]
}

function* parametersOf(scheme: Scheme, { scope }: Needs, options: ChallengeOptions): Iterable<Parameter> {
  yield ['realm', options.realm]
  if (scheme === 'Token') return
  const scopes = typeof scope === 'string' ? scope : (scope ?? []).join(' ')
  if (scopes !== '') yield ['scope', scopes]
  if (scheme === 'DPoP') yield ['algs', proofAlgorithms.join(' ')]
  if (options.resourceMetadata !== undefined) yield ['resource_metadata', options.resourceMetadata]
}

function* pageOf(code: ErrorCode, { issuer }: ChallengeOptions): Iterable<Parameter> {
  if (issuer !== undefined) yield ['error_uri', `${issuer}/errors/${code}`]
  yield ['error_code', code]
}

/** The catalogue's text, adapted where it describes the token server's own requirements. */
export function textOf(code: ErrorCode, maxAge: number | undefined): string {
  if (code === 'insufficient_scope') return 'The token lacks the scope that this needs.'
  if (code === 'insufficient_user_authentication' && maxAge !== undefined)
    return `This needs a sign-in within the last ${maxAge} seconds.`
  return errors[code].text
}

/** One challenge; the realm comes first by convention. */
function written(scheme: Scheme, parameters: Parameter[]): string {
  const realmFirst = [...parameters].sort(([a], [b]) => Number(b === 'realm') - Number(a === 'realm'))
  return `${scheme} ${realmFirst.map(([name, value]) => `${name}="${quotable(value)}"`).join(', ')}`
}

/** RFC 6750 §3: %x20-21 / %x23-5B / %x5D-7E. No character can end the value, or the header. */
function quotable(value: string): string {
  return value.replace(/[^ !#-[\]-~]/g, "'")
}
