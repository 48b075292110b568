// Error-handling middleware: maps exceptions to refusals of the catalogue (protocol/errors.ts), logs server errors
// and 403 answers, and calls the presenter.
import { withoutApiKeys } from '../../policy/api-key.js'
import { type ErrorCode, Refusal, refuse } from '../../protocol/errors.js'
import { type Context, type Step, senderIdOf, type WriteRefusal } from '../handler.js'
import type { LogFailure } from './failure-log.js'

export type ErrorsDeps = {
  /** Writes a refusal in the format of its route. */
  present: WriteRefusal
  noteFailure: LogFailure
  log: { info(details: object, message: string): void; error(details: object, message: string): void }
}

/** Turns errors into answers. One that is no refusal is a defect: logged once, answered as `server_error`. */
export function createErrors({ present, noteFailure, log }: ErrorsDeps): Step {
  return async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      const refusal = error instanceof Refusal ? error : fromKoa(error)
      if (refusal.status >= 500) {
        const { requestId } = ctx.state
        const { code, cause } = refusal
        if (code === 'server_error') log.error({ requestId, code, err: cause ?? error }, 'a request failed')
        else if (code !== 'stopping') noteFailure(refusal, requestId)
      }
      if (refusal.status === 403) noteForbidden(ctx, refusal)
      await present(ctx, refusal)
    }
  }

  /** Forbidden requests (403) are logged, for later inquiries. Refused tokens are not: clients often send expired ones. */
  function noteForbidden({ state, method, path }: Context, { code }: Refusal): void {
    const { requestId, address, claims, apiKey } = state
    const user = senderIdOf({ state })
    const application = claims?.client_id ?? state.application?.id
    log.info(
      {
        code,
        user,
        application,
        apiKey: apiKey?.id,
        address,
        method,
        path: withoutApiKeys(path).slice(0, 200),
        requestId,
      },
      'a request was refused',
    )
  }
}

const byStatus: Record<number, ErrorCode> = {
  400: 'malformed_request',
  404: 'not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
}

/** The refusal for errors of Koa and its parsers with a 4xx status; others stay errors. */
function fromKoa(error: unknown): Refusal {
  const { status, expose } = error as { status?: unknown; expose?: unknown }
  const code = typeof status === 'number' && expose === true ? byStatus[status] : undefined
  return refuse(code ?? 'server_error', { cause: error })
}
