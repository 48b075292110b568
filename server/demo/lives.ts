// One user's devices and sessions, from the first sign-in to the end of each, as the rules allow them: a sign-in ends
// the device's older session of the application, a session expires without refreshes, and an "end all" ends those that
// are open.
import { ownApplicationId } from '../policy/application-metadata.js'
import { anAddress, aUserAgent, placesOf } from './agents-and-addresses.js'
import type { SeededRandom } from './seeded-random.js'
import { activityLevel, type DemoTimes } from './spans.js'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export type DemoEnd =
  | 'sign_out'
  | 'replaced'
  | 'expired'
  | 'session_ended'
  | 'device_ended'
  | 'refresh_token_reused'
  | AccountEvent['what']

export type DemoSession = {
  id: string
  device: DemoDevice
  applicationId: string
  address: string
  createdAt: number
  /** Time of the last refresh, or of the sign-in; epoch ms. */
  seenAt: number
  refreshes: number
  expiresAt: number
  end: { at: number; why: DemoEnd } | null
  /** Failed sign-ins just before it. */
  failures: number
}

export type DemoDevice = { id: string; userAgent: string; sessions: DemoSession[]; endedAt: number | null }

/** The event that ended all of a user's sessions; the session `keptBy` stays. */
export type AccountEvent = {
  what: 'user_disabled' | 'user_deleted' | 'password_changed' | 'all_ended'
  at: number
  keptBy: DemoSession | null
}

export type DemoLife = { devices: DemoDevice[]; sessions: DemoSession[]; accountEvent: AccountEvent | null }

export type LifeRules = {
  times: DemoTimes
  applicationIds: readonly string[]
  /** Share of sessions that end by refresh token reuse (0 to 1). */
  reuse: number
  newId: () => string
}

/** A user's devices and sessions. @param from when the user was created, epoch ms @param count number of sign-ins */
export function aLife(random: SeededRandom, rules: LifeRules, from: number, count: number): DemoLife {
  const { times, applicationIds, newId } = rules
  const places = placesOf(random)
  const devices: DemoDevice[] = Array.from({ length: howManyDevices(random, count) }, () => ({
    id: newId(),
    userAgent: aUserAgent(random),
    sessions: [],
    endedAt: null,
  }))
  const sessions = signInTimes(
    random,
    Math.max(from + 10 * minute, times.firstSignIn),
    times.now - 2 * minute,
    count,
  ).map((createdAt, index): DemoSession => {
    const device = devices[index < devices.length ? index : Math.floor(devices.length * random.next() ** 1.7)]!
    const session: DemoSession = {
      id: newId(),
      device,
      applicationId: random.pick(applicationIds),
      address: anAddress(random, places),
      createdAt,
      ...{
        seenAt: createdAt,
        refreshes: 0,
        expiresAt: 0,
        end: null,
        failures: random.chance(0.06) ? 1 + random.below(3) : 0,
      },
    }
    device.sessions.push(session)
    return session
  })
  const accountEvent = randomAccountEvent(random, sessions, times)
  for (const device of devices) {
    const lastSignIn = device.sessions.at(-1)!.createdAt
    const endedAt = lastSignIn + Math.ceil(random.wait(20 * hour)) + 5 * minute
    if (random.chance(0.03) && endedAt < Math.min(times.now - minute, accountEvent?.at ?? times.now))
      device.endedAt = endedAt
  }
  for (const session of sessions) live(random, rules, session, accountEvent)
  return { devices, sessions, accountEvent }
}

function howManyDevices(random: SeededRandom, count: number): number {
  return Math.min(
    count,
    1 + (random.chance(0.6) ? 1 : 0) + (random.chance(0.25) ? 1 : 0) + (random.chance(0.08) ? 2 : 0),
  )
}

/** Times of sign-ins, sorted, without duplicates. */
function signInTimes(random: SeededRandom, from: number, upto: number, count: number): number[] {
  const times: number[] = []
  for (let tries = 0; times.length < count; tries++) {
    const at = Math.floor(from + random.next() * (upto - from))
    if (random.chance(activityLevel(at)) || tries > 20 * count) times.push(at)
  }
  times.sort((a, b) => a - b)
  for (let index = 1; index < count; index++) times[index] = Math.max(times[index]!, times[index - 1]! + 1)
  return times
}

function randomAccountEvent(
  random: SeededRandom,
  sessions: readonly DemoSession[],
  { now }: DemoTimes,
): AccountEvent | null {
  const what = random.weighted([
    [null, 915],
    ['user_disabled', 12],
    ['user_deleted', 4],
    ['password_changed', 60],
    ['all_ended', 9],
  ] as const)
  const last = sessions.at(-1)
  if (what === null || !last) return null
  if (what === 'password_changed') {
    // A change of password requires a recent sign-in, and its own session stays.
    const keptBy = random.pick(sessions)
    const at = keptBy.createdAt + minute + random.below(3 * minute)
    return at < now && !sessions.some(one => one.createdAt > keptBy.createdAt && one.createdAt <= at)
      ? { what, at, keptBy }
      : null
  }
  const at = last.createdAt + Math.ceil(random.wait(day)) + minute
  return at < now - minute ? { what, at, keptBy: null } : null
}

function live(
  random: SeededRandom,
  { times, reuse }: LifeRules,
  session: DemoSession,
  accountEvent: AccountEvent | null,
): void {
  const { now, absolute, access } = times
  const { device, createdAt, applicationId } = session
  const isKept = accountEvent?.keptBy === session
  // Sessions opened by codes exist side by side.
  const replacedAt =
    applicationId === ownApplicationId &&
    device.sessions.find(one => one.createdAt > createdAt && one.applicationId === applicationId)
  const cut = firstOf([
    ...(replacedAt ? [{ at: replacedAt.createdAt, why: 'replaced' as const }] : []),
    ...(device.endedAt === null ? [] : [{ at: device.endedAt, why: 'device_ended' as const }]),
    ...(accountEvent && accountEvent.at > createdAt && !isKept
      ? [{ at: accountEvent.at, why: accountEvent.what }]
      : []),
  ])
  const horizon = Math.min(cut?.at ?? now, now)
  const isBusy = cut === null && random.chance(0.55) && createdAt > now - absolute + hour
  const wished = isBusy
    ? now - random.next() * Math.min(access * 4, times.idle / 2)
    : createdAt + random.wait(30 * hour)
  const latest = Math.min(horizon - 30_000, createdAt + absolute - minute)
  const seenAt = Math.floor(wished < latest ? wished : latest - random.next() * Math.min(access, latest - createdAt))
  if (seenAt > createdAt + access / 2) {
    session.seenAt = seenAt
    session.refreshes = 1 + Math.floor(((seenAt - createdAt) / access) * (0.2 + 0.3 * random.next()))
  }
  const idleEnd = session.seenAt + times.idleRuleAt(session.seenAt)
  session.expiresAt = Math.min(idleEnd, createdAt + absolute)
  const endings = [
    ...(cut ? [cut] : []),
    // Sessions that expired in the last minutes are not marked as expired yet.
    ...(session.expiresAt <= now - 10 * minute ? [{ at: session.expiresAt, why: 'expired' as const }] : []),
    ...(isBusy || isKept ? [] : ownEnding(random, session, reuse)),
  ]
  session.end = firstOf(endings.filter(one => one.at < now && mayEnd(session, one, times)))
}

/** Only a live session is replaced or signed out; an expired one can still end with all others. */
function mayEnd({ seenAt, expiresAt }: DemoSession, { at, why }: { at: number; why: DemoEnd }, times: DemoTimes) {
  if (why === 'expired') return true
  if (at >= expiresAt) return false
  return !needsLife.has(why) || at < seenAt + times.idleRuleAt(at)
}

const needsLife: ReadonlySet<DemoEnd> = new Set(['replaced', 'sign_out', 'refresh_token_reused'])

/** An end by the user, an administrator or an attacker while the session was open. */
function ownEnding(
  random: SeededRandom,
  { seenAt, refreshes }: DemoSession,
  reuse: number,
): { at: number; why: DemoEnd }[] {
  const at = seenAt + minute + random.below(20 * minute)
  if (refreshes > 1 && random.chance(reuse)) return [{ at, why: 'refresh_token_reused' }]
  if (random.chance(0.35)) return [{ at, why: 'sign_out' }]
  return random.chance(0.012) ? [{ at: at + hour, why: 'session_ended' }] : []
}

function firstOf<E extends { at: number }>(endings: readonly E[]): E | null {
  return endings.reduce<E | null>((first, one) => (first === null || one.at < first.at ? one : first), null)
}
