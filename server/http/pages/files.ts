// Lists as CSV files for a spreadsheet: with the separator of the reader's language, or the one that the reader chose
// before.
import type { CsvChoice, Separator } from '../admin/csv.js'
import type { Context } from '../handler.js'
import type { Cookies } from './cookies.js'
import type { Frame } from './frame.js'
import type { Language } from './texts.js'

const usual = { en: 'comma', uz: 'semicolon', ru: 'semicolon' } as const satisfies Record<Language, Separator>
const others = { comma: 'semicolon', semicolon: 'comma' } as const

type Chosen = keyof typeof others

const isChosen = (text: unknown): text is Chosen => typeof text === 'string' && Object.hasOwn(others, text)

export function createFileChoice({ cookies }: { cookies: Cookies }) {
  function separatorOf(ctx: Context, { language }: Frame): Chosen {
    const kept = cookies.read(ctx, 'darvoza-separator')
    return isChosen(kept) ? kept : usual[language]
  }

  return {
    /** The CSV options of the requested file; a separator in its address is remembered in a cookie. */
    take(ctx: Context, frame: Frame): CsvChoice {
      const { separator } = ctx.query
      if (isChosen(separator)) cookies.set(ctx, 'darvoza-separator', separator)
      return { separator: isChosen(separator) ? separator : separatorOf(ctx, frame), zone: frame.zone }
    },

    /**
     * Inputs of ui('button') for a file, and for the same file with another separator.
     * @param href address of the file
     */
    links(ctx: Context, frame: Frame, href: (more: Record<string, string>) => string, label: string) {
      const other = others[separatorOf(ctx, frame)]
      return [
        { label, icon: 'download', href: href({}) },
        { label: frame.t(`shared.csvWith.${other}`), tone: 'silent', href: href({ separator: other }) },
      ]
    },
  }
}

export type FileChoice = ReturnType<typeof createFileChoice>
