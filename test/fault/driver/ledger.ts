// The record of a round on the driver's own monotonic clock: answered revokes, and requests with their answers. Judged
// in judge.ts.
import { appendFileSync } from 'node:fs'
import type { RevokeName } from './triggers.js'

/** ms of the driver's own clock, which no fault touches. */
export const instant = (): number => performance.now()

export type Verdict = {
  /** Whose token: the number of a trial, or the name of a bystander. */
  token: number | string
  server: string
  /** `introspect`: as a resource server asks about an application's token; `orders`: a path of a resource server. */
  path: 'verify' | 'me' | 'introspect' | 'orders'
  /** When the request was begun, and when its answer arrived. */
  begun: number
  ended: number
  /** The HTTP status; 0 where no answer came. */
  status: number
  /** The reason or code in the body of a refusal. */
  reason: string
}

export type Revoked = { trial: number; trigger: RevokeName; via: string; answered: number }

export type Ledger = {
  verdicts: Verdict[]
  revoked: Revoked[]
  /** Adds a line to the log: faults and when they were lifted. */
  note(what: string): void
}

/** @param file a file that JSON lines are appended to, or null */
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
