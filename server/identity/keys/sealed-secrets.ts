// The server's own secrets: revoked when they may have leaked, and sealed anew (encrypted) when SECRET_KEY changes.
import type { Actor } from '../../policy/actor.js'
import { type RevocableSecret, ticketKeyLife } from '../../policy/key-life.js'
import type { Queries } from '../../storage/database.js'
import type { KeyStore } from '../../storage/keys.js'
import type { Change } from '../../tokens/changes.js'
import { privateKeyOf } from '../../tokens/key-pairs.js'
import type { Sealing } from '../../tokens/sealing.js'
import { type Secrets, secretOf } from '../../tokens/secrets.js'
import type { KeyChange } from './key-change.js'

export type Resealed = { resealed: number; untouched: number }

export type SealedSecretsDeps = {
  keyStore: KeyStore
  change: KeyChange
  sealing: Sealing
  secrets: Pick<Secrets, 'present'>
  random: (size: number) => Buffer
  now: () => number
}

export function createSealedSecrets({ keyStore, change, sealing, secrets, random, now }: SealedSecretsDeps) {
  return {
    /**
     * Everything signed with the secret is void from now on. `refresh`: all sessions end; `device`: device tokens no
     * longer prove a device, which ends no session.
     * @returns the version of the new secret
     * @throws permission_denied
     */
    revoke(purpose: RevocableSecret, actor: Actor): Promise<number> {
      const work = async (tx: Queries, { record, note }: Change) => {
        const before = (await keyStore.secrets(tx)).filter(secret => secret.purpose === purpose).at(-1)!.version
        const next = { purpose, version: before + 1 }
        await keyStore.insertSecret(tx, { ...next, sealed: sealing.seal(random(32), secretOf(next)), createdAt: now() })
        await keyStore.deleteSecretsBefore(tx, purpose, next.version)
        if (purpose === 'refresh') await record('refresh_key_revoked', { subject: '' })
        note({ action: 'key_revoked', subject: purpose, before: { version: before }, after: { version: next.version } })
        return next.version
      }
      // A revoked refresh secret ends all sessions, also of users with more rights than changing keys.
      return change(actor, work, purpose === 'refresh' ? 'everything' : undefined)
    },

    /** Rotates the key that seals tickets, once a month. Many servers may call it at once: one does it. */
    async renewTicketKey(): Promise<void> {
      const isDue = ({ createdAt }: { createdAt: number }) => now() - createdAt >= ticketKeyLife
      if (!isDue(secrets.present('ticket'))) return
      await change('system', async (tx, { note }) => {
        const former = (await keyStore.secrets(tx)).filter(({ purpose }) => purpose === 'ticket').at(-1)!
        if (!isDue(former)) return
        const next = { purpose: 'ticket', version: former.version + 1 } as const
        await keyStore.insertSecret(tx, { ...next, sealed: sealing.seal(random(32), secretOf(next)), createdAt: now() })
        // The former key still opens tickets that it has sealed, until they expire (tokens/ticket.ts).
        await keyStore.deleteSecretsBefore(tx, 'ticket', former.version)
        note({ action: 'key_made', subject: 'ticket', after: { version: next.version } })
      })
    },

    /**
     * Seals under the present SECRET_KEY what the previous one sealed, all of it or nothing; a second call changes
     * nothing.
     */
    reseal(actor: Actor): Promise<Resealed> {
      return change(actor, async (tx, { note }) => {
        const sealed = await everything(tx)
        const old = sealed.filter(one => !sealing.isPresent(one.sealed, one.name))
        for (const { name, sealed, save } of old) await save(sealing.seal(sealing.open(sealed, name), name))
        if (old.length > 0) note({ action: 'secrets_resealed', subject: 'all', after: { count: old.length } })
        return { resealed: old.length, untouched: sealed.length - old.length }
      })
    },
  }

  async function everything(tx: Queries) {
    const pairs = (await keyStore.list(tx))
      .filter(({ sealedPrivateKey }) => sealedPrivateKey !== '')
      .map(({ kid, sealedPrivateKey: sealed }) => ({
        name: privateKeyOf(kid),
        sealed,
        save: (resealedText: string) => keyStore.update(tx, kid, { sealedPrivateKey: resealedText }),
      }))
    const secrets = (await keyStore.secrets(tx)).map(({ purpose, version, sealed }) => ({
      name: secretOf({ purpose, version }),
      sealed,
      save: (resealedText: string) => keyStore.reseal(tx, { purpose, version, sealed: resealedText }),
    }))
    return [...pairs, ...secrets]
  }
}

export type SealedSecrets = ReturnType<typeof createSealedSecrets>
