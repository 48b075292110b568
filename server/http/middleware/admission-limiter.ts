// Middleware for sign-in routes (`limited: true`): a burst of simultaneous requests is spread over several iterations
// of the event loop with setImmediate.
import type { Step } from '../handler.js'

/** The number of requests admitted in one turn of the event loop. */
const perTurn = 4

/**
 * Admits a few requests per turn of the event loop, in the order of arrival: when hundreds arrive at the same moment,
 * other requests are served between them. A single request does not wait.
 */
export function createAdmissionLimiter(): Step {
  const waiting: (() => void)[] = []

  function turn(): void {
    for (const letIn of waiting.splice(0, perTurn)) letIn()
    if (waiting.length > 0) setImmediate(turn)
  }

  return async (_, next) => {
    await new Promise<void>(resolve => {
      if (waiting.push(resolve) === 1) setImmediate(turn)
    })
    await next()
  }
}
