// The texts of pages, in every language: views/locales/LANGUAGE.json, keys grouped by page, and those about error codes
// in errors/LANGUAGE.json (`aboutErrors`). A test compares the languages with each other, and the keys with those that
// views and handlers use (test/unit/texts.test.ts).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInstance } from 'i18next'
import { oncePerFolder } from './once-per-folder.js'

/** The languages, each with its own name and its locale for Intl. */
export const languages = {
  en: { name: 'English', locale: 'en-GB' },
  uz: { name: 'Oʻzbekcha', locale: 'uz-Latn-UZ' },
  ru: { name: 'Русский', locale: 'ru-RU' },
} as const

export type Language = keyof typeof languages

/** `t('shared.rows', { count: 3 })`: plain text, to be escaped where it is written. */
export type Translate = (key: string, values?: Record<string, string | number>) => string

export function isLanguage(text: unknown): text is Language {
  return typeof text === 'string' && Object.hasOwn(languages, text)
}

/** All texts of a language. @param folder with the locales */
export function readTexts(folder: string, language: Language): object {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as object
  return { ...read(`${language}.json`), aboutErrors: read(`errors/${language}.json`) }
}

/** @param folder with the locales */
export const createTexts = oncePerFolder((folder: string) => {
  const names = Object.keys(languages) as Language[]
  const resources = Object.fromEntries(names.map(name => [name, { translation: readTexts(folder, name) }]))
  const i18next = createInstance()
  void i18next.init({
    resources,
    initAsync: false,
    supportedLngs: names,
    fallbackLng: 'en',
    // Views escape all texts themselves.
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0])
  const translators = new Map(
    names.map(name => {
      const fixed = i18next.getFixedT(name)
      return [name, ((key, values = {}) => fixed(key, values) as string) as Translate]
    }),
  )
  return {
    in: (language: Language): Translate => translators.get(language)!,
    has: (key: string): boolean => i18next.exists(key),
  }
})

export type Texts = ReturnType<typeof createTexts>
