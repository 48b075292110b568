// What the audit log is told of an application: what it is described by, and never what it proves itself by.
import type { AuditedValues } from '../../policy/audit.js'
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

/** What differs, before and after; null where nothing does. */
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

/** The same text for what says the same, in whatever order its members stand. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
