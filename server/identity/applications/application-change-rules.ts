// Which members of an application an administrator cannot change: those of the built-in application that this server
// depends on, and those that an application says of itself.
import type { ApplicationMetadata } from '../../policy/application-metadata.js'
import { isSelfDescribed } from '../../policy/own-description.js'
import { refuseFields } from '../../protocol/errors.js'
import { canonical } from '../../protocol/json.js'
import { type FieldProblems, problem } from '../../protocol/problems.js'
import type { ApplicationRecord } from '../../storage/applications.js'

/** Members of the built-in application that may be changed: this server depends on the others. */
const changeableOfBuiltIn = ['lifetimes', 'client_uri', 'policy_uri', 'tos_uri', 'contacts']

/** Refuses changes of the built-in application that this server depends on. @throws invalid_fields */
export function requireHarmless(before: ApplicationRecord, after: ApplicationRecord): void {
  const fields: FieldProblems = {}
  const refused = [problem('application_built_in')]
  const names = new Set([...Object.keys(before.metadata), ...Object.keys(after.metadata)]) as Set<
    keyof ApplicationMetadata
  >
  const differ = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b)
  for (const name of names)
    if (!changeableOfBuiltIn.includes(name) && differ(before.metadata[name], after.metadata[name]))
      fields[name] = refused
  if (before.kind !== after.kind) fields.kind = refused
  if (before.resource !== after.resource) fields.resource = refused
  if (differ(before.resourceScopes, after.resourceScopes)) fields.resource_scopes = refused
  if (Object.keys(fields).length > 0) throw refuseFields(fields)
}

/**
 * Refuses changes of members that an application which nobody has adopted says of itself.
 * @throws invalid_fields with these members
 */
export function requireNotItsOwn(before: ApplicationRecord, after: ApplicationRecord): void {
  const refused = [problem(before.origin === 'document' ? 'said_by_document' : 'said_by_itself')]
  const describedMembers = ({ name, kind, metadata }: ApplicationRecord) => ({ ...metadata, client_name: name, kind })
  const [was, is] = [describedMembers(before), describedMembers(after)]
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])] as (keyof typeof was)[]
  const wrong = names.filter(
    name => isSelfDescribed(before.origin, name) && canonical(was[name]) !== canonical(is[name]),
  )
  if (wrong.length > 0) throw refuseFields(Object.fromEntries(wrong.map(name => [name, refused])))
}
