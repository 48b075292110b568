// The pages that anybody sees: what this server is, and in which language and look.
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

    async prefer(ctx: Context): Promise<void> {
      const { language, theme } = typedIn(ctx, ['language', 'theme'])
      if (isLanguage(language)) cookies.set(ctx, 'darvoza-language', language)
      if (isTheme(theme)) cookies.set(ctx, 'darvoza-theme', theme)
      // By the Referer, which our own pages send whole: no page needs to repeat its address.
      pages.go(ctx, pages.frameOf(ctx).here)
    },
  }
}
