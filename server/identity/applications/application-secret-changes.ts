// Secrets of applications: created and ended by administrators.
import type { Actor } from '../../policy/actor.js'
import { usesSecret } from '../../policy/application-defaults.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import { problem } from '../../protocol/problems.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Queries } from '../../storage/database.js'
import type { Change, Changes } from '../../tokens/changes.js'
import type { ApplicationList } from './application-list.js'
import type { ApplicationRights } from './application-rights.js'
import type { ApplicationSecrets } from './application-secrets.js'

export type ApplicationSecretChangesDeps = {
  applicationStore: ApplicationStore
  applicationSecrets: ApplicationSecrets
  applicationList: ApplicationList
  applicationRights: ApplicationRights
  changes: Changes
  now: () => number
}

/** Longest overlap of an old and a new secret: time to deploy the new one to all servers of an application; seconds. */
export const longestOverlap = 30 * 86_400

export function createApplicationSecretChanges(deps: ApplicationSecretChangesDeps) {
  const { applicationStore, applicationSecrets, applicationList, applicationRights, changes, now } = deps

  return {
    /**
     * Adds a new secret; the previous one stays valid for the overlap, the one before that ends at once.
     * @returns the secret, which nobody can read again
     * @throws not_found, permission_denied, invalid_fields where the application does not authenticate by a secret
     */
    async rotate(id: string, { overlapSeconds }: { overlapSeconds: number }, actor: Actor): Promise<string> {
      if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > longestOverlap)
        throw refuseField('overlap', 'not_whole_between', { min: 0, max: longestOverlap })
      return changes.run(actor, async (tx, { record, note }) => {
        const { metadata } = await applicationRights.lockOther(tx, id, actor)
        if (!usesSecret(metadata)) throw refuseField('client_secret', 'secret_unused')
        await record('secret_rotated', { subject: id })
        note({ action: 'secret_rotated', subject: id, after: { overlap: overlapSeconds } })
        return applicationSecrets.add(tx, id, overlapSeconds * 1000)
      })
    },

    /**
     * Sets the secret that a file gives, in place of all present ones; part of a larger transaction, which has locked
     * the application.
     * @returns whether the secret is new
     */
    async importSecret(tx: Queries, { record, note }: Change, id: string, secret: string): Promise<boolean> {
      if (await applicationSecrets.holds(tx, id, secret)) return false
      await record('secret_rotated', { subject: id })
      note({ action: 'secret_rotated', subject: id, after: { overlap: 0 } })
      await applicationSecrets.add(tx, id, 0, secret)
      return true
    },

    /** Secrets that are valid now, newest first; each by its last characters. @throws not_found */
    async list(id: string): ReturnType<ApplicationSecrets['list']> {
      await applicationList.require(id)
      return applicationSecrets.list(id)
    },

    /** Ends a secret at once, before its overlap is over. @throws not_found, permission_denied, invalid_fields */
    end: (id: string, secretId: string, actor: Actor): Promise<void> =>
      changes.run(actor, async (tx, { record, note }) => {
        await applicationRights.lockOther(tx, id, actor)
        const live = await applicationStore.liveSecrets(tx, id, now())
        const found = live.find(one => one.id === secretId)
        if (!found) throw refuse('not_found', { problem: problem('unknown_secret') })
        await record('secret_rotated', { subject: id })
        note({ action: 'secret_ended', subject: id, before: { secret_end: found.hint } })
        await applicationSecrets.expire(tx, id, secretId)
      }),
  }
}

export type ApplicationSecretChanges = ReturnType<typeof createApplicationSecretChanges>
