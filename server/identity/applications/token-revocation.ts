// Token revocation by applications (RFC 7009): a refresh token ends its session, an access token is revoked alone.
import type { Origin } from '../../policy/actor.js'
import { apiKeyPrefix } from '../../policy/api-key.js'
import type { AccessClaims, RefreshClaims } from '../../protocol/claims.js'
import { Refusal, refuse } from '../../protocol/errors.js'
import type { Database } from '../../storage/database.js'
import type { RevocationStore } from '../../storage/revocations.js'
import type { Changes } from '../../tokens/changes.js'
import type { AnyToken, Inspect } from '../../tokens/inspect.js'
import type { Sessions } from '../devices/sessions.js'
import type { Quota } from '../quota.js'

/** Log entries for single tokens that an application may have at most: every verifier holds them all in memory. */
const mostLive = 10_000
/** Seconds until a client may retry: entries expire by themselves. */
const retryAfter = 60

export type TokenRevocationDeps = {
  database: Database
  revocationStore: RevocationStore
  inspect: Inspect
  sessions: Pick<Sessions, 'end'>
  changes: Changes
  personQuota: Quota
  now: () => number
}

export function createTokenRevocation(deps: TokenRevocationDeps) {
  const { database, revocationStore, inspect, sessions, changes, personQuota, now } = deps

  /** The token, or null where it is unknown or expired: then it counts as revoked already (RFC 7009 §2.2). */
  async function findLive(token: string): Promise<AnyToken | null> {
    try {
      return await inspect.issued(token)
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return null
      throw error
    }
  }

  /** Ends the session of a refresh token, also of a spent one: a sign-out must not fail for being late. */
  async function endSession({ sid, sub }: RefreshClaims, origin: Origin): Promise<void> {
    try {
      await sessions.end(sid, Number(sub), { name: `user:${Number(sub)}`, origin, credential: null }, 'sign_out')
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'not_found')) throw error
    }
  }

  async function endToken({ jti, client_id, sid, sub }: AccessClaims, origin: Origin): Promise<void> {
    // A user of a public application can get any number of tokens, and revoke them in its name.
    if (sid !== undefined) await personQuota(`${client_id} ${sub}`)
    const name = `application:${client_id}` as const
    const live = await revocationStore.countLiveTokens(database, name, now(), mostLive)
    if (live >= mostLive) throw refuse('too_many_revocations', { retryAfter })
    await changes.run({ name, origin, credential: null }, (_, { record }) => record('token_revoked', { subject: jti }))
  }

  return {
    /**
     * @param applicationId of one that has proven to be it
     * @throws invalid_grant (another one's token), unsupported_token_type, too_many_revocations, database_unavailable
     */
    async revoke(token: string, applicationId: string, origin: Origin): Promise<void> {
      // RFC 7009 §2.2.1. An API key is created by a user, not issued to an application: only users end it, and whether
      // it exists is not revealed.
      if (token.startsWith(apiKeyPrefix)) throw refuse('unsupported_token_type')
      const found = await findLive(token)
      if (!found) return
      // RFC 7009 §2.1: a token that was issued to another application is refused.
      if (found.claims.client_id !== applicationId) throw refuse('invalid_grant')
      if (found.kind === 'refresh') await endSession(found.claims, origin)
      else await endToken(found.claims, origin)
    },
  }
}

export type TokenRevocation = ReturnType<typeof createTokenRevocation>
