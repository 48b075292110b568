// Writes the rows of applications. Authorization and the audit log are left to the callers; here are the invariants of every row,
// what a change of one ends, and what every process and the log have to learn of it.
import { applicationMetadata, ownApplicationId, ownLifetimes } from '../../policy/application-metadata.js'
import { reducesOwnRights, withdrawnScopes } from '../../policy/reduced-rights.js'
import { isApplicationId } from '../../protocol/claims.js'
import { refuse, refuseField, refuseFields } from '../../protocol/errors.js'
import { type FieldProblems, type Problem, problem } from '../../protocol/problems.js'
import type { AccessLifetime } from '../../revocation/access-lifetime.js'
import type {
  ApplicationChanges,
  ApplicationRecord,
  ApplicationStore,
  NewApplication,
} from '../../storage/applications.js'
import type { AuditStore } from '../../storage/audit.js'
import type { Queries } from '../../storage/database.js'
import type { RegisteredApplicationStore } from '../../storage/registered-applications.js'
import type { RevocationStore } from '../../storage/revocations.js'
import type { Change } from '../../tokens/changes.js'

export type ApplicationWritingDeps = {
  issuer: string
  applicationStore: ApplicationStore
  registeredApplicationStore: RegisteredApplicationStore
  auditStore: AuditStore
  revocationStore: RevocationStore
  accessLifetime: AccessLifetime
}

/** Where more applications than this are affected, one entry of the log makes everybody's tokens stale. */
const mostAskers = 1_000

export function createApplicationWriting(deps: ApplicationWritingDeps) {
  const { issuer, applicationStore, registeredApplicationStore, auditStore, revocationStore, accessLifetime } = deps

  /**
   * Locks the heads of both logs in the global lock order: after every row that a trigger locks, before the log's
   * number is raised.
   */
  async function lockHeads(tx: Queries): Promise<void> {
    await auditStore.lockHead(tx)
    await revocationStore.lockHead(tx)
  }

  /**
   * The issuer is the resource identifier of the built-in application alone. To be called under the lock of the log's
   * head.
   */
  async function requireResource(tx: Queries, id: string, resource: string | null | undefined): Promise<void> {
    if (!resource) return
    if (isSameResource(resource, issuer)) throw refuseField('resource', 'application_resource_ours')
    const others = await applicationStore.inForce(tx)
    if (others.some(one => one.resource !== null && isSameResource(one.resource, resource) && one.id !== id))
      throw refuseField('resource', 'application_resource_taken')
  }

  /** Records what the change ends, for the application and for those that ask for scopes of its resource. */
  async function recordTakings(
    tx: Queries,
    { record }: Change,
    before: ApplicationRecord,
    after: ApplicationRecord,
  ): Promise<void> {
    const isDisabled = before.active && !after.active
    const taken = withdrawnScopes(before, after)
    const askers = new Set(taken.length > 0 ? await applicationStore.applicationsWithScopes(tx, taken) : [])
    askers.delete(before.id)
    if (!isDisabled && reducesOwnRights(before, after)) askers.add(before.id)
    if (isDisabled) await record('application_disabled', { subject: before.id })
    if (askers.size > mostAskers) await record('all_stale', { subject: '' })
    else for (const id of [...askers].sort()) await record('scope_taken', { subject: id })
  }

  return {
    /**
     * Locks the heads of the logs: no row that a trigger locks may be locked afterwards.
     * @throws invalid_fields; nothing was written then
     */
    async insert(tx: Queries, application: NewApplication): Promise<void> {
      if (!isApplicationId(application.id)) throw refuseField('client_id', 'application_id')
      requireMetadata(application.metadata)
      await lockHeads(tx)
      await requireResource(tx, application.id, application.resource)
      // Deleted applications count as well: tokens, audit entries and consents name them.
      if (await applicationStore.find(tx, application.id)) throw refuseField('client_id', 'application_id_taken')
      await applicationStore.insert(tx, application)
      if (ownLifetimes(application.metadata)) await accessLifetime.write(tx)
    },

    /**
     * Records what the change ends, and locks the heads of the logs last: no row that a trigger locks may be locked
     * afterwards.
     * @throws not_found, invalid_fields; nothing was written then
     */
    async change(tx: Queries, change: Change, id: string, changes: ApplicationChanges): Promise<void> {
      if (changes.metadata) requireMetadata(changes.metadata)
      if (id === ownApplicationId && changes.active === false) throw refuseField('active', 'application_needed')
      await applicationStore.lock(tx, id)
      const before = await applicationStore.find(tx, id)
      if (!before || before.deletedAt !== null) throw unknownApplication(id)
      await recordTakings(tx, change, before, { ...before, ...changes })
      await lockHeads(tx)
      await requireResource(tx, id, changes.resource)
      await applicationStore.change(tx, id, changes)
      const had = JSON.stringify(ownLifetimes(before.metadata))
      if (changes.metadata && JSON.stringify(ownLifetimes(changes.metadata)) !== had) await accessLifetime.write(tx)
    },

    /**
     * Deletes rows of self-registered applications that were never used. No token, consent or session names them, so
     * there is nothing to revoke, and their random ids are never given out a second time.
     * @returns the ids that were deleted
     */
    async forgetUnused(tx: Queries, ids: readonly string[]): Promise<string[]> {
      await applicationStore.lockAll(tx, ids)
      const unused = await registeredApplicationStore.stillUnused(tx, ids)
      if (unused.length === 0) return []
      await lockHeads(tx)
      await registeredApplicationStore.forget(tx, unused)
      return unused
    },
  }
}

export type ApplicationWriting = ReturnType<typeof createApplicationWriting>

export function unknownApplication(id: string) {
  return refuse('not_found', { problem: problem('unknown_application', { name: id }) })
}

/** Compares resource identifiers without a trailing slash: clients do not tell the two apart. */
export function isSameResource(a: string, b: string): boolean {
  return a.replace(/\/$/, '') === b.replace(/\/$/, '')
}

/** @throws invalid_fields with every name whose value is wrong */
function requireMetadata(metadata: unknown): void {
  const fields = metadataProblems(metadata)
  if (Object.keys(fields).length > 0) throw refuseFields(fields)
}

/**
 * Longest metadata, in bytes of JSON. MySQL's TEXT has 65,535 of them, and the audit log stores it in one column, with
 * the name.
 */
const longestMetadata = 60_000

/** Problems of what is no valid metadata, by the names of its members. */
export function metadataProblems(metadata: unknown): FieldProblems {
  const result = applicationMetadata.safeParse(metadata)
  const fields = lengthProblems(metadata)
  for (const { path, message, ...issue } of result.error?.issues ?? []) {
    const names = 'keys' in issue && path.length === 0 ? issue.keys : [path.join('.')]
    for (const name of names)
      fields[name] = [...(fields[name] ?? []), problem('application_metadata', { reason: message })]
  }
  return fields
}

/**
 * Problem of metadata that is too long, reported for its longest member. Numbers and escaped characters may grow when
 * written.
 */
function lengthProblems(metadata: unknown): Record<string, Problem[]> {
  const lengthOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? '')
  if (lengthOf(metadata) <= longestMetadata) return {}
  const members = Object.entries(metadata as object).sort(([, a], [, b]) => lengthOf(b) - lengthOf(a))
  const reason = `is too long: all metadata together has at most ${longestMetadata} bytes`
  return { [members[0]![0]]: [problem('application_metadata', { reason })] }
}
