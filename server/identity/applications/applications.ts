// Applications: created, changed, disabled and deleted by administrators.
import type { Actor } from '../../policy/actor.js'
import { usesSecret, withDefaults } from '../../policy/application-defaults.js'
import {
  type ApplicationMetadata,
  type ApplicationOrigin,
  ownApplicationId,
} from '../../policy/application-metadata.js'
import { refuseField, refuseFields } from '../../protocol/errors.js'
import { type Problem, problem } from '../../protocol/problems.js'
import type { ApplicationChanges, ApplicationRecord, ApplicationStore } from '../../storage/applications.js'
import { isDuplicate, type Queries } from '../../storage/database.js'
import type { Change, Changes } from '../../tokens/changes.js'
import { requireHarmless, requireNotItsOwn } from './application-change-rules.js'
import type { ApplicationCheck } from './application-check.js'
import { type ApplicationInputChanges, idOf, mergedMetadata, type NewApplicationInput } from './application-input.js'
import type { ApplicationList } from './application-list.js'
import type { ApplicationRights } from './application-rights.js'
import type { ApplicationSecrets } from './application-secrets.js'
import type { ApplicationWriting } from './application-writing.js'
import { auditedChange, auditedWhole } from './audited.js'
import { type PublicApplication, publicApplication } from './public-application.js'

export type Saved = { application: PublicApplication; warnings: Problem[] }

/** `secret`: shown once, and not stored; null where the application authenticates otherwise, or not at all. */
export type Created = Saved & { secret: string | null }

export type ApplicationsDeps = {
  applicationStore: ApplicationStore
  applicationList: ApplicationList
  applicationWriting: ApplicationWriting
  applicationSecrets: ApplicationSecrets
  applicationCheck: ApplicationCheck
  applicationRights: ApplicationRights
  changes: Changes
  random: (size: number) => Buffer
  now: () => number
}

export function createApplications(deps: ApplicationsDeps) {
  const { applicationStore, applicationWriting, applicationSecrets, applicationCheck, applicationRights } = deps
  const { applicationList, changes, random, now } = deps
  const { lock, lockOther } = applicationRights

  /**
   * Changes an application within a larger transaction; nothing is written where nothing differs.
   * @throws not_found, permission_denied, invalid_fields
   */
  async function changeIn(
    tx: Queries,
    change: Change,
    before: ApplicationRecord,
    wanted: ApplicationChanges,
    actor: Actor,
    isGivenSecret = false,
  ): Promise<Saved> {
    const after = { ...before, ...wanted }
    if (before.id === ownApplicationId) requireHarmless(before, after)
    const warnings = await applicationCheck.require(tx, { ...after, isGivenSecret })
    await applicationRights.require(tx, actor, before, after)
    const difference = auditedChange(before, after)
    if (difference === null) return { application: publicApplication(before), warnings }
    // Otherwise a retired secret would become valid again once the application authenticates by secrets again.
    if (usesSecret(before.metadata) && !usesSecret(after.metadata) && before.id !== ownApplicationId) {
      await applicationStore.deleteSecrets(tx, before.id)
      await change.record('secret_rotated', { subject: before.id })
    }
    change.note({ action: 'application_changed', subject: before.id, ...difference })
    await applicationWriting.change(tx, change, before.id, wanted)
    return { application: publicApplication({ ...after, version: before.version + 1 }), warnings }
  }

  /**
   * Creates an application within a larger transaction.
   * @param input with the defaults of its kind filled in
   * @param given its secret, or whether one is generated where it authenticates by a secret
   * @throws invalid_fields, permission_denied
   */
  async function createIn(
    tx: Queries,
    change: Change,
    input: NewApplicationInput & { id: string; registrationTokenHash?: string },
    origin: ApplicationOrigin,
    actor: Actor,
    given: string | boolean = true,
  ): Promise<Created> {
    const { id, name, kind, metadata, resource = null, resourceScopes = [], registrationTokenHash = null } = input
    const row = { id, name, kind, origin, active: true, createdAt: now(), registrationTokenHash }
    const application = { ...row, metadata, resource, resourceScopes }
    const makesSecret = usesSecret(metadata) && given !== false
    const warnings = await applicationCheck.require(tx, { ...application, isNew: true, isGivenSecret: makesSecret })
    await applicationRights.require(tx, actor, application)
    change.note({ action: 'application_created', subject: id, after: auditedWhole(application) })
    await applicationWriting.insert(tx, application)
    const secret = makesSecret
      ? await applicationSecrets.add(tx, id, 0, typeof given === 'string' ? given : undefined)
      : null
    return {
      application: publicApplication({ ...application, version: 1, endedSeq: 0, deletedAt: null }),
      warnings,
      secret,
    }
  }

  /** Enables or disables an application within a larger transaction. */
  async function setActiveIn(tx: Queries, change: Change, id: string, active: boolean, actor: Actor): Promise<void> {
    const before = await lockOther(tx, id, actor)
    if (before.active === active) return
    change.note({ action: active ? 'application_enabled' : 'application_disabled', subject: id })
    await applicationWriting.change(tx, change, id, { active })
  }

  async function removeIn(tx: Queries, change: Change, id: string, actor: Actor): Promise<void> {
    const before = await lockOther(tx, id, actor)
    change.note({ action: 'application_deleted', subject: id, before: auditedWhole(before) })
    await applicationStore.deleteSecrets(tx, id)
    const nothing = {
      metadata: logoutMetadataOf(before.metadata),
      resource: null,
      resourceScopes: [],
      registrationTokenHash: null,
    }
    await applicationWriting.change(tx, change, id, { active: false, deletedAt: now(), ...nothing })
  }

  /** The list functions under the names of this module. */
  const { page: list, ...looked } = applicationList

  return {
    list,
    ...looked,
    changeIn,
    createIn,
    setActiveIn,
    removeIn,

    /** @throws invalid_fields with all problems, permission_denied */
    async create(input: NewApplicationInput, actor: Actor): Promise<Created> {
      const id = input.id ?? idOf(input, random)
      const whole = { ...input, id, metadata: withDefaults(input.kind, input.metadata) }
      try {
        return await changes.run(actor, (tx, change) => createIn(tx, change, whole, 'administrator', actor))
      } catch (error) {
        throw isDuplicate(error) ? refuseFields({ client_id: [problem('application_id_taken')] }) : error
      }
    },

    /** @throws not_found, invalid_fields with all problems, permission_denied */
    change: (id: string, wanted: ApplicationInputChanges, actor: Actor): Promise<Saved> =>
      changes.run(actor, async (tx, change) => {
        const before = await lock(tx, id, actor)
        const { metadata, ...columns } = wanted
        const given = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
        const merged = metadata && { metadata: mergedMetadata(before.metadata, metadata) }
        requireNotItsOwn(before, { ...before, ...given, ...merged })
        return changeIn(tx, change, before, { ...given, ...merged }, actor)
      }),

    /**
     * A self-registered application is administered from then on: it can no longer change itself, and users no longer
     * see a warning about it.
     * @param seen the version that the administrator has reviewed; undefined: any
     * @returns whether it still had that version; it is left unchanged where it has changed itself since
     * @throws not_found, permission_denied, invalid_fields where it has not registered itself
     */
    adopt: (id: string, actor: Actor, seen?: number): Promise<boolean> =>
      changes.run(actor, async (tx, change) => {
        const before = await lockOther(tx, id, actor)
        if (before.origin !== 'registration') throw refuseField('origin', 'not_registered_by_itself')
        if (seen !== undefined && before.version !== seen) return false
        change.note({ action: 'application_adopted', subject: id })
        await changeIn(tx, change, before, { origin: 'administrator', registrationTokenHash: null }, actor)
        return true
      }),

    /** Disables an application and ends its sessions. @throws not_found, permission_denied */
    disable: (id: string, actor: Actor): Promise<void> =>
      changes.run(actor, (tx, change) => setActiveIn(tx, change, id, false, actor)),

    /** Enables an application; sessions that have ended stay ended. @throws not_found, permission_denied */
    enable: (id: string, actor: Actor): Promise<void> =>
      changes.run(actor, (tx, change) => setActiveIn(tx, change, id, true, actor)),

    /**
     * Deletes an application and ends its sessions. The row stays, with its name alone, so that its id is never used
     * again.
     * @throws not_found, permission_denied
     */
    remove: (id: string, actor: Actor): Promise<void> =>
      changes.run(actor, (tx, change) => removeIn(tx, change, id, actor)),

    /** Ends all sessions of an application by one entry of the log. @throws not_found, permission_denied */
    endSessions: (id: string, actor: Actor): Promise<void> =>
      changes.run(actor, async (tx, { record, note }) => {
        await lock(tx, id, actor)
        await record('application_ended', { subject: id })
        note({ action: 'application_sessions_ended', subject: id })
      }),
  }
}

export type Applications = ReturnType<typeof createApplications>

/**
 * Metadata that a deleted application keeps: where and how its logout tokens are sent for the sessions that ended with
 * it.
 */
function logoutMetadataOf({
  backchannel_logout_uri: uri,
  id_token_signed_response_alg: algorithm,
}: ApplicationMetadata) {
  if (uri === undefined) return {}
  return { backchannel_logout_uri: uri, ...(algorithm && { id_token_signed_response_alg: algorithm }) }
}
