// What a change takes away from applications: tokens that contain it, or were issued because of it, become stale.
import { type ApplicationTerms, type ExchangeRule, scopeWords } from './application-metadata.js'

type Taken = Pick<ApplicationTerms, 'active' | 'metadata' | 'resource' | 'resourceScopes'>

/**
 * Whether an application's own tokens may contain, or depend on, what it no longer has: a scope, a permission, a
 * grant, exchange rules, or users who may use it.
 * A grant counts, too: tokens of client credentials have no session that a refresh could check.
 */
export function reducesOwnRights(before: Taken, after: Taken): boolean {
  const lists = ({ metadata }: Taken) => [
    ...scopeWords(metadata.scope ?? '').map(scope => `scope ${scope}`),
    ...(metadata.permissions ?? []).map(permission => `permission ${permission}`),
    ...(metadata.grant_types ?? []).map(grant => `grant ${grant}`),
    ...(metadata.token_exchange ?? []).flatMap(exchanges),
  ]
  const left = new Set(lists(after))
  return lists(before).some(one => !left.has(one)) || requiresOthers(before, after)
}

/**
 * Each scope word with the condition of its exchange rule: a rule with more conditions takes away what the former
 * gave.
 */
function exchanges({ resource, scope = [''], subject_scope: needed = [] }: ExchangeRule): string[] {
  const by = [...needed].sort().join(' ')
  return scope.map(word => `exchange ${resource} ${word} by ${by}`)
}

/** Whether fewer users may use it: without required roles all may, with some, users who have one of them. */
function requiresOthers({ metadata: before }: Taken, { metadata: after }: Taken): boolean {
  const required = new Set(after.required_roles)
  if (required.size === 0) return false
  const could = before.required_roles ?? []
  return could.length === 0 || could.some(role => !required.has(role))
}

/**
 * Scopes of a resource server that other applications may have been granted and that it no longer offers: they were
 * removed, its identifier changed, or it is disabled.
 */
export function withdrawnScopes(before: Taken, after: Taken): string[] {
  if (!before.active || before.resource === null) return []
  const left =
    after.active && after.resource === before.resource ? new Set(after.resourceScopes.map(one => one.name)) : new Set()
  return before.resourceScopes.map(one => one.name).filter(name => !left.has(name))
}
