// Under load a refusal must cost less than an answer, or refusing is what the server does all day. So the first one of a route is
// made by its steps, and kept; who is refused alike gets the same bytes with a request id of its own.
import type { Refusal } from '../../protocol/errors.js'
import { acceptsJson } from '../middleware/accept.js'
import type { NoteFailure } from '../middleware/failure-lines.js'
import type { Answer, PlainContext } from './plain-context.js'

export type RefusedAlikeDeps = { noteFailure: NoteFailure; uuid: () => string }

/** Of one route. */
export function createRefusedAlike({ noteFailure, uuid }: RefusedAlikeDeps) {
  const kept = new Map<Refusal, Answer & { idAt: number }>()

  return {
    /** @returns whether it was answered */
    answer({ req, res }: PlainContext, refusal: Refusal): boolean {
      const known = kept.get(refusal)
      if (!known || !isAlike(req.headers)) return false
      const requestId = uuid()
      noteFailure(refusal, requestId)
      res.writeHead(known.status, known.lines.with(known.idAt, requestId))
      res.end(known.text)
      return true
    },

    /** @param ctx of one that was answered by its steps */
    keep(ctx: PlainContext, refusal: Refusal): void {
      if (!isAlike(ctx.req.headers)) return
      const said = ctx.said()
      kept.set(refusal, { ...said, idAt: said.lines.indexOf('X-Request-Id') + 1 })
    },
  }
}

export type RefusedAlike = ReturnType<typeof createRefusedAlike>

/** What else of a request decides how it is refused: CORS (Fetch §3.2), and what it accepts. */
function isAlike({ origin, accept = '' }: PlainContext['req']['headers']): boolean {
  return origin === undefined && acceptsJson(accept)
}
