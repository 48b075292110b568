// What our tokens say, and what is believed of one whose signature is right. Pure: `now` comes in.
import { refuse } from './errors.js'

/** Seconds by which another clock may run ahead of ours. */
const clockTolerance = 5

/** Claims that every token has (RFC 7519 §4.1). Times are seconds since the epoch. */
export type RegisteredClaims = {
  iss: string
  aud: string
  sub: string
  iat: number
  exp: number
  jti: string
  client_id: string
}

/** An access token (RFC 9068 §2.2, header `typ: at+jwt`). */
export type AccessClaims = RegisteredClaims & {
  token_type: 'access'
  scope?: string
  auth_time?: number
  /** The session; absent in a token that no person signed in for. */
  sid?: string
  username?: string
  /** Always complete: the revocation log matches on them. */
  roles: string[]
  permissions?: string[]
  permissions_omitted?: true
  /** Number of the last entry of the revocation log that the token takes into account. */
  rev: number
}

/** A refresh token (header `typ: rt+jwt`); only this server reads it. */
export type RefreshClaims = RegisteredClaims & {
  token_type: 'refresh'
  sid: string
  /** The generation of the session that it belongs to. */
  gen: number
  username: string
}

export type ExpectedToken = { issuer: string; audience: string; now: number; longestLifetime: number }

/**
 * Checks the claims that both kinds share.
 * @param expected times in milliseconds and seconds: `now` is epoch ms, `longestLifetime` seconds
 * @throws token_claims, token_issuer, token_audience, token_expired, token_not_yet_valid
 */
export function checkRegistered(claims: Record<string, unknown>, expected: ExpectedToken): RegisteredClaims {
  const { iss, aud, sub, iat, exp, jti, client_id } = claims
  if (!isText(iss) || !isText(aud) || !isText(jti) || !isText(client_id)) throw refuse('token_claims')
  if (!isUserId(sub)) throw refuse('token_claims')
  if (!isEpochSeconds(iat) || !isEpochSeconds(exp)) throw refuse('token_claims')
  if (iss !== expected.issuer) throw refuse('token_issuer')
  if (aud !== expected.audience) throw refuse('token_audience')
  const now = expected.now / 1000
  if (exp <= now) throw refuse('token_expired')
  if (iat > now + clockTolerance) throw refuse('token_not_yet_valid')
  if (exp <= iat || exp - iat > expected.longestLifetime) throw refuse('token_claims')
  return { iss, aud, sub, iat, exp, jti, client_id }
}

/** @throws token_claims */
export function checkAccess(claims: Record<string, unknown>, registered: RegisteredClaims): AccessClaims {
  const { token_type, sid, roles, permissions, rev, username, auth_time, scope } = claims
  if (token_type !== 'access') throw refuse('token_type')
  if (!Number.isSafeInteger(rev) || (rev as number) < 0) throw refuse('token_claims')
  if (!isTextList(roles) || !isOptional(permissions, isTextList)) throw refuse('token_claims')
  if (!isOptional(sid, isText) || !isOptional(username, isText) || !isOptional(scope, isText))
    throw refuse('token_claims')
  if (!isOptional(auth_time, isEpochSeconds)) throw refuse('token_claims')
  return { ...claims, ...registered } as AccessClaims
}

/** @throws token_claims */
export function checkRefresh(claims: Record<string, unknown>, registered: RegisteredClaims): RefreshClaims {
  const { token_type, sid, gen, username } = claims
  if (token_type !== 'refresh') throw refuse('token_type')
  if (!isText(sid) || !isText(username)) throw refuse('token_claims')
  if (!Number.isSafeInteger(gen) || (gen as number) < 1) throw refuse('token_claims')
  return { ...claims, ...registered } as RefreshClaims
}

/** A user id is a decimal string without leading zeros that a JavaScript number holds exactly. */
export function isUserId(value: unknown): value is string {
  return typeof value === 'string' && /^[1-9]\d{0,15}$/.test(value) && Number.isSafeInteger(Number(value))
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 1_024
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText)
}

/** Finite, whole, and before the year 10000. */
function isEpochSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < 253_402_300_800
}

function isOptional<T>(value: unknown, is: (value: unknown) => value is T): value is T | undefined {
  return value === undefined || is(value)
}
