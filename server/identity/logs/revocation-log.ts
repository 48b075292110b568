// The revocation log for administrators: filtered pages, counts, and manual entries. The subject of a manual entry,
// and the rights of its actor, are checked in its transaction.
import type { Actor } from '../../policy/actor.js'
import { isManual, type ManualKind, manualTrigger, manualTriggers } from '../../policy/manual-revocation.js'
import { rightsOf } from '../../policy/permissions.js'
import type { Trigger } from '../../policy/revocation.js'
import { isUserId } from '../../protocol/claims.js'
import { refuseField } from '../../protocol/errors.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Database, Queries } from '../../storage/database.js'
import { type LogListStore, type RevocationFilter, revocationList } from '../../storage/log-lists.js'
import type { RevocationRecord, RevocationStore } from '../../storage/revocations.js'
import type { RoleStore } from '../../storage/roles.js'
import type { UserStore } from '../../storage/users.js'
import type { Changes } from '../../tokens/changes.js'
import { type Counted, cursorIn, every, type Listed, listed, type Page } from '../listing.js'
import type { ActorRights } from '../rights.js'

export type { RevocationFilter, RevocationRecord }

export type RevocationLogDeps = {
  database: Database
  revocationStore: RevocationStore
  logListStore: LogListStore
  userStore: UserStore
  roleStore: RoleStore
  applicationStore: ApplicationStore
  rights: ActorRights
  changes: Changes
}

/** An entry as an administrator typed it, not yet validated. */
export type WantedRevocation = { kind: string; subject: string; effect: string; why: string }

/** The revocation log, for administrators: read, and written by hand. */
export function createRevocationLog(deps: RevocationLogDeps) {
  const { database, revocationStore, logListStore, userStore, roleStore, applicationStore, rights, changes } = deps

  /** Checks that the subject exists, and that the actor may act on it. @throws invalid_fields, permission_denied */
  async function requireSubject(kind: ManualKind, tx: Queries, actor: Actor, subject: string): Promise<void> {
    if (kind !== 'all' && subject === '') throw refuseField('subject', 'blank')
    await requireOf[kind](tx, actor, subject)
  }

  const requireOf: Record<ManualKind, (tx: Queries, actor: Actor, subject: string) => Promise<void>> = {
    async token(_, __, subject) {
      if (!/^[\x21-\x7e]{8,190}$/.test(subject)) throw refuseField('subject', 'not_token_id')
    },
    async user(tx, actor, subject) {
      const id = isUserId(subject) ? Number(subject) : null
      if (id !== null) await userStore.lock(tx, id)
      const user = id === null ? null : await userStore.find(tx, id)
      if (!user) throw refuseField('subject', 'unknown_user', { name: subject })
      await rights.require(tx, actor, rightsOf(user))
    },
    async role(tx, actor, subject) {
      const role = await roleStore.lock(tx, subject)
      if (!role) throw refuseField('subject', 'unknown_role', { name: subject })
      await rights.require(tx, actor, new Set(role.permissions))
    },
    async application(tx, actor, subject) {
      if (!(await applicationStore.find(tx, subject)))
        throw refuseField('subject', 'unknown_application', { name: subject })
      // The application's users may include administrators.
      await rights.require(tx, actor, 'everything')
    },
    async all(tx, actor, subject) {
      if (subject !== '') throw refuseField('subject', 'subject_of_all')
      await rights.require(tx, actor, 'everything')
    },
  }

  /** Entries of the revocation log, newest first. @throws invalid_fields */
  async function page(filter: RevocationFilter, page: Page): Promise<Listed<RevocationRecord>> {
    const after = cursorIn(revocationList, page)
    const scanned = await logListStore.revocations.page(database, filter, { ...page, after })
    return listed(scanned, scanned.rows)
  }

  return {
    page,
    count: (filter: RevocationFilter): Promise<Counted> => logListStore.revocations.count(database, filter),
    every: (filter: RevocationFilter): AsyncGenerator<RevocationRecord> => every(next => page(filter, next)),

    /**
     * Checks whether the actor could write this entry now.
     * @returns its kind and trigger
     * @throws invalid_fields, permission_denied
     */
    async check(wanted: WantedRevocation, actor: Actor): Promise<{ kind: ManualKind; trigger: Trigger }> {
      const { kind, trigger } = readWanted(wanted)
      await requireSubject(kind, database, actor, wanted.subject)
      return { kind, trigger }
    },

    /** Writes an entry by hand. @throws invalid_fields, permission_denied */
    async add(wanted: WantedRevocation, actor: Actor): Promise<RevocationRecord> {
      const { kind, trigger } = readWanted(wanted)
      const { subject, effect, why } = wanted
      const userIds = kind === 'user' && isUserId(subject) ? [Number(subject)] : []
      await changes.run(
        actor,
        async (tx, { record, note }) => {
          await requireSubject(kind, tx, actor, subject)
          await record(trigger, { subject })
          note({ action: 'revocation_added', subject: subject || 'everybody', after: { kind, effect, why } })
        },
        { users: userIds, ...(kind === 'role' && { roles: [subject] }) },
      )
      return (await revocationStore.latestOf(database, kind, subject))!
    },
  }
}

/** @throws invalid_fields */
function readWanted({ kind, effect }: WantedRevocation): { kind: ManualKind; trigger: Trigger } {
  if (!isManual(kind)) throw refuseField('kind', 'not_one_of', { choices: Object.keys(manualTriggers) })
  const trigger = manualTrigger(kind, effect)
  if (trigger) return { kind, trigger }
  throw refuseField('effect', 'not_effect_of_kind', { effects: Object.keys(manualTriggers[kind]) })
}

export type RevocationLog = ReturnType<typeof createRevocationLog>
