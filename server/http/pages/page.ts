// How a handler answers: with a page, or with the way to another one. A handler reads (fields.ts, query.ts), calls down
// once or twice, and says `pages.show(ctx, 'admin/users', { title, … })` with plain presented values.
import type { BrowserSessions, Notice } from '../../identity/sign-in/browser-sessions.js'
import type { Context } from '../handler.js'
import type { FrameOf } from './frame.js'
import { localPath } from './paths.js'
import { administrationHome, isAdministration, type SetUp, sectionsFor } from './sections.js'
import type { Translate } from './texts.js'
import type { Views } from './views.js'

export type PageData = {
  /** Of the window, and the page's heading. */
  title: string
  /** A sentence below the heading. */
  lead?: string
  /** The way down to this page; the last part is the page itself and has no address. */
  crumbs?: { label: string; href: string }[]
  /** Buttons and links beside the heading: inputs of `ui('button')`. */
  actions?: Record<string, unknown>[]
} & Record<string, unknown>

export type PagesDeps = { views: Views; frameOf: FrameOf; browserSessions: BrowserSessions; setUp: SetUp }

export function createPages({ views, frameOf, browserSessions, setUp }: PagesDeps) {
  const translate = (ctx: Context): Translate => frameOf(ctx).t

  return {
    /** Answers with `views/VIEW.ejs` in the frame of the whole page. */
    async show(ctx: Context, view: string, data: PageData, status = 200): Promise<void> {
      const frame = frameOf(ctx)
      const { browser } = ctx.state
      // Who must first choose a password has nowhere else to go.
      const inside = browser !== undefined && !browser.user.mustChangePassword
      const permissions = browser?.user.allPermissions ?? []
      const shell = {
        inside,
        sections: inside ? sectionsFor(ctx.path, permissions, setUp) : [],
        area: isAdministration(ctx.path) ? 'admin' : 'account',
        adminHome: inside ? administrationHome(permissions) : null,
        notices: browser ? await browserSessions.takeNotices(browser) : [],
      }
      const content = views.render(view, { ...frame, ...data })
      ctx.status = status
      ctx.type = 'html'
      ctx.set('Cache-Control', 'no-store')
      ctx.body = views.render('layout', { ...frame, ...shell, crumbs: [], actions: [], lead: '', ...data, content })
    },

    /** Sends the browser to another page with a GET. */
    go(ctx: Context, path: string): void {
      ctx.status = 303
      ctx.redirect(localPath(path) ?? '/')
    },

    /** Lets the next page tell something, once. */
    async tell(ctx: Context, notice: Notice): Promise<void> {
      if (ctx.state.browser) await browserSessions.tell(ctx.state.browser, [notice])
    },

    /** `t` of the reader, for titles and notices. */
    translate,
    /** All that views have (frame.ts), where a handler needs more of it than `t`. */
    frameOf,
  }
}

export type Pages = ReturnType<typeof createPages>
