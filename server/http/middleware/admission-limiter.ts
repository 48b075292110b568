import type { Middleware } from 'koa'

/** How many are let in at a time. */
const perTurn = 4

/**
 * Lets requests of one kind in a few per turn of the event loop, in the order of arrival: when hundreds come at the same
 * moment, whatever else has come is served between them. Alone, nobody waits.
 * @param isHeld which requests
 */
export function createAdmissionLimiter(isHeld: (method: string, path: string) => boolean): Middleware {
  const waiting: (() => void)[] = []

  function turn(): void {
    for (const letIn of waiting.splice(0, perTurn)) letIn()
    if (waiting.length > 0) setImmediate(turn)
  }

  return async (ctx, next) => {
    if (isHeld(ctx.method, ctx.path)) {
      await new Promise<void>(resolve => {
        if (waiting.push(resolve) === 1) setImmediate(turn)
      })
    }
    await next()
  }
}
