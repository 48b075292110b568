// Copies of refusals: under load, refusing a request must cost little. The steps of a route make its first refusal,
// which is kept; later requests get the same bytes with another request id. A copy writes no line into the debug log.
import type { IncomingHttpHeaders } from 'node:http'
import type { Refusal } from '../../protocol/errors.js'
import { acceptsJson } from '../middleware/accept.js'
import type { LogFailure } from '../middleware/failure-log.js'
import type { Answer, PlainContext } from './plain-context.js'

export type KeptRefusalsDeps = { noteFailure: LogFailure; uuid: () => string }

/** The kept refusals of one route. */
export function createKeptRefusals({ noteFailure, uuid }: KeptRefusalsDeps) {
  const kept = new Map<Refusal, Answer & { idAt: number }>()

  return {
    /** Whether a copy is a right answer: only the Accept header can make the refusal another one (406). */
    isAlike: ({ accept = '' }: IncomingHttpHeaders): boolean => acceptsJson(accept),

    /** Answers with a copy of the refusal. @returns whether there was one */
    answer({ res }: PlainContext, refusal: Refusal): boolean {
      const known = kept.get(refusal)
      if (!known) return false
      const requestId = uuid()
      noteFailure(refusal, requestId)
      res.writeHead(known.status, known.lines.with(known.idAt, requestId))
      res.end(known.text)
      return true
    },

    /** Keeps a refusal for copies. @param ctx of a request that the steps have refused */
    keep(ctx: PlainContext, refusal: Refusal): void {
      if (ctx.status !== refusal.status) return
      const answer = ctx.serialized()
      const nameAt = answer.lines.indexOf('X-Request-Id')
      if (nameAt >= 0) kept.set(refusal, { ...answer, idAt: nameAt + 1 })
    },
  }
}

export type KeptRefusals = ReturnType<typeof createKeptRefusals>
