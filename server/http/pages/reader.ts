// The reader's preferences, from cookies and headers: language, theme and time zone. Nothing here needs the database,
// so that error pages have them too.
import type { Context } from '../handler.js'
import type { Cookies } from './cookies.js'
import { isLanguage, type Language, languages } from './texts.js'

export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export type Reader = {
  language: Language
  theme: Theme
  /** An IANA time zone, and whether the browser has set it; UTC by default. */
  zone: string
  zoneKnown: boolean
}

export function createReaders(cookies: Cookies) {
  return function readerOf(ctx: Context): Reader {
    const chosen = cookies.read(ctx, 'darvoza-language')
    const preferred =
      languageIn(ctx.state.uiLocales) ?? (ctx.acceptsLanguages(...Object.keys(languages)) as Language | false)
    const theme = cookies.read(ctx, 'darvoza-theme')
    const zone = knownZone(cookies.read(ctx, 'darvoza-zone') ?? '')
    return {
      language: isLanguage(chosen) ? chosen : preferred || 'en',
      theme: isTheme(theme) ? theme : 'auto',
      zone: zone ?? 'UTC',
      zoneKnown: zone !== null,
    }
  }
}

/** The first language tag that the pages have (OpenID Connect Core §3.1.2.1, `ui_locales`). */
function languageIn(locales = ''): Language | undefined {
  return locales
    .split(' ')
    .map(tag => tag.split('-', 1)[0]!.toLowerCase())
    .find(isLanguage)
}

export type ReaderOf = ReturnType<typeof createReaders>

export function isTheme(text: unknown): text is Theme {
  return themes.includes(text as Theme)
}

const known = new Set(Intl.supportedValuesOf('timeZone'))

/** The canonical name of a time zone; browsers use old names of some, such as Asia/Calcutta. null if unknown. */
export function knownZone(zone: string): string | null {
  if (known.has(zone) || zone === 'UTC') return zone
  if (!/^[A-Za-z]+\/[A-Za-z_/-]{1,40}$/.test(zone)) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    return null
  }
}
