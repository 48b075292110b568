// Exchanges a refresh token of the former service for a session, once. From then on the token stands for a generation
// of that session, and concurrent use, retries and replays are told apart as for refresh tokens of this server
// (policy/rotation.ts): generation 0 where refresh tokens rotate, which the exchange spends; generation 1 where they do
// not, as the client goes on using it.
import type { Actor, Origin } from '../../policy/actor.js'
import { recentFor } from '../../policy/recent-authentication.js'
import { Refusal, refuse } from '../../protocol/errors.js'
import type { Tail } from '../../revocation/tail.js'
import type { Database } from '../../storage/database.js'
import type { InstallationStore } from '../../storage/installation.js'
import type { LegacyTokenRecord, LegacyTokenStore } from '../../storage/legacy-tokens.js'
import { passwordGrant } from '../../storage/session-rows.js'
import type { UserStandingStore } from '../../storage/user-standings.js'
import type { UserStore } from '../../storage/users.js'
import type { Changes } from '../../tokens/changes.js'
import type { LegacyReader, LegacyToken } from '../../tokens/legacy-reader.js'
import type { PresentedClaims, Rotate } from '../../tokens/rotate.js'
import type { MakeSessionTokens, SessionTokens } from '../../tokens/session-tokens.js'
import type { Sessions } from '../devices/sessions.js'
import { type Evidence, EvidenceOutdated, type OpenSession } from '../sign-in/open-session.js'
import type { LegacyCounts } from './legacy-counts.js'
import type { LegacyPeople } from './legacy-people.js'

export type LegacyTokensDeps = {
  reader: LegacyReader
  database: Database
  legacyTokenStore: LegacyTokenStore
  installationStore: InstallationStore
  userStore: UserStore
  people: LegacyPeople
  userStandingStore: UserStandingStore
  openSession: OpenSession
  sessionTokens: MakeSessionTokens
  rotate: Rotate
  sessions: Sessions
  changes: Changes
  counts: LegacyCounts
  tail: Tail
  /** The application that the new sessions belong to. */
  ownApplication: string
  now: () => number
}

/** Rolls the transaction back: a concurrent request has exchanged or revoked the token. */
class Spent extends EvidenceOutdated {}

export function createLegacyTokens(deps: LegacyTokensDeps) {
  const { reader, database, legacyTokenStore, installationStore, userStore, people, userStandingStore } = deps
  const { openSession, sessionTokens, rotate, sessions, changes, counts, tail, ownApplication, now } = deps

  let firstSeq: number | null = null

  /** The log's number when such tokens were first accepted: later ends of everybody's sessions have a higher one. */
  async function seqOfFirst(): Promise<number> {
    firstSeq ??= await installationStore.legacySeq(database)
    if (firstSeq === null) throw refuse('database_unavailable', { retryAfter: 1 })
    return firstSeq
  }

  /**
   * Exchanges a token for a session and its first pair.
   * @throws what LegacyReader throws, token_revoked, token_reused, session_ended, user_inactive, user_unknown,
   *   application_disabled, session_limit_reached, database_unavailable
   */
  async function exchange(token: string, origin: Origin): Promise<Pick<SessionTokens, 'access' | 'refresh'>> {
    const arrivedAt = now()
    const compact = reader.formOf(token)
    try {
      return await exchangeRead(await reader.read(token, compact), origin, arrivedAt)
    } catch (error) {
      if (error instanceof Refusal && error.status < 500) counts.count(error.code)
      throw error
    }
  }

  async function exchangeRead(token: LegacyToken, origin: Origin, arrivedAt: number): Promise<SessionTokens> {
    if (!tail.isFresh()) await tail.readIfOld()
    const known = await legacyTokenStore.find(database, token.hash)
    const presented = known && presentedBy(token, known)
    if (presented) return again(presented, origin, arrivedAt)
    try {
      const opened = await openSession(await evidenceOf(token), ownApplication, {
        device: { deviceProof: null },
        origin,
        grant: passwordGrant,
        succeeds: true,
        action: 'legacy_token_exchanged',
      })
      counts.count('exchanged')
      const { rotate_refresh_tokens: rotates } = opened.eras.of(opened.standing.session)
      return sessionTokens(opened, { withRefresh: rotates })
    } catch (error) {
      if (!(error instanceof EvidenceOutdated)) throw error
      const present = error instanceof Spent ? await legacyTokenStore.find(database, token.hash) : null
      const spentFor = present && presentedBy(token, present)
      if (spentFor) return again(spentFor, origin, arrivedAt)
      throw (await whyNot(token)) ?? refuse('database_unavailable', { retryAfter: 1 })
    }
  }

  async function again(presented: PresentedClaims, origin: Origin, arrivedAt: number): Promise<SessionTokens> {
    const tokens = await rotate.spend(presented, ownApplication, origin, { arrivedAt })
    counts.count('again')
    return tokens
  }

  /**
   * The session and generation that an exchanged token stands for, or null where it was not exchanged.
   * @throws token_claims, token_revoked
   */
  function presentedBy({ userId }: LegacyToken, row: LegacyTokenRecord): PresentedClaims | null {
    if (row.userId !== null && row.userId !== userId) throw refuse('token_claims')
    if (row.endedAt !== null) throw refuse('token_revoked')
    if (row.sessionId === null) return null
    return { sid: row.sessionId, gen: row.generation, sub: String(userId), client_id: ownApplication }
  }

  async function evidenceOf({ hash, userId, issuedAt, expiresAt }: LegacyToken): Promise<Evidence> {
    return {
      userId,
      seq: await seqOfFirst(),
      // The former service's rotation renews `iat`: a recent one does not prove that the password was typed recently.
      authenticatedAt: Math.min(issuedAt, now() - recentFor * 1_000),
      async stillHolds(tx, user) {
        // An end of all of this user's sessions here includes tokens of the former service, whenever that was.
        if (user.endedSeq > 0 || !(await people.cameWithId(tx, user))) return false
        const row = await legacyTokenStore.lock(tx, hash)
        if (row && (row.endedAt !== null || row.sessionId !== null)) throw new Spent()
        return true
      },
      async spend(tx, session, eras) {
        const generation = eras.of(session).rotate_refresh_tokens ? 0 : 1
        const by = { userId, exchangedAt: now(), sessionId: session.id, generation }
        if (!(await legacyTokenStore.exchange(tx, { hash, expiresAt }, by))) throw new Spent()
      },
    }
  }

  /** Why a well-formed, unspent token cannot be exchanged; null where it can. */
  async function whyNot({ userId }: LegacyToken): Promise<Refusal | null> {
    const user = await userStore.find(database, userId)
    if (!user || user.deletedAt !== null) return refuse('user_unknown')
    if (!user.active) return refuse('user_inactive')
    if (user.endedSeq === 0 && !(await people.cameWithId(database, user))) return refuse('user_unknown')
    const standing = await userStandingStore.of(database, user, ownApplication)
    if (!standing?.application.active) return refuse('application_disabled')
    const { ended } = standing
    const isOver = user.endedSeq > 0 || (await seqOfFirst()) < Math.max(ended.application, ended.log)
    return isOver ? refuse('session_ended') : null
  }

  /** Checks whether the token would be accepted now, without changes. @throws as `exchange` */
  async function check(token: string): Promise<void> {
    const found = await reader.read(token, reader.formOf(token))
    if (!tail.isFresh()) await tail.readIfOld()
    const row = await legacyTokenStore.find(database, found.hash)
    const presented = row && presentedBy(found, row)
    if (presented) {
      await rotate.check(presented)
      return
    }
    const refusal = await whyNot(found)
    if (refusal) throw refusal
  }

  /**
   * Ends the session that the token was exchanged for, or prevents an exchange.
   * @throws what LegacyReader throws, token_revoked, session_ended
   */
  async function blacklist(token: string, origin: Origin): Promise<void> {
    const found = await reader.read(token, reader.formOf(token))
    const { hash, userId, expiresAt } = found
    const actor: Actor = { name: `user:${userId}`, origin, credential: null }
    const spent = await changes.run(actor, async (tx, { note }) => {
      // A concurrent exchange holds this lock until its session is written: one of the two sees the result of the
      // other.
      await userStore.lock(tx, userId)
      const row = await legacyTokenStore.lock(tx, hash)
      if (row && (row.endedAt !== null || row.sessionId !== null)) return row
      await legacyTokenStore.end(tx, { hash, userId, expiresAt }, now())
      note({ action: 'legacy_token_ended', subject: String(userId) })
      return null
    })
    const presented = spent && presentedBy(found, spent)
    if (!presented) return
    try {
      await sessions.end(presented.sid, userId, actor, 'sign_out')
    } catch (error) {
      throw error instanceof Refusal && error.code === 'not_found' ? refuse('session_ended') : error
    }
  }

  return { exchange, check, blacklist }
}

export type LegacyTokens = ReturnType<typeof createLegacyTokens>
