// What the audit log records of an application: its description, and never its credentials.
import type { AuditedValues } from '../../policy/audit.js'
import { canonical } from '../../protocol/json.js'
import type { NewApplication } from '../../storage/applications.js'

type Described = Pick<NewApplication, 'name' | 'kind' | 'origin' | 'metadata' | 'resource' | 'resourceScopes'>

export function auditedWhole({ name, kind, origin, metadata, resource, resourceScopes }: Described): AuditedValues {
  return {
    name,
    application_kind: kind,
    origin,
    ...metadata,
    ...(resource !== null && { resource }),
    ...(resourceScopes.length > 0 && { resource_scopes: resourceScopes }),
  }
}

/** Differing members, before and after; null where nothing differs. */
export function auditedChange(
  before: Described,
  after: Described,
): { before: AuditedValues; after: AuditedValues } | null {
  const [was, is] = [auditedWhole(before), auditedWhole(after)]
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  const differing = names.filter(name => canonical(was[name]) !== canonical(is[name]))
  if (differing.length === 0) return null
  const only = (values: AuditedValues) =>
    Object.fromEntries(differing.filter(name => values[name] !== undefined).map(name => [name, values[name]]))
  return { before: only(was), after: only(is) }
}
