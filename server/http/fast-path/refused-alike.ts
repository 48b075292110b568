// Under load a refusal must cost less than an answer, or refusing is what the server does all day. So the first one of a route is
// made by its steps, and kept; who is refused alike gets the same bytes with a request id of its own. The debug log has no line
// of it.
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
    /** What else of a request decides how it is refused: by what it accepts. */
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
