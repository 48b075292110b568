// Times of a demo, all before it is made, and the rules in force at them.
import type { Policy } from '../policy/policies.js'

const hour = 3_600_000
const day = 24 * hour

export type DemoTimes = ReturnType<typeof demoTimes>

/** Times of a demo in epoch ms, durations in ms. */
export function demoTimes(now: number, policy: Policy) {
  const idle = policy.refresh_token_lifetime * 1000
  const absolute = policy.session_absolute_lifetime * 1000
  // For some weeks the idle lifetime of sessions was longer, until the day before yesterday. Sessions last seen in
  // between have expired by the present policy, though their rows are not marked yet.
  const longerIdle = 3 * idle <= absolute ? 3 * idle : idle
  const longer = { from: now - 20 * day, upto: now - idle - 12 * hour }
  return {
    now,
    absolute,
    idle,
    access: policy.access_token_lifetime * 1000,
    /** When the first user was created, and when the first one signed in. */
    firstUser: now - 300 * day,
    firstSignIn: now - Math.min(60 * day, Math.floor(0.8 * policy.ended_session_retention * 1000)),
    longer: { ...longer, idle: longerIdle },
    /** The idle lifetime of sessions by the policy in force at an instant, in ms. */
    idleRuleAt: (at: number) => (at >= longer.from && at < longer.upto ? longerIdle : idle),
  }
}

/** How usual a sign-in is at this hour in Tashkent, from 0 to 1. */
export function activityLevel(at: number): number {
  const local = new Date(at + 5 * hour)
  const weekend = local.getUTCDay() === 0 || local.getUTCDay() === 6
  return byHour[local.getUTCHours()]! * (weekend ? 0.35 : 1)
}

// biome-ignore format: one for each hour
const byHour = [
  0.06, 0.04, 0.03, 0.03, 0.04, 0.08, 0.2, 0.45, 0.85, 1, 0.95, 0.85,
  0.7, 0.75, 0.85, 0.85, 0.75, 0.65, 0.55, 0.5, 0.45, 0.35, 0.22, 0.12,
]

/** Largest demo: more would not fit into a process's memory at once. */
export const mostDemoUsers = 500_000
export const mostDemoSessions = 2_000_000
