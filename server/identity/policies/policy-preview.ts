// Preview of what a change of the policy would end. With any number of sessions the response is quick: they are counted
// exactly up to ten thousand.
import { setImmediate } from 'node:timers/promises'
import { type Eras, foldEras, withOverrides } from '../../policy/eras.js'
import type { Policy, PolicyName } from '../../policy/policies.js'
import type { NextVersion } from '../../policy/policy-change.js'
import {
  type Ending,
  type EndReason,
  endedByChange,
  leastLimit,
  tightenings,
  type Unaffected,
  unaffectedBy,
} from '../../policy/policy-preview.js'
import type { PolicyApply, PolicyVersion } from '../../policy/policy-version.js'
import { accessSpans } from '../../policy/session.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { Database } from '../../storage/database.js'
import type { DeviceStore } from '../../storage/devices.js'
import type { SessionSurveyStore } from '../../storage/session-surveys.js'
import { grouped } from '../../storage/statement.js'
import type { UserStore } from '../../storage/users.js'

/** A count; `more`: at least that many. */
export type Count = { count: number; more: boolean }

export type EndingSession = { id: string; userId: number; username: string; device: string | null; reason: EndReason }

export type Ends = { sessions: Count; users: Count } & Record<EndReason, Count>

export type PolicyPreview = {
  /** The version that the preview is computed from. */
  version: number
  apply: PolicyApply
  /** Values that would differ for sessions opened afterwards. */
  changes: { name: PolicyName; before: Policy[PolicyName]; after: Policy[PolicyName] }[]
  /** Values that are given, but equal to the present ones. */
  unchanged: PolicyName[]
  /** Sessions that would be refused at their next refresh if it came now, and are not without the change. */
  ends: Ends
  /** Sessions whose access token would become stale at once; null where none would. */
  staleAccessTokens: Count | null
  /** Some of the ending sessions; null for an actor who may not see sessions. */
  sample: EndingSession[] | null
  stays: Unaffected[]
}

export type PolicyPreviewDeps = {
  database: Database
  sessionSurveyStore: SessionSurveyStore
  userStore: UserStore
  deviceStore: DeviceStore
  policy: PolicyInForce
  now: () => number
}

const countedUpTo = 10_000
const sampleSize = 20
/** How many rows one statement scans, and of how many users it reads all sessions. */
const batchSize = 2_000
const usersAtOnce = 100
/** How many sessions of nearLimit users (near a session limit) are examined, whether they end or not. */
const mostLookedAt = 200_000

type Found = { endings: Ending[]; more: boolean }

export function createPolicyPreview(deps: PolicyPreviewDeps) {
  const { database, sessionSurveyStore, userStore, deviceStore, policy, now } = deps

  return {
    /** Sessions that would end at their next refresh under other rules, and would not under the present ones. */
    async ends(before: Eras, after: Eras): Promise<Ends> {
      const { endings, more } = await findEndings(before, after, now())
      return countsOf(endings, more)
    },

    /**
     * @param inUse the versions that sessions are judged by now
     * @param withSample also return some of the ending sessions, with their owners
     */
    async preview(
      inUse: readonly PolicyVersion[],
      { next, eras }: NextVersion,
      withSample: boolean,
    ): Promise<PolicyPreview> {
      const { overrides } = policy.eras()
      const before = foldEras(inUse, overrides)
      const after = withOverrides(eras, overrides)
      const at = now()
      const { endings, more } = await findEndings(before, after, at)
      const differing = next.changed.filter(name => before.latest[name] !== next.policy[name])
      return {
        version: before.version,
        apply: next.apply,
        changes: differing.map(name => ({ name, before: before.latest[name], after: next.policy[name] })),
        unchanged: next.changed.filter(name => !differing.includes(name)),
        ends: countsOf(endings, more),
        staleAccessTokens: next.apply === 'now' ? await countStale(before, at) : null,
        sample: withSample ? await describe(sampleOf(endings)) : null,
        stays: unaffectedBy(next, before),
      }
    },
  }

  async function findEndings(before: Eras, after: Eras, at: number): Promise<Found> {
    const nearLimit = await endingsOfUsersNearLimit(before, after, at)
    const others = await endingsOfOthers(before, after, at, nearLimit.userIds)
    return { endings: [...nearLimit.endings, ...others.endings], more: nearLimit.more || others.more }
  }

  /** Ends for users who may be over a session limit, before or after: all of their sessions are compared. */
  async function endingsOfUsersNearLimit(
    before: Eras,
    after: Eras,
    at: number,
  ): Promise<Found & { userIds: Set<number> }> {
    const endings: Ending[] = []
    const userIds = new Set<number>()
    const least = leastLimit(before, after)
    if (least === Infinity) return { endings, userIds, more: false }
    let lookedAt = 0
    for await (const stretch of sessionSurveyStore.byUser(database, batchSize)) {
      const nearLimit = await sessionSurveyStore.nearLimit(database, stretch, least)
      for (const userId of nearLimit) userIds.add(userId)
      for (let begin = 0; begin < nearLimit.length; begin += usersAtOnce) {
        const sessions = await sessionSurveyStore.ofUsers(database, nearLimit.slice(begin, begin + usersAtOnce), at)
        for (const open of grouped(sessions, session => session.userId).values())
          endings.push(...endedByChange(open, before, after, at))
        lookedAt += sessions.length
        await setImmediate()
        if (endings.length > countedUpTo || lookedAt > mostLookedAt) return { endings, userIds, more: true }
      }
    }
    return { endings, userIds, more: false }
  }

  /** Ends for all other users: each session is judged alone. */
  async function endingsOfOthers(
    before: Eras,
    after: Eras,
    at: number,
    nearLimit: ReadonlySet<number>,
  ): Promise<Found> {
    const endings: Ending[] = []
    const tightened = tightenings(before, after)
    if (tightened.length === 0) return { endings, more: false }
    for await (const stretch of sessionSurveyStore.byId(database, batchSize)) {
      for (const session of await sessionSurveyStore.outliving(database, stretch, tightened, at))
        if (!nearLimit.has(session.userId)) endings.push(...endedByChange([session], before, after, at))
      if (endings.length > countedUpTo) return { endings, more: true }
    }
    return { endings, more: false }
  }

  async function countStale(before: Eras, at: number): Promise<Count> {
    const spans = accessSpans(before)
    let found = 0
    for await (const stretch of sessionSurveyStore.byId(database, batchSize)) {
      found += await sessionSurveyStore.withAccess(database, stretch, spans, at)
      if (found > countedUpTo) break
    }
    return capped(found)
  }

  async function describe(sample: readonly Ending[]): Promise<EndingSession[]> {
    const usernames = new Map(
      (await userStore.some(database, [...new Set(sample.map(one => one.session.userId))])).map(user => [
        user.id,
        user,
      ]),
    )
    return Promise.all(
      sample.map(async ({ session: { id, userId, deviceId }, reason }) => ({
        id,
        userId,
        username: usernames.get(userId)?.username ?? '',
        reason,
        device: (await deviceStore.find(database, deviceId))?.name ?? null,
      })),
    )
  }
}

export type PolicyPreviews = ReturnType<typeof createPolicyPreview>

/** Counts by reason of everything found; `more` where the search was cut off. */
function countsOf(endings: readonly Ending[], more: boolean): Ends {
  const count = (found: number): Count => ({ ...capped(found), ...(more && { more: true }) })
  const of = (reason: EndReason) => count(endings.filter(one => one.reason === reason).length)
  return {
    sessions: count(endings.length),
    users: count(new Set(endings.map(one => one.session.userId)).size),
    idle: of('idle'),
    absolute: of('absolute'),
    limit: of('limit'),
  }
}

function capped(found: number): Count {
  return { count: Math.min(found, countedUpTo), more: found > countedUpTo }
}

/** Some sessions of each reason, as far as there are any. */
function sampleOf(endings: readonly Ending[]): Ending[] {
  const byReason = [...grouped(endings, one => one.reason).values()]
  const turns = Array.from({ length: sampleSize }, (_, turn) => byReason.flatMap(found => found[turn] ?? []))
  return turns.flat().slice(0, sampleSize)
}
