import type { Refusal } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import type { Render } from './views.js'

/** Writes a refusal as a page for people. */
export function createPresentErrorPage(render: Render) {
  return async function presentErrorPage(ctx: Context, refusal: Refusal): Promise<void> {
    ctx.status = refusal.status
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-store')
    if (refusal.details.retryAfter !== undefined) ctx.set('Retry-After', String(refusal.details.retryAfter))
    for (const [name, value] of Object.entries(refusal.details.headers ?? {})) ctx.set(name, value)
    ctx.body = await render('error', {
      title: refusal.status === 404 ? 'Nothing here' : 'That did not work',
      message: refusal.message,
      requestId: ctx.state.requestId,
    })
  }
}
