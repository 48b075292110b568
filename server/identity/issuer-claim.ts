// Whose database this is. Tokens name their issuer, and another one refuses them: servers of two issuers on one database would
// sign each other's people out.
import type { Actor } from '../policy/actor.js'
import type { Database } from '../storage/database.js'
import type { Installation } from '../storage/installation.js'
import type { Revoke } from '../tokens/revoke.js'

export type IssuerClaimDeps = { database: Database; installation: Installation; revoke: Revoke }

export function createIssuerClaim({ database, installation, revoke }: IssuerClaimDeps) {
  return {
    /** null until a server has started. */
    show: (): Promise<string | null> => installation.issuer(database),

    /** At the start of a server: the first one says whose database it is. @throws Error when it is another's */
    async claim(own: string): Promise<void> {
      if ((await installation.issuer(database)) === null) await installation.claim(database, own)
      const known = await installation.issuer(database)
      if (known !== own)
        throw new Error(
          `the database belongs to the issuer ${known}, and the ISSUER of this server is ${own}: each refuses the tokens of the other. ` +
            `Set ISSUER=${known}; or, if it is to be another from now on, stop every server and run: darvoza issuer set ${own} --yes`,
        )
    },

    /** From the next start of each server on; who is signed in signs in again. @returns the one before */
    set(issuer: string, actor: Actor): Promise<string | null> {
      return revoke.transaction(actor, async (tx, { note }) => {
        const before = await installation.issuer(tx)
        if (before === issuer) return before
        if (before === null) await installation.claim(tx, issuer)
        else await installation.setIssuer(tx, issuer)
        note({ action: 'issuer_changed', subject: issuer, before: { issuer: before }, after: { issuer } })
        return before
      })
    },
  }
}

export type IssuerClaim = ReturnType<typeof createIssuerClaim>
