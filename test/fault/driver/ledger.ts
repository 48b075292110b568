// What happened, on the driver's one monotonic clock: revokes that were answered, requests that were begun and what became
// of them. Nothing is judged here; see judge.ts.
import { appendFileSync } from 'node:fs'
import type { RevokeName } from './triggers.js'

/** ms of the driver's own clock, which no fault touches. */
export const instant = (): number => performance.now()

export type Verdict = {
  /** Whose token: the number of a trial, or the name of one that is never revoked. */
  token: number | string
  server: string
  /** `introspect`: as a resource server asks about an application's token; `orders`: a path of a resource server with the kit. */
  path: 'verify' | 'me' | 'introspect' | 'orders'
  /** When the request was begun, and when its answer was there. */
  begun: number
  ended: number
  /** Of HTTP; 0 where no answer came. */
  status: number
  /** The code in the body of an answer that refuses. */
  reason: string
}

export type Revoked = { trial: number; trigger: RevokeName; via: string; answered: number }

export type Ledger = {
  verdicts: Verdict[]
  revoked: Revoked[]
  /** Anything else worth a line in the log: faults and when they were lifted. */
  note(what: string): void
}

/** @param file JSON lines are added to it, or null */
export function aLedger(file: string | null): Ledger & { close(): void } {
  const verdicts: Verdict[] = []
  const revoked: Revoked[] = []
  const notes: { note: string; at: number }[] = []
  return {
    verdicts,
    revoked,
    note: note => void notes.push({ note, at: instant() }),
    close() {
      if (file === null) return
      const rows = [...notes, ...revoked, ...verdicts]
      appendFileSync(file, rows.map(row => `${JSON.stringify(row)}\n`).join(''))
    },
  }
}
