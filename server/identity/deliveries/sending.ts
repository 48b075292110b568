// Sends the logout tokens that are due: for each application one worker at a time takes a few rows, each under a lease of its
// own, sends them, and writes down the outcome. After a crash in between a token is sent again, with the same `jti`
// (at-least-once delivery).
import { setImmediate } from 'node:timers/promises'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { Database } from '../../storage/database.js'
import type { DeliveryRecord, DeliveryStore, Outcome } from '../../storage/deliveries.js'
import type { Count } from '../../tokens/counters.js'
import { type Attempted, type Attempts, attemptTimeout, isDown } from './attempt.js'

type Line = (details: object, message: string) => void

export type SendingDeps = {
  database: Database
  deliveryStore: DeliveryStore
  applications: ApplicationsInForce
  attempts: Attempts
  count: Count
  random: (size: number) => Buffer
  now: () => number
  /** A monotonic clock, ms. */
  monotonic: () => number
  /** Runs work in the background, which no caller waits for. */
  afterwards: (work: () => Promise<void>) => void
  log: { info: Line; warn: Line }
}

/** Concurrent requests to one application. */
const atOnce = 10
/** How many applications one server sends to at once. */
const mostApplications = 16
/** How many of these may be unreachable ones: each is busy until its timeout. */
const mostDown = 12
/** How long one application is served before others have their turn, in ms. */
const turn = 10_000
/** How long a row that is being sent stays taken, in ms. */
const lease = 30_000
/** How long a row is tried, in ms, and how often at least. */
const day = 86_400_000
const leastAttempts = 3
const hour = 3_600_000
/** Delay after the first failure, in ms; it doubles with each further one. */
const firstWait = 10_000
/** Longest pause of an application that cannot be reached, in ms. */
const longestPause = 120_000
const giveUpBatch = 500
const forgetBatch = 500

type Pause = { until: number; length: number }
type Sent = Attempted & { row: DeliveryRecord }

export function createSending(deps: SendingDeps) {
  const { database, deliveryStore, applications, attempts, count, random, now, monotonic, afterwards, log } = deps
  const working = new Set<string>()
  /** Applications that could not be reached lately, with their backoff. */
  const pauses = new Map<string, Pause>()
  let stopped = false

  async function work(applicationId: string): Promise<void> {
    const until = monotonic() + turn
    while (!stopped && monotonic() < until) {
      const sent = await sendSome(applicationId)
      if (sent.length === 0) return
      if (sent.every(isDown)) return pause(applicationId, sent[0]!)
      resume(applicationId)
    }
  }

  async function sendSome(applicationId: string): Promise<Sent[]> {
    const begun = monotonic()
    const at = now()
    const taker = random(12).toString('hex')
    const taken = { now: at, until: at + lease, taker, limit: atOnce }
    const rows = await deliveryStore.take(database, applicationId, taken)
    const application = await applications.meet(applicationId)
    // Where this process was suspended meanwhile, another server may hold the lease by now.
    if (rows.length === 0 || monotonic() - begun > lease - 2 * attemptTimeout) return []
    const sent = await Promise.all(
      rows.map(async row => ({ row, ...(await attempts.attempt(application, tokenTerms(row))) })),
    )
    await settle(sent, taker)
    return sent
  }

  async function settle(sent: readonly Sent[], taker: string): Promise<void> {
    const groups = new Map<string, { outcome: Outcome; ids: string[] }>()
    for (const one of sent) {
      const outcome = outcomeOf(one)
      const key = JSON.stringify(outcome)
      const group = groups.get(key) ?? { outcome, ids: [] }
      group.ids.push(one.row.id)
      groups.set(key, group)
    }
    for (const { outcome, ids } of groups.values()) {
      await deliveryStore.settle(database, ids, taker, outcome)
      if (outcome.state === 'sent') count('logouts_sent', ids.length)
      else count('logout_failures', ids.length)
      if (outcome.state === 'gave_up') count('logouts_given_up', ids.length)
    }
  }

  function outcomeOf({ row, failure, status }: Sent): Outcome {
    const at = now()
    if (failure === null) return { state: 'sent', doneAt: at, failure, status }
    // Without an address there is nothing to retry. After a downtime of this server a row still gets its least number
    // of attempts.
    if (failure === 'NO_URI' || (at - row.since >= day && row.attempts >= leastAttempts))
      return { state: 'gave_up', doneAt: at, failure, status }
    return { nextAt: at + Math.min(hour, firstWait * 2 ** Math.min(row.attempts - 1, 20)), failure, status }
  }

  /** Pauses the whole application, longer each time (backoff): its deliveries need not time out one by one. */
  async function pause(applicationId: string, { failure, status }: Sent): Promise<void> {
    const before = pauses.get(applicationId)
    const length = Math.min(longestPause, before ? before.length * 2 : firstWait)
    pauses.set(applicationId, { until: now() + length, length })
    if (!before)
      log.warn({ application: applicationId, failure, status }, 'logout tokens cannot be delivered to an application')
    if (length < longestPause && failure !== 'NO_URI') return
    // Deliveries that are older than a day and were not attempted during the pause count as failed.
    const at = now()
    const given = {
      before: failure === 'NO_URI' ? at : at - day,
      now: at,
      limit: giveUpBatch,
      outcome: { failure, status },
    }
    for (let many = giveUpBatch; many === giveUpBatch; ) {
      many = await deliveryStore.giveUp(database, applicationId, given)
      count('logouts_given_up', many)
    }
  }

  function resume(applicationId: string): void {
    if (pauses.delete(applicationId))
      log.info({ application: applicationId }, 'logout tokens can be delivered to an application again')
  }

  async function begin(): Promise<void> {
    if (stopped) return
    for (const applicationId of await deliveryStore.dueApplications(database, now())) {
      if (working.size >= mostApplications) return
      const pause = pauses.get(applicationId)
      if (working.has(applicationId) || (pause?.until ?? 0) > now()) continue
      // Unreachable applications, however long they have waited, must not take the places of reachable ones.
      if (pause && [...working].filter(id => pauses.has(id)).length >= mostDown) continue
      working.add(applicationId)
      afterwards(() => work(applicationId).finally(() => working.delete(applicationId)))
    }
  }

  return {
    /** Starts sending what is due, and does not wait for it. No query where no application has back-channel logout. */
    async run(): Promise<void> {
      if (applications.hasLogoutUris()) await begin()
    },

    /**
     * Starts sending also to applications whose back-channel logout was removed: those deliveries are given up. Deletes
     * rows older than an instant.
     */
    async purge(before: number): Promise<void> {
      await begin()
      while ((await deliveryStore.forget(database, before, forgetBatch)) === forgetBatch) await setImmediate()
    },

    /** Ends the pause of an application, for an administrator who retries a delivery. */
    retryNow(applicationId: string): void {
      const pause = pauses.get(applicationId)
      if (pause) pauses.set(applicationId, { ...pause, until: 0 })
    },

    /** Starts nothing new; pending requests are finished behind `afterwards`. */
    stop(): void {
      stopped = true
    },
  }
}

export type Sending = ReturnType<typeof createSending>

/** Claims of the logout token, alike for each attempt: an application detects a repeated token by its `jti` (§2.4). */
function tokenTerms({ id, round, sessionId, userId }: DeliveryRecord) {
  return { jti: round === 0 ? id : `${id}.${round}`, sid: sessionId, sub: String(userId) }
}
