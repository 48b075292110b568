// Binds the database to one issuer. Tokens of another issuer are refused: servers of two issuers on one database would
// sign each other's users out.
import type { Actor } from '../policy/actor.js'
import type { Database } from '../storage/database.js'
import type { HeartbeatStore } from '../storage/heartbeats.js'
import type { InstallationStore } from '../storage/installation.js'
import type { Changes } from '../tokens/changes.js'

export type IssuerClaimDeps = {
  database: Database
  installationStore: InstallationStore
  heartbeatStore: HeartbeatStore
  changes: Changes
  now: () => number
}

/** A server whose heartbeat is younger than this runs (it writes one each second); ms. */
const beatsWithin = 5_000

export function createIssuerClaim({ database, installationStore, heartbeatStore, changes, now }: IssuerClaimDeps) {
  return {
    /** The database's issuer; null until a server has started. */
    show: (): Promise<string | null> => installationStore.issuer(database),

    /** At the start of a server: the first one sets the issuer. @throws Error when the database has another one */
    async claim(own: string): Promise<void> {
      if ((await installationStore.issuer(database)) === null) await installationStore.claim(database, own)
      const known = await installationStore.issuer(database)
      if (known !== own)
        throw new Error(
          `the database belongs to the issuer ${known}, and the ISSUER of this server is ${own}: each refuses the tokens of the other. ` +
            `Set ISSUER=${known}; or, if it is to be another from now on, stop every server and run: darvoza issuer set ${own} --yes`,
        )
    },

    /**
     * Changes the issuer for the next start of each server; signed-in users must sign in again.
     * @returns the previous one
     * @throws Error while a server runs, which would go on issuing tokens that the next one refuses
     */
    set(issuer: string, actor: Actor): Promise<string | null> {
      return changes.run(actor, async (tx, { note }) => {
        const before = await installationStore.issuer(tx)
        if (before === issuer) return before
        if (now() - (await heartbeatStore.last(tx)) < beatsWithin)
          throw new Error('a server runs on this database, or has until a moment ago: stop every server first')
        if (before === null) await installationStore.claim(tx, issuer)
        else await installationStore.setIssuer(tx, issuer)
        note({ action: 'issuer_changed', subject: issuer, before: { issuer: before }, after: { issuer } })
        return before
      })
    },
  }
}

export type IssuerClaim = ReturnType<typeof createIssuerClaim>
