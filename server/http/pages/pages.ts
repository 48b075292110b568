import { type ErrorCode, errors, refuse } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import type { Render } from './views.js'

export type PagesDeps = { render: Render; issuer: string; version: string }

export function createPageHandlers({ render, issuer, version }: PagesDeps) {
  return {
    async landing(ctx: Context): Promise<void> {
      ctx.type = 'html'
      ctx.body = await render('landing', { title: 'Darvoza', issuer, version })
    },

    /** What an error code means: the `error_uri` of our challenges leads here. */
    async errorPage(ctx: Context): Promise<void> {
      const code = ctx.params.code ?? ''
      if (!Object.hasOwn(errors, code)) throw refuse('not_found')
      ctx.type = 'html'
      ctx.set('Cache-Control', 'public, max-age=3600')
      ctx.body = await render('error-code', { title: code, code, row: errors[code as ErrorCode] })
    },
  }
}
