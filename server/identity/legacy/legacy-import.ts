// Import of the former service's list of refresh tokens, and of its blacklist. A second import changes nothing.
import type { Actor } from '../../policy/actor.js'
import { Refusal } from '../../protocol/errors.js'
import type { Database } from '../../storage/database.js'
import type { LegacyTokenStore, ListedLegacyToken } from '../../storage/legacy-tokens.js'
import type { Changes } from '../../tokens/changes.js'
import { hashOfJti } from '../../tokens/legacy-reader.js'
import type { Sessions } from '../devices/sessions.js'
import { legacyTokensKept } from './legacy-status.js'

/** A refresh token on the former service's list. `expiresAt` is epoch ms. */
export type OutstandingToken = { jti: string; userId: number | null; expiresAt: number }

export type LegacyImportDeps = {
  database: Database
  legacyTokenStore: LegacyTokenStore
  sessions: Sessions
  changes: Changes
  ownApplication: string
  now: () => number
}

export function createLegacyImport(deps: LegacyImportDeps) {
  const { database, legacyTokenStore, sessions, changes, ownApplication, now } = deps

  async function endSession(id: string, actor: Actor): Promise<boolean> {
    try {
      await sessions.end(id, null, actor, 'session_ended', 'its token stood on the blacklist of the former service')
      return true
    } catch (error) {
      if (error instanceof Refusal && error.code === 'not_found') return false
      throw error
    }
  }

  return {
    hashOf: hashOfJti,

    /** Whether a token is refused for its `exp` anyway, so that it need not be imported. */
    isOver: (expiresAt: number): boolean => expiresAt <= now() - legacyTokensKept,

    /** Imports some hundred tokens at a time. @returns how many were new */
    list(tokens: readonly OutstandingToken[]): Promise<number> {
      const listedAt = now()
      const rows = tokens.map(({ jti, ...token }): ListedLegacyToken => ({ ...token, hash: hashOfJti(jti), listedAt }))
      return legacyTokenStore.list(database, rows)
    },

    /**
     * Blacklists some hundred tokens at a time, once they are listed. One that was exchanged meanwhile should not have
     * been: its session ends.
     */
    async end(hashes: readonly string[], actor: Actor): Promise<{ ended: number; sessions: number }> {
      const ended = await legacyTokenStore.endAll(database, hashes, now())
      let count = 0
      if (hashes.length > 0)
        for (const { sessionId } of await legacyTokenStore.some(database, hashes))
          if (sessionId !== null && (await endSession(sessionId, actor))) count++
      return { ended, sessions: count }
    },

    /** Writes the result of an import to the audit log. */
    note: (came: { listed: number; blacklisted: number }, actor: Actor): Promise<void> =>
      changes.run(actor, async (_, { note }) =>
        note({ action: 'legacy_tokens_imported', subject: ownApplication, after: came }),
      ),
  }
}

export type LegacyImport = ReturnType<typeof createLegacyImport>
