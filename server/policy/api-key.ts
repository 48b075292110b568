// API keys: a user gives one to a program, which acts as that user. Each request decides anew what a key may do: of its
// scopes, those that its user may use at that moment. An administrator's key too: the role `admin` gives it nothing.
import type { ErrorCode } from '../protocol/errors.js'
import { isPermission, type OwnPermission } from './permissions.js'

/** The prefix by which scanners of source code find keys. */
export const apiKeyPrefix = 'dvz_key_'

/** Whether a text has the form of an API key: the prefix, and 32 random bytes as base64url. */
export function isApiKey(text: string): boolean {
  return /^dvz_key_[A-Za-z0-9_-]{43}$/.test(text)
}

/** A text without API keys, for logs: a client that mistakes a key for its id puts it into the address. */
export function withoutApiKeys(text: string): string {
  return text.replace(/(dvz_key_)[\w-]+/gi, '$1…')
}

/** Scope for the routes of the user's own account; not a permission, and only for keys of this server. */
export const accountScope = 'darvoza:account'

/** How many keys of a user may be live at once. */
export const mostLiveApiKeys = 50
/** How many scopes a key may have. */
export const mostApiKeyScopes = 200
export const longestApiKeyName = 100

export const apiKeyStates = ['active', 'expired', 'ended'] as const
export type ApiKeyState = (typeof apiKeyStates)[number]

/** Times are epoch ms. */
type Life = { expiresAt: number | null; endedAt: number | null }

export function apiKeyState({ expiresAt, endedAt }: Life, now: number): ApiKeyState {
  if (endedAt !== null) return 'ended'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active'
}

type Key = Life & { scopes: readonly string[]; resource: string | null; elevated: boolean }
type Owner = {
  active: boolean
  deletedAt: number | null
  mustChangePassword: boolean
  allPermissions: readonly string[]
}

/**
 * Why a key is refused at this moment, whatever resource server it is for; null where it is good.
 * @param latest the current time at the latest that clock uncertainty allows
 */
export function whyNotLive(key: Life, user: Omit<Owner, 'allPermissions'>, now: number, latest: number) {
  if (user.deletedAt !== null) return 'user_unknown'
  if (!user.active) return 'user_inactive'
  const state = apiKeyState(key, now)
  if (state === 'ended') return 'api_key_ended'
  if (state === 'expired') return 'api_key_expired'
  if (apiKeyState(key, latest) === 'expired') return 'clock_jumped'
  // An administrator knows the password: keys made with it, or taken over with it, must not work.
  return user.mustChangePassword ? 'password_change_required' : null
}

/** The requirement of a route of this server: a permission, or null for the own account; `recent`: a recent sign-in. */
export type AskedOfKey = { permission: OwnPermission | null; recent: boolean }

/** Why a good key may not call a route of this server. */
export function whyNotAsked(
  key: Key,
  { allPermissions }: Pick<Owner, 'allPermissions'>,
  { permission, recent }: AskedOfKey,
): ErrorCode | null {
  // A key for a resource server is refused here, whatever its scopes.
  if (key.resource !== null) return 'token_audience'
  if (!key.scopes.includes(permission ?? accountScope)) return 'api_key_scope'
  if (permission !== null && !allPermissions.includes(permission)) return 'permission_denied'
  return recent && !key.elevated ? 'api_key_not_elevated' : null
}

/** Permissions among a key's scopes that its user has now. */
export function permissionsOfKey(
  { scopes }: Pick<Key, 'scopes'>,
  { allPermissions }: Pick<Owner, 'allPermissions'>,
): string[] {
  return scopes.filter(scope => allPermissions.includes(scope))
}

/** A key's scopes that hold now: permissions of its user, and the own account's, which is no permission. */
export function scopesInForce(key: Pick<Key, 'scopes'>, user: Pick<Owner, 'allPermissions'>): string[] {
  const permissions = permissionsOfKey(key, user)
  return key.scopes.filter(scope => scope === accountScope || permissions.includes(scope))
}

/** Whether a text can be a scope of a key. */
export function isApiKeyScope(text: string): boolean {
  return text === accountScope || isPermission(text)
}
