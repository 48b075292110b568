// The presenter of refusals as HTML error pages, with a heading by error code or HTTP status, the request id, and a
// link back.
import type { WriteRefusal } from '../handler.js'
import type { Pages } from './page.js'

/** The headings of error pages: by code, or else by status. */
const headings: Record<string, string> = {
  form_refused: 'failed',
  401: 'who',
  403: 'forbidden',
  404: 'nothing',
  409: 'conflict',
  429: 'later',
  503: 'later',
}

/** Writes a refusal as a page. It must work without the database. */
export function createPagePresenter(pages: Pages): WriteRefusal {
  return async (ctx, refusal) => {
    const { retryAfter, headers } = refusal.details
    if (retryAfter !== undefined) ctx.set('Retry-After', String(retryAfter))
    for (const [name, value] of Object.entries(headers ?? {})) ctx.set(name, value)
    const { t, here } = pages.frameOf(ctx)
    const heading = headings[refusal.code] ?? headings[refusal.status] ?? (refusal.status >= 500 ? 'ours' : 'failed')
    const data = {
      title: t(`error.${heading}`),
      text: t(`errors.${refusal.code}`),
      code: refusal.code,
      requestId: ctx.state.requestId,
      // A failed form links back to its page; a failed page can be loaded again.
      back: ctx.method === 'GET' && refusal.status < 500 ? null : here,
      again: ctx.method === 'GET',
      wayBack: ctx.state.wayBack ?? null,
    }
    const { browser } = ctx.state
    try {
      await pages.show(ctx, 'error', data, refusal.status)
    } catch (error) {
      if (browser === undefined) throw error
      // The notice of the browser session is read from the database, too.
      delete ctx.state.browser
      await pages.show(ctx, 'error', data, refusal.status)
    }
  }
}
