// Log lines about requests that cannot be served, for operators: one when an outage begins, and one when it is over.
import { Refusal } from '../../protocol/errors.js'

type Line = (details: object, message: string) => void
export type FailureLogDeps = {
  log: { debug: Line; info: Line; warn: Line }
  /** The outage is over after this time without a failed request, in ms. */
  quiet?: number
}

type Outage = { details: object; requests: number; startedAt: number; timer: NodeJS.Timeout }

/** Notes a request that could not be served because of a temporary failure. */
export type LogFailure = (refusal: Refusal, requestId: string) => void

export function createFailureLog({ log, quiet = 10_000 }: FailureLogDeps): LogFailure {
  const outages = new Map<string, Outage>()

  function end(key: string, { details, requests, startedAt }: Outage): void {
    outages.delete(key)
    const seconds = Math.max(0, Math.round((performance.now() - startedAt - quiet) / 1000))
    log.info({ ...details, requests, seconds }, 'requests are served again')
  }

  return function note(refusal, requestId) {
    const reason = reasonOf(refusal)
    const details = { code: refusal.code, ...(reason !== refusal.code && { reason }) }
    log.debug({ ...details, requestId, err: refusal.cause ?? refusal }, 'a request could not be served')
    const key = `${refusal.code} ${reason}`
    const known = outages.get(key)
    if (known) {
      known.requests++
      known.timer.refresh()
      return
    }
    const timer = setTimeout(() => end(key, outage), quiet).unref()
    const outage: Outage = { details, requests: 1, startedAt: performance.now(), timer }
    outages.set(key, outage)
    log.warn({ ...details, requestId }, `requests cannot be served: ${refusal.message}`)
  }
}

/** The code of the innermost cause: of the database's driver, or of the operating system. */
function reasonOf(error: unknown): string {
  const { cause, code } = error as { cause?: unknown; code?: unknown }
  if (error instanceof Refusal && cause !== undefined) return reasonOf(cause)
  return typeof code === 'string' ? code.slice(0, 60) : 'unknown'
}
