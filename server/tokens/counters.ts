// Counts what the dashboard plots, in memory, and adds the counts to the database every few seconds: no request waits
// for a counter, and no counter locks a row. A crash loses seconds of counts.
import { type CountName, grains } from '../policy/figures.js'
import type { Database } from '../storage/database.js'
import type { FigureRecord, FigureStore } from '../storage/figures.js'

export type CountersDeps = { database: Database; figureStore: FigureStore; now: () => number }

/** Increments a counter, from the hot paths. */
export type Count = (name: CountName, howOften?: number) => void

export function createCounters({ database, figureStore, now }: CountersDeps) {
  /** Counts by minute and name. */
  let counted = new Map<string, FigureRecord>()

  function add({ beginsAt, name, value }: Omit<FigureRecord, 'grain'>): void {
    const key = `${beginsAt} ${name}`
    const known = counted.get(key)
    if (known) known.value += value
    else counted.set(key, { grain: 'minute', beginsAt, name, value })
  }

  const count: Count = (name, howOften = 1) => {
    const at = now()
    if (howOften > 0) add({ beginsAt: at - (at % grains.minute.length), name, value: howOften })
  }

  return {
    count,

    /** Writes the counts since the last flush. What cannot be written is kept for the next flush. */
    async flush(): Promise<void> {
      if (counted.size === 0) return
      const taken = [...counted.values()]
      counted = new Map()
      try {
        await database.transaction(tx => figureStore.add(tx, [...taken, ...byHour(taken)]))
      } catch (error) {
        for (const one of taken) add(one)
        throw error
      }
    },
  }
}

export type Counters = ReturnType<typeof createCounters>

function byHour(minutes: readonly FigureRecord[]): FigureRecord[] {
  const hours = new Map<string, FigureRecord>()
  for (const { beginsAt, name, value } of minutes) {
    const hour = beginsAt - (beginsAt % grains.hour.length)
    const known = hours.get(`${hour} ${name}`)
    if (known) known.value += value
    else hours.set(`${hour} ${name}`, { grain: 'hour', beginsAt: hour, name, value })
  }
  return [...hours.values()]
}
