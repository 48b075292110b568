// Figures of the dashboard: event counts over a day, a week or a month, and present numbers of sessions and users.
import { setImmediate } from 'node:timers/promises'
import {
  type CountName,
  countNames,
  type FigureName,
  type FigureRange,
  figureNames,
  figureRanges,
  figures as figureTable,
  type Grain,
  grains,
} from '../../policy/figures.js'
import type { Database } from '../../storage/database.js'
import type { FigureRecord, FigureStore } from '../../storage/figures.js'
import type { SessionListStore } from '../../storage/session-lists.js'
import type { SessionStates } from '../devices/session-state.js'

/** `at`: when the interval begins, epoch ms. `value` is null where no server ran, or a level was not measured. */
export type FigurePoint = { at: number; value: number | null }

export type FigureSeries = {
  /** Epoch ms; `upto` is exclusive. */
  from: number
  upto: number
  /** Length of an interval, in ms. */
  step: number
  points: Record<FigureName, FigurePoint[]>
  /** Sums of the counts over the whole span. */
  totals: Record<CountName, number>
}

/** `at`: when the levels were measured, epoch ms. */
export type Levels = { sessions: number; users: number; at: number }

export type FiguresDeps = {
  database: Database
  figureStore: FigureStore
  sessionListStore: SessionListStore
  states: SessionStates
  now: () => number
}

const minute = 60_000
/** How old a measurement may be, in ms. */
const fresh = 5 * minute
const batch = 500
/** Up to this many live sessions are counted exactly at each request. */
const many = 10_000

export function createFigures({ database, figureStore, sessionListStore, states, now }: FiguresDeps) {
  async function series(range: FigureRange): Promise<FigureSeries> {
    const { grain, span, step } = figureRanges[range]
    const upto = now() - (now() % step) + step
    const from = upto - span
    const found = await figureStore.steps(database, grain, figureNames, { from, upto, step })
    const values = new Map(found.map(one => [`${one.name} ${one.at}`, one]))
    // Levels are measured every few minutes: an interval without any measurement means that no server ran.
    const known = new Set([...found.map(one => one.at), upto - step])
    const pointsOf = (name: FigureName) =>
      Array.from({ length: span / step }, (_, index): FigurePoint => {
        const at = from + index * step
        const one = values.get(`${name} ${at}`)
        if (figureTable[name].kind === 'level') return { at, value: one?.highest ?? null }
        return { at, value: one?.sum ?? (known.has(at) ? 0 : null) }
      })
    const points = Object.fromEntries(figureNames.map(name => [name, pointsOf(name)])) as FigureSeries['points']
    const totals = Object.fromEntries(
      countNames.map(name => [name, points[name].reduce((sum, { value }) => sum + (value ?? 0), 0)]),
    )
    return { from, upto, step, points, totals: totals as FigureSeries['totals'] }
  }

  /** Counts all live sessions, in batches of users, so that no other query waits. */
  async function measureLevels(): Promise<Levels> {
    const terms = states.terms()
    const levels = { sessions: 0, users: 0, at: terms.now }
    for (let after = 0; ; ) {
      const slice = await sessionListStore.liveOfSome(database, after, terms)
      levels.sessions += slice.sessions
      levels.users += slice.users
      if (slice.upto === null) return levels
      after = slice.upto
      await setImmediate()
    }
  }

  /** The measurement in progress, shared by concurrent callers. */
  let measuring: Promise<Levels> | null = null
  function measureOnce(): Promise<Levels> {
    measuring ??= measureLevels().finally(() => {
      measuring = null
    })
    return measuring
  }

  async function lastMeasured(): Promise<Levels | null> {
    const since = now() - 2 * fresh
    const [sessions, users] = await Promise.all([
      figureStore.latest(database, 'minute', 'live_sessions', since),
      figureStore.latest(database, 'minute', 'live_users', since),
    ])
    return sessions && users ? { sessions: sessions.value, users: users.value, at: sessions.beginsAt } : null
  }

  return {
    series,

    /** How often an event happened in the last whole minutes. */
    async recent(name: CountName, minutes: number): Promise<number> {
      const upto = now() - (now() % minute)
      const span = { from: upto - minutes * minute, upto, step: minutes * minute }
      const found = await figureStore.steps(database, 'minute', [name], span)
      return found.reduce((total, { sum }) => total + sum, 0)
    },

    /** Live sessions and users who have one: counted exactly where they are few, otherwise as last measured. */
    async levels(): Promise<Levels> {
      const last = await lastMeasured()
      // A large number does not become small within minutes, so it is not counted again.
      if (last && last.sessions > many) return last
      const { more } = await sessionListStore.count(database, { state: 'live' }, states.terms())
      if (!more) return { ...(await sessionListStore.liveOfAll(database, states.terms())), at: now() }
      return last ?? measureOnce()
    },

    /** Measures the levels, unless another process has just done so. */
    async measure(): Promise<void> {
      const last = await lastMeasured()
      if (last && now() - last.at < fresh) return
      const { sessions, users, at } = await measureOnce()
      const rows = (Object.keys(grains) as Grain[]).flatMap((grain): FigureRecord[] => {
        const beginsAt = at - (at % grains[grain].length)
        return [
          { grain, beginsAt, name: 'live_sessions', value: sessions },
          { grain, beginsAt, name: 'live_users', value: users },
        ]
      })
      await figureStore.set(database, rows)
    },

    /** Deletes figures that are older than their grain is kept. */
    async purge(): Promise<void> {
      for (const grain of Object.keys(grains) as Grain[])
        while ((await figureStore.forget(database, grain, now() - grains[grain].kept, batch)) >= batch);
    },
  }
}

export type Figures = ReturnType<typeof createFigures>
