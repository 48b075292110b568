// The figures of a demo: counts and levels, as a server would have measured them for these users.
import { type CountName, type FigureName, type Grain, grains } from '../policy/figures.js'
import type { FigureRecord } from '../storage/figures.js'
import type { DemoHistory } from './history.js'
import type { DemoSession } from './lives.js'
import type { DemoPlan } from './plan.js'

type Visit = (at: number, howOften: number) => void

/** Figures for as long as each grain is kept. */
export function figuresOf(plan: DemoPlan, history: DemoHistory): FigureRecord[] {
  const { now } = plan.times
  const rows: FigureRecord[] = []
  for (const grain of Object.keys(grains) as Grain[]) {
    const { length, kept } = grains[grain]
    const from = Math.floor((now - kept) / length) * length
    const write = (name: FigureName, values: ArrayLike<number>) => {
      for (let index = 0; index < values.length; index++)
        if (values[index]! > 0) rows.push({ grain, beginsAt: from + index * length, name, value: values[index]! })
    }
    const slots = Math.floor((now - from) / length) + 1
    for (const name of Object.keys(visits) as CountName[]) {
      const values = new Float64Array(slots)
      visits[name](plan, history, (at, howOften) => {
        const slot = Math.floor((at - from) / length)
        if (slot >= 0 && slot < slots) values[slot]! += howOften
      })
      write(name, values)
    }
    const spans = spansOf(plan)
    write('live_sessions', levels(spans.sessions, from, length, slots))
    write('live_users', levels(spans.users, from, length, slots))
  }
  return rows
}

const visits: Record<CountName, (plan: DemoPlan, history: DemoHistory, visit: Visit) => void> = {
  sign_ins: (plan, _, visit) => eachSession(plan, session => visit(session.createdAt, 1)),
  failed_sign_ins(plan, { attack }, visit) {
    eachSession(plan, session => session.failures > 0 && visit(session.createdAt - 9_000, session.failures))
    for (const { at } of attack) visit(at, 1)
  },
  refreshes: (plan, _, visit) =>
    eachSession(plan, ({ createdAt, seenAt, refreshes }) => {
      for (let nth = 1; nth <= refreshes; nth++) visit(createdAt + ((seenAt - createdAt) * nth) / refreshes, 1)
    }),
  // The demo has no machine clients and no device codes.
  application_tokens: () => {},
  wrong_user_codes: () => {},
  exchanged_tokens: () => {},
  throttled_requests: () => {},
  shed_requests: () => {},
  registrations: () => {},
  failed_registrations: () => {},
  // The demo has no applications with back-channel logout.
  logouts_sent: () => {},
  logout_failures: () => {},
  logouts_given_up: () => {},
  reuse_incidents: (plan, _, visit) =>
    eachSession(plan, ({ end }) => end?.why === 'refresh_token_reused' && visit(end.at, 1)),
  revocations(_, { revocations }, visit) {
    for (const { at } of revocations) visit(at, 1)
  },
}

function eachSession({ users }: DemoPlan, visit: (session: DemoSession) => unknown): void {
  for (const user of users) for (const session of user.sessions) visit(session)
}

type Span = { from: number; upto: number }

/** Spans in which sessions lived, and in which users had a live session. */
function spansOf({ users, times }: DemoPlan): { sessions: Span[]; users: Span[] } {
  const sessions: Span[] = []
  const ofUsers: Span[] = []
  for (const user of users) {
    let last: Span | null = null
    for (const { createdAt, seenAt, expiresAt, end } of user.sessions) {
      const over = Math.min(end?.at ?? expiresAt, expiresAt, Math.max(seenAt + times.idle, times.longer.upto))
      const span = { from: createdAt, upto: over }
      sessions.push(span)
      if (last && createdAt <= last.upto) last.upto = Math.max(last.upto, over)
      else {
        last = { ...span }
        ofUsers.push(last)
      }
    }
  }
  return { sessions, users: ofUsers }
}

/** How many of the spans include the end of each slot. */
function levels(spans: readonly Span[], from: number, length: number, slots: number): number[] {
  const changes = new Float64Array(slots + 1)
  const slotOf = (at: number) => Math.min(slots, Math.max(0, Math.floor((at - from) / length)))
  for (const span of spans) {
    changes[slotOf(span.from)]! += 1
    changes[slotOf(span.upto)]! -= 1
  }
  let level = 0
  return Array.from({ length: slots }, (_, slot) => {
    level += changes[slot]!
    return level
  })
}
