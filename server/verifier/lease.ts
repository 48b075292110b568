// The lease: while it is valid, every revocation of more than two seconds ago is in the mirror. It is renewed by asking
// the server for the log's number; an answer counts once the mirror has reached that number, and from when the request
// was sent.
import { isJsonObject, parseStrictJson } from '../protocol/json.js'
import { type LeaseAnswer, type LeaseRequest, leaseTime, positionText } from '../protocol/log/feed.js'
import { type AccessToken, errorIn } from './access-token.js'
import type { Instant, VerifierClock } from './clock.js'
import type { Requests } from './requests.js'
import type { Revocations } from './revocations.js'
import { version } from './version.js'

const interval = 500
/** Timeout of a request, in ms: a later answer is hardly of use. */
const timeout = 1_500
/** How many requests may be under way: one that hangs does not delay the next. */
const mostAtOnce = 4
/**
 * For how many ticks the mirror may lack numbers of answers before the stream counts as dead, at first and after
 * that.
 */
const tickLimits = { first: 3, again: 10 }

export type LeaseDeps = {
  name: string
  requests: Pick<Requests, 'send'>
  accessToken: AccessToken
  revocations: Pick<Revocations, 'log' | 'position' | 'at'>
  clock: VerifierClock
  keysFetchedAt: () => number | null
  begun: (of: { log: string; seq: number }) => void
  over: () => void
  /** Called when the mirror stays behind. */
  behind: () => void
  failed: (error: Error) => void
}

type Answered = LeaseAnswer & { sentAt: Instant }

export function createLease(deps: LeaseDeps) {
  const { name, requests, accessToken, revocations, clock, keysFetchedAt, begun, over, behind, failed } = deps
  let held: Answered | null = null
  /** Answers whose number the mirror has not reached yet. */
  let waiting: Answered[] = []
  let underWay = 0
  let ticksBehind = 0
  let wasValid = false
  let timer: NodeJS.Timeout | undefined
  const counts = { renewed: 0, failed: 0 }

  const isLive = ({ sentAt, lease_ms: span }: Answered) => clock.elapsed(sentAt) < span

  /** May be called at any time: it raises no event. */
  const isValid = () => held !== null && isLive(held)

  /** Raises the events when the lease begins or is over. */
  function watch(): boolean {
    const valid = isValid()
    if (valid === wasValid) return valid
    wasValid = valid
    if (valid) begun({ log: held!.log, seq: held!.seq })
    else over()
    return valid
  }

  async function renew(): Promise<void> {
    if (underWay >= mostAtOnce) return
    underWay++
    let token = ''
    try {
      token = await accessToken.get()
      const answer = await ask(token)
      counts.renewed++
      clock.take(answer.sentAt, answer.now)
      waiting.push(answer)
      apply()
    } catch (error) {
      if (error instanceof Unauthorized) accessToken.refused(token)
      counts.failed++
      failed(new Error('the lease was not renewed', { cause: error }))
    } finally {
      underWay--
    }
  }

  async function ask(token: string): Promise<Answered> {
    const at = revocations.at()
    const fetchedAt = keysFetchedAt()
    const request: LeaseRequest = {
      verifier: name,
      applied: at === null ? '' : positionText(at),
      version,
      ...(fetchedAt !== null && { keys_fetched_at: Math.floor(fetchedAt / 1_000) }),
    }
    const headers = {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      Authorization: `Bearer ${token}`,
    }
    // The number in the answer includes everything that was answered before this instant.
    const sentAt = clock.instant()
    const body = JSON.stringify(request)
    const { status, text } = await requests.send('/revocations/lease', { method: 'POST', headers, body, timeout })
    if (status === 401) throw new Unauthorized('the server takes the access token no more')
    if (status !== 200) throw new Error(`the server answered ${status} ${errorIn(text)}`.trimEnd())
    const answer = readAnswer(text)
    return { ...answer, lease_ms: Math.min(answer.lease_ms, leaseTime), sentAt }
  }

  /** Counts the latest answer whose number the mirror has reached; earlier ones are dropped. */
  function apply(): void {
    waiting = waiting.filter(isLive)
    const { log, position } = revocations
    const reached = waiting.filter(one => one.log === log && one.seq <= position)
    for (const one of reached) if (held === null || one.sentAt.monotonic >= held.sentAt.monotonic) held = one
    waiting = waiting.filter(one => !reached.includes(one))
    watch()
  }

  function tick(): void {
    watch()
    waiting = waiting.filter(isLive)
    ticksBehind = waiting.length === 0 ? Math.min(ticksBehind, 0) : ticksBehind + 1
    if (ticksBehind >= tickLimits.first) {
      ticksBehind = tickLimits.first - tickLimits.again
      behind()
    }
    void renew()
  }

  return {
    isValid,

    start(): void {
      tick()
      timer = setInterval(tick, interval)
    },

    /** Called when the mirror has advanced. */
    applied(isOther: boolean): void {
      // The present lease was for another log.
      if (isOther) held = null
      apply()
      if (isOther || !isValid()) void renew()
    },

    /** `age`: ms since the renewal was requested. */
    state: () => ({ valid: isValid(), age: held === null ? null : clock.elapsed(held.sentAt), ...counts }),

    close(): void {
      clearInterval(timer)
      held = null
      waiting = []
    },
  }
}

export type Lease = ReturnType<typeof createLease>

class Unauthorized extends Error {}

function readAnswer(text: string): LeaseAnswer {
  const parsed = parseStrictJson(text)
  if (!isJsonObject(parsed)) throw new Error('the answer is no lease')
  const { log, seq, now, lease_ms } = parsed
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
  if (typeof log !== 'string' || log === '' || ![seq, now, lease_ms].every(isCount))
    throw new Error('the answer is no lease')
  return { log, seq, now, lease_ms } as LeaseAnswer
}
