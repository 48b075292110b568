// Headers of refusals, common to all wire formats that programs read.
import { proofAlgorithms } from '../../protocol/dpop.js'
import { type ErrorCode, errorRow, errors, type Refusal } from '../../protocol/errors.js'
import { rateLimitHeaders } from '../../protocol/rate-limit.js'
import type { Context, Scheme } from '../handler.js'

/** Sets the headers of a refusal that do not depend on the format of its body. */
export function setRefusalHeaders(ctx: Context, { code, details }: Refusal): void {
  ctx.set('Cache-Control', 'no-store')
  // RFC 9449 §8: clients retry a refusal that has a DPoP-Nonce header, and would never see another error.
  if (code !== 'use_dpop_nonce') ctx.remove('DPoP-Nonce')
  if (details.retryAfter !== undefined) ctx.set('Retry-After', String(details.retryAfter))
  ctx.set(rateLimitHeaders(details.quotas ?? []))
  for (const [name, value] of Object.entries(details.headers ?? {})) ctx.set(name, value)
}

/** Codes that are also `error` values of RFC 9449 §5 and §7.1. */
const ofProofs: ReadonlySet<ErrorCode> = new Set(['invalid_dpop_proof', 'use_dpop_nonce'])
export const isOfProof = (code: ErrorCode): boolean => ofProofs.has(code)

/** Whether a code refuses the token in the Authorization header, or its proof, rather than the sender. */
export const refusesToken = (code: ErrorCode): boolean =>
  errors[code].status === 401 && (errorRow(code).wire !== undefined || isOfProof(code))

/**
 * The challenge for a token: RFC 6750 §3, RFC 9449 §7.1. `error_code` is the precise code, `error_uri` the page that
 * explains it. Without a token no error is stated (§3.1).
 */
export function tokenChallenge(ctx: Context, { code, details }: Refusal, issuer: string): string {
  // A token under the wrong scheme gets a challenge for the right one.
  const wanted = code === 'token_bound' ? 'DPoP' : code === 'token_unbound' ? 'Bearer' : ctx.state.scheme
  if (!details.inHeader) return challenge(wanted)
  return challenge(
    wanted,
    ['error', isOfProof(code) ? code : 'invalid_token'],
    ['error_description', errors[code].text],
    ['error_uri', `${issuer}/errors/${code}`],
    ['error_code', code],
  )
}

/** A challenge for the scheme that the client tried, with these parameters only. */
export const shortChallenge = (ctx: Context, ...parameters: Parameter[]) => challenge(ctx.state.scheme, ...parameters)

type Parameter = readonly [name: string, value: string]

function challenge(scheme: Scheme = 'Bearer', ...parameters: Parameter[]): string {
  const all = [['realm', 'api'], ...parameters, ...(scheme === 'DPoP' ? [['algs', proofAlgorithms.join(' ')]] : [])]
  return `${scheme} ${all.map(([name, value]) => `${name}="${value}"`).join(', ')}`
}

/** The challenge for an API key. Its scheme has no parameters of its own: it uses those of a bearer challenge. */
export function apiKeyChallenge({ code }: Refusal, issuer: string): string {
  return [
    'Token realm="api"',
    `error_description="${errors[code].text}"`,
    `error_uri="${issuer}/errors/${code}"`,
    `error_code="${code}"`,
  ].join(', ')
}
