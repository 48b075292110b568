// The pages that anybody sees: what this server is, what an error code means, and in which language and look.
import { type ErrorCode, errors, refuse } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import type { Cookies } from './cookies.js'
import { typedIn } from './fields.js'
import type { Pages } from './page.js'
import { isTheme } from './reader.js'
import { homeOf } from './sign-in.js'
import { isLanguage } from './texts.js'

export type StartPagesDeps = { pages: Pages; cookies: Cookies; issuer: string; version: string }

export function createStartPages({ pages, cookies, issuer, version }: StartPagesDeps) {
  return {
    async landing(ctx: Context): Promise<void> {
      const user = ctx.state.browser?.user
      await pages.show(ctx, 'landing', { title: 'Darvoza', issuer, version, home: user ? homeOf(user) : null })
    },

    /** What an error code means: the `error_uri` of our challenges leads here. */
    async errorPage(ctx: Context): Promise<void> {
      const code = ctx.params.code ?? ''
      if (!Object.hasOwn(errors, code)) throw refuse('not_found')
      const { status, clause } = errors[code as ErrorCode]
      const t = pages.translate(ctx)
      await pages.show(ctx, 'error-code', { title: code, code, status, clause, text: t(`errors.${code}`) })
    },

    async prefer(ctx: Context): Promise<void> {
      const { language, theme } = typedIn(ctx, ['language', 'theme'])
      if (isLanguage(language)) cookies.set(ctx, 'darvoza-language', language)
      if (isTheme(theme)) cookies.set(ctx, 'darvoza-theme', theme)
      // By the Referer, which our own pages send whole: no page needs to repeat its address.
      pages.go(ctx, pages.frameOf(ctx).here)
    },
  }
}
