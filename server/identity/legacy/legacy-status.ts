// Progress of the migration from the former service: tokens exchanged, outstanding, and refused with which code.
import { setImmediate } from 'node:timers/promises'
import type { Database } from '../../storage/database.js'
import type { LegacyTokenStore } from '../../storage/legacy-tokens.js'
import { dayLength } from './legacy-counts.js'

/**
 * How long rows are kept after a token has expired, in ms: times of a service without time zones may be half a day off.
 */
export const legacyTokensKept = 86_400_000
const batch = 500
/** How many past days are counted; ms. */
const daysTold = 400 * dayLength

/** `day` is the beginning of a day in UTC, epoch ms. */
export type LegacyDay = { day: number; exchanged: number; refused: number }

export type LegacyStatus = {
  /** null where the settings are missing, and nothing is exchanged. */
  terms: { algorithm: string; cutOver: number; acceptedUntil: number } | null
  /** Whether a token can be exchanged now. */
  open: boolean
  /** Listed tokens that are neither exchanged nor blacklisted nor expired. */
  toCome: number
  exchanged: number
  /** How often a token that had been exchanged before was accepted once more. */
  again: number
  /** Counts of refusals by error code, the most frequent first. */
  refused: { code: string; count: number }[]
  /** Days with at least one exchange or refusal, newest first. */
  days: LegacyDay[]
}

export type LegacyStatusDeps = {
  terms: LegacyStatus['terms']
  database: Database
  legacyTokenStore: LegacyTokenStore
  now: () => number
}

export function createLegacyStatus({ terms, database, legacyTokenStore, now }: LegacyStatusDeps) {
  return {
    /** Whether the settings for the former service are present. */
    isConfigured: terms !== null,

    async show(): Promise<LegacyStatus> {
      const at = now()
      const [toCome, counts] = await Promise.all([
        legacyTokenStore.countToCome(database, at),
        legacyTokenStore.counts(database, at - daysTold),
      ])
      const days = new Map<number, LegacyDay>()
      const totals = new Map<string, number>()
      for (const { day, what, value } of counts) {
        totals.set(what, (totals.get(what) ?? 0) + value)
        if (what === 'again') continue
        const ofDay = days.get(day) ?? { day, exchanged: 0, refused: 0 }
        days.set(day, ofDay)
        ofDay[what === 'exchanged' ? 'exchanged' : 'refused'] += value
      }
      const refused = [...totals]
        .filter(([what]) => what !== 'exchanged' && what !== 'again')
        .map(([code, count]) => ({ code, count }))
        .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
      return {
        terms,
        open: terms !== null && at < terms.acceptedUntil,
        toCome,
        exchanged: totals.get('exchanged') ?? 0,
        again: totals.get('again') ?? 0,
        refused,
        days: [...days.values()],
      }
    },

    /** Deletes expired tokens. */
    async purge(): Promise<void> {
      while ((await legacyTokenStore.forget(database, now() - legacyTokensKept, batch)) === batch) await setImmediate()
    },
  }
}

export type LegacyStatusReader = ReturnType<typeof createLegacyStatus>
