// Writes the rows of applications. Who may, and what the audit log is told, is for whoever calls; here is what must be true
// of every row, and what every process and the log have to learn of it.
import { applicationMetadata, ownApplicationId, ownLifetimes } from '../../policy/application-metadata.js'
import { isApplicationId } from '../../protocol/claims.js'
import { refuse, refuseField, refuseFields } from '../../protocol/errors.js'
import { type FieldProblems, problem } from '../../protocol/problems.js'
import type { AccessLifetime } from '../../revocation/access-lifetime.js'
import type { ApplicationChanges, ApplicationStore, NewApplication } from '../../storage/applications.js'
import type { AuditStore } from '../../storage/audit.js'
import type { Queries } from '../../storage/database.js'
import type { RevocationStore } from '../../storage/revocations.js'

export type ApplicationWritingDeps = {
  issuer: string
  applicationStore: ApplicationStore
  auditStore: AuditStore
  revocationStore: RevocationStore
  accessLifetime: AccessLifetime
}

export function createApplicationWriting(deps: ApplicationWritingDeps) {
  const { issuer, applicationStore, auditStore, revocationStore, accessLifetime } = deps

  /** In the order of all transactions: both heads, before what raises the log's. */
  async function lockHeads(tx: Queries): Promise<void> {
    await auditStore.lockHead(tx)
    await revocationStore.lockHead(tx)
  }

  /** Our own row goes by the issuer, and nobody else may. To be asked under the head's lock. */
  async function requireResource(tx: Queries, id: string, resource: string | null | undefined): Promise<void> {
    if (!resource) return
    if (resource === issuer) throw refuseField('resource', 'application_resource_ours')
    const others = await applicationStore.knownToAll(tx)
    if (others.some(one => one.resource === resource && one.id !== id))
      throw refuseField('resource', 'application_resource_taken')
  }

  return {
    /** @throws invalid_fields; nothing was written then */
    async insert(tx: Queries, application: NewApplication): Promise<void> {
      if (!isApplicationId(application.id)) throw refuseField('client_id', 'application_id')
      requireMetadata(application.metadata)
      await lockHeads(tx)
      await requireResource(tx, application.id, application.resource)
      if (await applicationStore.find(tx, application.id)) throw refuseField('client_id', 'application_id_taken')
      await applicationStore.insert(tx, application)
      if (ownLifetimes(application.metadata)) await accessLifetime.write(tx)
    },

    /** @throws not_found, invalid_fields; nothing was written then */
    async change(tx: Queries, id: string, changes: ApplicationChanges): Promise<void> {
      if (changes.metadata) requireMetadata(changes.metadata)
      if (id === ownApplicationId && changes.active === false) throw refuseField('active', 'application_needed')
      await applicationStore.lock(tx, id)
      await lockHeads(tx)
      await requireResource(tx, id, changes.resource)
      const before = await applicationStore.find(tx, id)
      if (!before) throw refuse('not_found', { problem: problem('unknown_application', { name: id }) })
      await applicationStore.change(tx, id, changes)
      const had = JSON.stringify(ownLifetimes(before.metadata))
      if (changes.metadata && JSON.stringify(ownLifetimes(changes.metadata)) !== had) await accessLifetime.write(tx)
    },
  }
}

export type ApplicationWriting = ReturnType<typeof createApplicationWriting>

/** @throws invalid_fields with every name whose value is wrong */
function requireMetadata(metadata: unknown): void {
  const result = applicationMetadata.safeParse(metadata)
  if (result.success) return
  const fields: FieldProblems = {}
  for (const { path, message, ...issue } of result.error.issues) {
    const names = 'keys' in issue && path.length === 0 ? issue.keys : [path.join('.')]
    for (const name of names)
      fields[name] = [...(fields[name] ?? []), problem('application_metadata', { reason: message })]
  }
  throw refuseFields(fields)
}
