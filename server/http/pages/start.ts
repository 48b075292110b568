// Public pages: about this server, and the choice of language and theme.
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
    async startPage(ctx: Context): Promise<void> {
      const user = ctx.state.browser?.user
      await pages.show(ctx, 'landing', { title: 'Darvoza', issuer, version, home: user ? homeOf(user) : null })
    },

    async prefer(ctx: Context): Promise<void> {
      const { language, theme } = typedIn(ctx, ['language', 'theme'])
      if (isLanguage(language)) cookies.set(ctx, 'darvoza-language', language)
      if (isTheme(theme)) cookies.set(ctx, 'darvoza-theme', theme)
      // Back to the page in the Referer header, which this server's pages send with their full address.
      pages.go(ctx, pages.frameOf(ctx).here)
    },
  }
}
