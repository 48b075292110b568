// How far the move from the former service has come: who has come, who is still to come, who was refused and why.
import { setImmediate } from 'node:timers/promises'
import type { Database } from '../../storage/database.js'
import type { LegacyTokenStore } from '../../storage/legacy-tokens.js'
import { dayLength } from './legacy-counts.js'

/** Rows are kept so long after a token is over: times of a service without time zones may be half a day off; ms. */
export const legacyTokensKept = 86_400_000
const batch = 500
/** How far back days are told; ms. */
const daysTold = 400 * dayLength

/** Times are epoch ms. `day` is one of UTC. */
export type LegacyDay = { day: number; exchanged: number; refused: number }

export type LegacyStatus = {
  /** null where the settings are not there, and nothing is exchanged. */
  terms: { algorithm: string; cutOver: number; acceptedUntil: number } | null
  /** Whether one that came now could be exchanged. */
  open: boolean
  /** Of those on the former service's list: neither exchanged nor on its blacklist, and not over. */
  toCome: number
  exchanged: number
  /** How often one came again and was answered. */
  again: number
  /** By code, the most frequent first. */
  refused: { code: string; count: number }[]
  /** Those on which something came, the newest first. */
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
    /** Whether the settings are there. */
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
        const told = days.get(day) ?? { day, exchanged: 0, refused: 0 }
        days.set(day, told)
        told[what === 'exchanged' ? 'exchanged' : 'refused'] += value
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

    /** Forgets tokens that are over. */
    async tidy(): Promise<void> {
      while ((await legacyTokenStore.forget(database, now() - legacyTokensKept, batch)) === batch) await setImmediate()
    },
  }
}

export type LegacyStatusReader = ReturnType<typeof createLegacyStatus>
