// Applications that are not registered, but described by a client metadata document at the URL that is their
// `client_id`. Their row is written once a signed-in user lets them in: until then only the document is cached.
import type { Actor } from '../../policy/actor.js'
import {
  allowsDocumentsOf,
  type ClientDocument,
  isDocumentId,
  isOfListedHost,
  readClientDocument,
  withAdministratorMembers,
} from '../../policy/client-document.js'
import { refuse } from '../../protocol/errors.js'
import { canonical } from '../../protocol/json.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { ApplicationRecord, ApplicationStore } from '../../storage/applications.js'
import { isDuplicate, type Queries } from '../../storage/database.js'
import type { Change, Changes } from '../../tokens/changes.js'
import type { SigningKeys } from '../../tokens/signing-keys.js'
import type { ApplicationWriting } from '../applications/application-writing.js'
import { auditedChange, auditedWhole } from '../applications/audited.js'
import type { Quota } from '../quota.js'
import type { ClientDocuments } from './client-documents.js'

export type DocumentApplicationsDeps = {
  clientDocuments: ClientDocuments
  applications: ApplicationsInForce
  applicationStore: ApplicationStore
  applicationWriting: ApplicationWriting
  signingKeys: Pick<SigningKeys, 'activeAlgorithms'>
  policy: PolicyInForce
  changes: Changes
  /** Limit per user: each such application is a row for good. */
  documentQuota: Quota
  now: () => number
}

export function createDocumentApplications(deps: DocumentApplicationsDeps) {
  const { clientDocuments, applications, applicationStore, applicationWriting, signingKeys, policy } = deps
  const { changes, documentQuota, now } = deps

  function read(id: string, document: unknown): ClientDocument {
    const scopes = applications.resourceServers().flatMap(one => one.resourceScopes.map(({ name }) => name))
    return readClientDocument(id, document, { algorithms: signingKeys.activeAlgorithms(), scopes, policy: policy() })
  }

  const rowOf = (id: string, described: ClientDocument, before: ApplicationRecord | undefined): ApplicationRecord => {
    const { name, kind } = described
    const metadata = withAdministratorMembers(described.metadata, before?.metadata ?? {})
    if (before) return { ...before, name, kind, metadata }
    const nothing = { resource: null, resourceScopes: [], registrationTokenHash: null, deletedAt: null }
    return {
      id,
      name,
      kind,
      metadata,
      origin: 'document',
      active: true,
      version: 0,
      endedSeq: 0,
      createdAt: now(),
      ...nothing,
    }
  }

  /** The application with the metadata that its document has now. */
  async function find(id: string, address: string): Promise<ApplicationRecord | undefined> {
    const before = await applications.meet(id)
    if (before ? before.origin !== 'document' : !isDocumentId(id)) return before
    // No document is fetched for an application that an administrator has disabled.
    if (before?.active === false) return before
    if (!allowsDocumentsOf(policy(), id)) return undefined
    const publicAlone = !isOfListedHost(policy(), id)
    const described = await clientDocuments.find({ id, address, isKnown: before !== undefined, publicAlone, read })
    return rowOf(id, described, before)
  }

  async function write(tx: Queries, change: Change, wanted: ApplicationRecord): Promise<void> {
    const { id, name, kind } = wanted
    await applicationStore.lock(tx, id)
    const before = await applicationStore.find(tx, id)
    if (!before) {
      change.note({ action: 'application_created', subject: id, after: auditedWhole(wanted) })
      return applicationWriting.insert(tx, wanted)
    }
    if (!before.active || before.origin !== 'document') throw refuse('unknown_application')
    const after = { ...before, name, kind, metadata: withAdministratorMembers(wanted.metadata, before.metadata) }
    const difference = auditedChange(before, after)
    if (difference === null) return
    // Changed keys: holders of its tokens must authenticate with the new ones (§8.4.1).
    if (proofOf(before) !== proofOf(after)) await change.record('secret_rotated', { subject: id })
    change.note({ action: 'application_changed', subject: id, ...difference })
    await applicationWriting.change(tx, change, id, { name, kind, metadata: after.metadata })
  }

  return {
    /**
     * Finds an application by its id, fetching its document where the id is a URL.
     * @param address IP address of the client; '' where it is unknown
     * @returns undefined where there is none, or the policy accepts none of that URL
     * @throws client_document_unavailable, client_document_invalid, too_many_from_network, database_unavailable
     */
    find,

    /**
     * Writes the application's row as its document describes it now, for a user who lets it in. Applications without a
     * document are left unchanged.
     * @throws what `find` does, unknown_application, too_many_requests, what `changes.run` throws
     */
    async keep(id: string, userId: number, address: string, actor: Actor): Promise<void> {
      if (!isDocumentId(id)) return
      const wanted = await find(id, address)
      if (!wanted) throw refuse('unknown_application')
      const held = applications.find(id)
      if (wanted.origin !== 'document' || (held && auditedChange(held, wanted) === null)) return
      await documentQuota(String(userId))
      try {
        await changes.run(actor, (tx, change) => write(tx, change, wanted))
      } catch (error) {
        if (!isDuplicate(error)) throw error
        await changes.run(actor, (tx, change) => write(tx, change, wanted))
      }
      await applications.load([id])
    },
  }
}

export type DocumentApplications = ReturnType<typeof createDocumentApplications>

const proofOf = ({ metadata }: ApplicationRecord) =>
  canonical([metadata.token_endpoint_auth_method, metadata.jwks ?? null, metadata.jwks_uri ?? null])
