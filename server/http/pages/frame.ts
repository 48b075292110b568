// What every view and every component can use, beside what its handler gives it. This is the whole of it:
//
//   t(key, values)                     a text in the reader's language
//   format.date|dayMonth|dateTime|moment|exactTime|time|relative(ms) · format.number|rate|percent|duration|during(seconds)|list
//   ui('badge', { … })                 a component of views/components/; its first lines say what it takes
//   url(path, { query })               an address · withQuery({ page: null })   this address, with other parameters
//   query.NAME                         what the address says, for filters · here   this address, to come back to
//   asset(name)                        a file of public/
//   me                                 { id, username, name } or null · may(permission)
//   csrf()                             the hidden field that every form must have (ui('form') has it)
//   attributes({ … })                  HTML attributes, escaped · breakable(text)   text, escaped, whose long names may take two lines
//   language, locale, theme, zone, zoneKnown
import type { Context } from '../handler.js'
import { createFormats } from './formats.js'
import { type Parameters, pathWith, whereIs } from './paths.js'
import type { ReaderOf } from './reader.js'
import { languages, type Texts, type Translate } from './texts.js'
import { type Inputs, type Views, writeAttributes, writeBreakable } from './views.js'

export type FrameDeps = {
  views: Views
  texts: Texts
  readerOf: ReaderOf
  issuer: string
  /** The address of a file of `public/`. */
  assetPath: (name: string) => string
  /** A form token (CSRF) for the page of this request. */
  formToken: (ctx: Context) => string
  now: () => number
}

export type FrameOf = ReturnType<typeof createFrames>
export type Frame = ReturnType<FrameOf>

export function createFrames({ views, texts, readerOf, issuer, assetPath, formToken, now }: FrameDeps) {
  function make(ctx: Context) {
    const reader = readerOf(ctx)
    const { locale } = languages[reader.language]
    const t: Translate = texts.in(reader.language)
    const user = ctx.state.browser?.user ?? null
    const query = Object.fromEntries(new URLSearchParams(ctx.querystring)) as Record<string, string>

    const frame = {
      ...reader,
      locale,
      languages,
      t,
      format: createFormats(locale, reader.zone, now(), t),
      now: now(),
      here: whereIs(ctx, issuer),
      path: ctx.path,
      query,
      url: (path: string, parameters: Parameters = {}) => pathWith(path, parameters),
      withQuery: (changes: Parameters) => pathWith(ctx.path, { ...query, ...changes }),
      asset: assetPath,
      attributes: writeAttributes,
      breakable: writeBreakable,
      me: user && {
        id: user.id,
        username: user.username,
        name: [user.firstName, user.lastName].filter(Boolean).join(' ') || user.username,
      },
      may: (permission: string) => user?.allPermissions.includes(permission) ?? false,
      csrf: () => `<input type="hidden" name="_token" value="${formToken(ctx)}">`,
      /** Renders a component. It gets the frame and its own inputs, never those of the page. */
      ui: (component: string, inputs: Inputs = {}): string =>
        views.render(`components/${component}`, { ...frame, ...inputs }),
    }
    return frame
  }

  const made = new WeakMap<Context, ReturnType<typeof make>>()

  return function frameOf(ctx: Context): ReturnType<typeof make> {
    const frame = made.get(ctx) ?? make(ctx)
    made.set(ctx, frame)
    return frame
  }
}
