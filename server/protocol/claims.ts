// The claims of our tokens, and their checks once the signature is verified. Pure: `now` is an argument.
import type { ErrorCode } from './errors.js'
import { isJsonObject } from './json.js'

/** How far another clock may be ahead of ours, in seconds. */
const clockTolerance = 5
/** How far a clock may have been set back, in seconds. */
const farthestAhead = 86_400
/** How many applications a token may come through; every verifier looks each of them up. */
export const mostActors = 6

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

/**
 * The actor of a token (RFC 8693 §4.1): the application that it was issued to, with the one that had the exchanged
 * token nested in it, up to the application that the user signed in to.
 */
export type Actor = { sub: string; act?: Actor }

/** The key that a token is bound to, by its thumbprint (RFC 9449 §6.1). */
export type Confirmation = { jkt: string }

/** An access token (RFC 9068 §2.2, header `typ: at+jwt`). */
export type AccessClaims = RegisteredClaims & {
  token_type: 'access'
  scope?: string
  auth_time?: number
  /** Id of the session; absent in a token without user. */
  sid?: string
  username?: string
  /** Always complete: entries of the revocation log match by role. */
  roles: string[]
  permissions?: string[]
  permissions_omitted?: true
  /** An administrator knows the password: this server accepts the token only to change it. */
  must_change_password?: true
  /** Set by token exchange; its `sub` is the `client_id`. */
  act?: Actor
  /** Number of the last entry of the revocation log that the token takes into account. */
  rev: number
  cnf?: Confirmation
}

/** A refresh token (header `typ: rt+jwt`); only this server reads it. */
export type RefreshClaims = RegisteredClaims & {
  token_type: 'refresh'
  sid: string
  /** The generation of the session that the token is of. */
  gen: number
  username: string
  /** Only for public applications: a refresh requires a proof of this key. */
  cnf?: Confirmation
}

/** `now` and `latest` are epoch ms (a token that is over only by the latter may not be), `longestLifetime` seconds. */
export type ExpectedToken = {
  issuer: string
  audience: string
  now: number
  latest: number
  longestLifetime: number
}

/** One check of claims: the code that refuses them, or null. */
export type ClaimCheck = {
  name: string
  whyNot: (claims: Record<string, unknown>, expected: ExpectedToken) => ErrorCode | null
}

/** Checks of access and refresh tokens, in the order in which a refusal may be disclosed. */
export const registeredChecks = [
  {
    name: 'registered',
    whyNot({ iss, aud, sub, jti, client_id, iat, exp }) {
      const texts = isText(iss) && isText(aud) && isText(jti) && isText(client_id)
      // RFC 9068 §2.2: the subject of a token without user is the application itself.
      const subject = isUserId(sub) || (isApplicationId(sub) && sub === client_id)
      return texts && subject && isEpochSeconds(iat) && isEpochSeconds(exp) ? null : 'token_claims'
    },
  },
  { name: 'iss', whyNot: ({ iss }, { issuer }) => (iss === issuer ? null : 'token_issuer') },
  { name: 'aud', whyNot: ({ aud }, { audience }) => (aud === audience ? null : 'token_audience') },
  {
    name: 'exp',
    whyNot({ exp }, { now, latest }) {
      if ((exp as number) <= now / 1000) return 'token_expired'
      return (exp as number) > latest / 1000 ? null : 'clock_jumped'
    },
  },
] as const satisfies ClaimCheck[]

/** No token of ours lives longer than the longest lifetime. */
const life = {
  name: 'life',
  whyNot(claims, { longestLifetime }) {
    const life = (claims.exp as number) - (claims.iat as number)
    return life > 0 && life <= longestLifetime ? null : 'token_claims'
  },
} as const satisfies ClaimCheck

/** Further checks of every access token. */
export const accessChecks = [
  {
    name: 'iat',
    // We signed the token, so a clock of ours had that time once. Clocks are never wrong by more than a day.
    whyNot({ iat, nbf }, { now }) {
      // RFC 7519 §4.1.5. Our tokens have no `nbf`.
      if (nbf !== undefined && !(isEpochSeconds(nbf) && nbf - now / 1000 <= clockTolerance))
        return 'token_not_yet_valid'
      const ahead = (iat as number) - now / 1000
      if (ahead <= clockTolerance) return null
      return ahead <= farthestAhead ? 'clock_went_back' : 'token_not_yet_valid'
    },
  },
  life,
  { name: 'token_type', whyNot: ({ token_type }) => (token_type === 'access' ? null : 'token_type') },
  { name: 'rev', whyNot: ({ rev }) => (Number.isSafeInteger(rev) && (rev as number) >= 0 ? null : 'token_claims') },
  {
    name: 'roles',
    whyNot: ({ roles, permissions }) =>
      isTextList(roles) && isOptional(permissions, isTextList) ? null : 'token_claims',
  },
] as const satisfies ClaimCheck[]

/** Checks of an access token of a user. */
export const personChecks = [
  ...accessChecks,
  {
    name: 'person',
    whyNot({ sub, sid, username, scope, auth_time, must_change_password: mustChange, act, client_id }) {
      const texts = isUserId(sub) && isText(sid) && isOptional(username, isText) && isOptional(scope, isText)
      const rest = isOptional(auth_time, isEpochSeconds) && (mustChange === undefined || mustChange === true)
      // Entries of the log for an application match the names in `act`.
      const actors = isOptional(act, isActor) && (act === undefined || act.sub === client_id)
      return texts && rest && actors ? null : 'token_claims'
    },
  },
] as const satisfies ClaimCheck[]

/** Checks of an application's own access token: it has no claims about a user. */
export const programChecks = [
  ...accessChecks,
  {
    name: 'person',
    whyNot({ sub, username, auth_time, must_change_password: mustChange, scope, roles, act }) {
      const person = isUserId(sub) || [username, auth_time, mustChange, act].some(one => one !== undefined)
      return !person && isOptional(scope, isText) && (roles as string[]).length === 0 ? null : 'token_claims'
    },
  },
] as const satisfies ClaimCheck[]

/** Further checks of a refresh token. Its issue time is checked by the row of its session only. */
export const refreshChecks = [
  life,
  { name: 'token_type', whyNot: ({ token_type }) => (token_type === 'refresh' ? null : 'token_type') },
  {
    name: 'sid',
    whyNot: ({ sub, sid, username }) => (isUserId(sub) && isText(sid) && isText(username) ? null : 'token_claims'),
  },
  { name: 'gen', whyNot: ({ gen }) => (Number.isSafeInteger(gen) && (gen as number) >= 1 ? null : 'token_claims') },
] as const satisfies ClaimCheck[]

/** A user id is a decimal string without leading zeros that a JavaScript number holds exactly. */
export function isUserId(value: unknown): value is string {
  return typeof value === 'string' && /^[1-9]\d{0,15}$/.test(value) && Number.isSafeInteger(Number(value))
}

/**
 * `client_id`: a name, or the address of the document that describes the application. Never all digits: that is a
 * user's `sub`.
 */
export function isApplicationId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 100 || /^\d+$/.test(value)) return false
  return /^[A-Za-z0-9._~-]+$/.test(value) || /^https:\/\/[\x21-\x7e]+$/.test(value)
}

/** Whether each nested actor has a name, and their number is limited. */
function isActor(value: unknown): value is Actor {
  let inner = value
  for (let left = mostActors; left > 0; left--) {
    if (!isJsonObject(inner) || !isApplicationId(inner.sub)) return false
    if (inner.act === undefined) return true
    inner = inner.act
  }
  return false
}

/** How many applications a token came through. */
export function countActors(act: Actor | undefined): number {
  return act === undefined ? 0 : 1 + countActors(act.act)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 1_024
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText)
}

/** Whether a value is finite, whole, and before the year 10000. */
export function isEpochSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < 253_402_300_800
}

function isOptional<T>(value: unknown, is: (value: unknown) => value is T): value is T | undefined {
  return value === undefined || is(value)
}
