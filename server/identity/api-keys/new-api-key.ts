// Input for a new API key, and its validation.
import { accountScope, isApiKeyScope, longestApiKeyName, mostApiKeyScopes } from '../../policy/api-key.js'
import { refuseField, refuseFields } from '../../protocol/errors.js'
import { type FieldProblems, type Problem, problem } from '../../protocol/problems.js'
import { registeredResource } from '../../protocol/scopes.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'

export type ApiKeyToCreate = {
  name: string
  /** Permissions that its user has, and `darvoza:account` for this server itself. */
  scopes: readonly string[]
  /** The identifier of the resource server that accepts the key; null or left out: this server. */
  resource?: string | null | undefined
  /** Epoch ms; null or left out: it does not expire. */
  expiresAt?: number | null | undefined
  /** Lifetime in ms, counted from now; an alternative to `expiresAt`. */
  expiresIn?: number | undefined
  elevated?: boolean | undefined
}

export type CheckedApiKey = {
  name: string
  scopes: string[]
  resource: string | null
  expiresAt: number | null
  elevated: boolean
}

type ResourceServers = Pick<ApplicationsInForce, 'resourceServers'>

/** Validates everything that does not depend on the key's user. @throws invalid_fields with all problems */
export function checkedApiKey(
  key: ApiKeyToCreate,
  { issuer, applications, now }: { issuer: string; applications: ResourceServers; now: number },
): CheckedApiKey {
  const fields: FieldProblems = {}
  const note = (field: string, found: Problem | null) => {
    if (found) fields[field] = [found]
  }
  const name = key.name.trim()
  note('name', whyNotName(name))
  const resource = resourceOf(key.resource ?? null, issuer, applications)
  note('resource', resource === undefined ? problem('unknown_resource') : null)
  const scopes = [...new Set(key.scopes)].sort()
  note('scopes', whyNotScopes(scopes, resource ?? null))
  const expiresAt = key.expiresIn === undefined ? (key.expiresAt ?? null) : now + key.expiresIn
  note('expires_at', expiresAt !== null && expiresAt <= now ? problem('not_in_future') : null)
  const elevated = key.elevated ?? false
  // Other resource servers do not know `elevated`: a caller that asked for it would believe that it has an effect.
  note('elevated', elevated && resource != null ? problem('elevated_elsewhere') : null)
  if (Object.keys(fields).length > 0) throw refuseFields(fields)
  return { name, scopes, resource: resource ?? null, expiresAt, elevated }
}

/** @throws invalid_fields */
export function requireHeldScopes(scopes: readonly string[], held: readonly string[]): void {
  const missing = scopes.find(scope => scope !== accountScope && !held.includes(scope))
  if (missing !== undefined) throw refuseField('scopes', 'scope_not_held', { name: missing })
}

function whyNotName(name: string): Problem | null {
  if (name === '') return problem('blank')
  if ([...name].length > longestApiKeyName) return problem('too_long', { count: longestApiKeyName })
  return /[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(name) ? problem('control_characters') : null
}

function whyNotScopes(scopes: readonly string[], resource: string | null): Problem | null {
  const wrong = scopes.find(scope => !isApiKeyScope(scope))
  if (wrong !== undefined) return problem('no_permission', { name: wrong.slice(0, 100) })
  if (scopes.length > mostApiKeyScopes) return problem('too_many_permissions', { count: mostApiKeyScopes })
  if (resource !== null) return scopes.includes(accountScope) ? problem('account_elsewhere') : null
  // Such a key could do nothing here; a key for a resource server still identifies its user.
  return scopes.length === 0 ? problem('required') : null
}

/** The resource identifier as it is registered; null for this server, undefined where no resource server has it. */
function resourceOf(asked: string | null, issuer: string, applications: ResourceServers): string | null | undefined {
  if (asked === null) return null
  const known = applications.resourceServers().flatMap(one => one.resource ?? [])
  const found = registeredResource(asked, [issuer, ...known])
  return found === issuer ? null : found
}
