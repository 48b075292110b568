// How a handler of pages answers: with a page, or with a redirect. It reads the request (fields.ts, query.ts), calls
// one or two functions of the layers below, and calls `pages.show(ctx, 'admin/users', { title, … })` with plain values.
import type { BrowserSessions, Notice } from '../../identity/sign-in/browser-sessions.js'
import type { Context } from '../handler.js'
import type { FrameOf } from './frame.js'
import { localPath } from './paths.js'
import { administrationHome, isAdministration, type OptionalFeatures, sectionsFor } from './sections.js'
import type { Translate } from './texts.js'
import type { Views } from './views.js'

export type PageData = {
  /** The title of the window, and the page's heading. */
  title: string
  /** A sentence below the heading. */
  lead?: string
  /** Breadcrumbs; the last one is the page itself and has no address. */
  crumbs?: { label: string; href: string }[]
  /** Buttons and links beside the heading: inputs of `ui('button')`. */
  actions?: Record<string, unknown>[]
} & Record<string, unknown>

export type PagesDeps = { views: Views; frameOf: FrameOf; browserSessions: BrowserSessions; setUp: OptionalFeatures }

export function createPages({ views, frameOf, browserSessions, setUp }: PagesDeps) {
  const translate = (ctx: Context): Translate => frameOf(ctx).t

  return {
    /** Answers with the view `views/VIEW.ejs` inside the page's frame. */
    async show(ctx: Context, view: string, data: PageData, status = 200): Promise<void> {
      const frame = frameOf(ctx)
      const { browser } = ctx.state
      // A user who must first choose a new password sees no menus.
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

    /** Redirects the browser to another page with a GET. */
    go(ctx: Context, path: string): void {
      ctx.status = 303
      ctx.redirect(localPath(path) ?? '/')
    },

    /** Sets a notice that the next page shows, once. */
    async flash(ctx: Context, notice: Notice): Promise<void> {
      if (ctx.state.browser) await browserSessions.addNotices(ctx.state.browser, [notice])
    },

    /** The reader's `t`, for titles and notices. */
    translate,
    /** The frame of views (frame.ts), for handlers that need more of it than `t`. */
    frameOf,
  }
}

export type Pages = ReturnType<typeof createPages>
