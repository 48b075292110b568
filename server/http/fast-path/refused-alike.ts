// Copies of refusals: under load a refusal must cost little. The first one of a route is made by its steps and kept; those after
// it are answered with the same bytes, but for the request id. A copy writes no line into the debug log.
import type { IncomingHttpHeaders } from 'node:http'
import type { Refusal } from '../../protocol/errors.js'
import { acceptsJson } from '../middleware/accept.js'
import type { NoteFailure } from '../middleware/failure-lines.js'
import type { Answer, PlainContext } from './plain-context.js'

export type RefusedAlikeDeps = { noteFailure: NoteFailure; uuid: () => string }

/** Of one route. */
export function createRefusedAlike({ noteFailure, uuid }: RefusedAlikeDeps) {
  const kept = new Map<Refusal, Answer & { idAt: number }>()

  return {
    /** Whether a copy will do: the Accept header alone can make the refusal another one (406). */
    isAlike: ({ accept = '' }: IncomingHttpHeaders): boolean => acceptsJson(accept),

    /** @returns whether it was answered */
    answer({ res }: PlainContext, refusal: Refusal): boolean {
      const known = kept.get(refusal)
      if (!known) return false
      const requestId = uuid()
      noteFailure(refusal, requestId)
      res.writeHead(known.status, known.lines.with(known.idAt, requestId))
      res.end(known.text)
      return true
    },

    /** @param ctx of one that was answered by its steps */
    keep(ctx: PlainContext, refusal: Refusal): void {
      if (ctx.status !== refusal.status) return
      const said = ctx.said()
      const nameAt = said.lines.indexOf('X-Request-Id')
      if (nameAt >= 0) kept.set(refusal, { ...said, idAt: nameAt + 1 })
    },
  }
}

export type RefusedAlike = ReturnType<typeof createRefusedAlike>
