// Types of fields in the forms for an application's metadata: how a value is shown, and how what was typed is parsed.
import type { ExchangeRule } from '../../../policy/application-metadata.js'
import { refuseField } from '../../../protocol/errors.js'
import type { Context } from '../../handler.js'
import { chosenIn, typedIn } from '../fields.js'

/** The value of a form field: a text, whether a checkbox is on, or the chosen values. */
export type Shown = string | boolean | string[]
export type FieldType = {
  input: Record<string, unknown>
  typed: (ctx: Context, name: string) => Shown
  shown: (value: unknown) => Shown
  /** Parses the field to a metadata value; undefined if it is empty. @throws invalid_fields */
  read: (shown: Shown, name: string) => unknown
}

const code = { code: true, spellcheck: 'false', autocapitalize: 'none', autocomplete: 'off' }
const typedText = (ctx: Context, name: string) => typedIn(ctx, [name])[name]!
const split = (shown: Shown, by: RegExp): string[] | undefined => {
  const words = String(shown)
    .split(by)
    .map(word => word.trim())
    .filter(Boolean)
  return words.length > 0 ? words : undefined
}
const textType = { input: code, typed: typedText, shown: value => (value ?? '') as string } satisfies Partial<FieldType>

export const fieldTypes = {
  text: { ...textType, read: shown => String(shown).trim() || undefined },
  /** A list of texts, such as addresses, one on each line. */
  lines: {
    ...textType,
    input: { ...code, type: 'textarea', rows: 3 },
    shown: value => ((value as string[] | undefined) ?? []).join('\n'),
    read: shown => split(shown, /[\r\n]+/),
  },
  words: {
    ...textType,
    input: { ...code, type: 'textarea', rows: 3 },
    shown: value => ((value as string[] | undefined) ?? []).join('\n'),
    read: shown => split(shown, /[\s,]+/),
  },
  /** Exchange rules, one on each line: `RESOURCE | SCOPES | SCOPES OF THE TOKEN THAT WAS SENT`; no scope is a bar. */
  exchanges: {
    ...textType,
    input: { ...code, type: 'textarea', rows: 3 },
    shown: value => ((value as ExchangeRule[] | undefined) ?? []).map(exchangeLine).join('\n'),
    read: shown => split(shown, /[\r\n]+/)?.map(readExchange),
  },
  flag: {
    input: { type: 'checkbox' },
    typed: (ctx, name) => typedText(ctx, name) === '1',
    shown: value => value === true,
    read: shown => (shown === true ? true : undefined),
  },
  choice: {
    input: { type: 'select' },
    typed: typedText,
    shown: value => (value ?? '') as string,
    read: shown => shown || undefined,
  },
  choices: {
    input: { type: 'choices' },
    typed: chosenIn,
    shown: value => (value ?? []) as string[],
    read: shown => ((shown as string[]).length > 0 ? shown : undefined),
  },
  /** Scopes; in the metadata one string, separated by spaces. */
  scope: {
    input: { type: 'choices' },
    typed: chosenIn,
    shown: value =>
      String(value ?? '')
        .split(' ')
        .filter(Boolean),
    read: shown => (shown as string[]).join(' ') || undefined,
  },
  json: {
    input: { ...code, type: 'textarea', rows: 4 },
    typed: typedText,
    shown: value => (value === undefined ? '' : JSON.stringify(value, null, 2)),
    read(shown, name) {
      if (String(shown).trim() === '') return undefined
      try {
        return JSON.parse(String(shown))
      } catch {
        throw refuseField(name, 'unusable')
      }
    },
  },
} as const satisfies Record<string, FieldType>

function exchangeLine({ resource, scope = [], subject_scope: needed = [] }: ExchangeRule): string {
  const parts = [resource, scope.join(' '), needed.join(' ')]
  while (parts.at(-1) === '') parts.pop()
  return parts.join(' | ')
}

/** Parses an exchange rule without validating it: the rules of metadata do that. */
function readExchange(line: string): ExchangeRule {
  const [resource = '', scope = '', needed = '', ...rest] = line.split('|').map(part => part.trim())
  const words = (text: string) => text.split(/\s+/).filter(Boolean)
  return {
    resource: [resource, ...rest].join(' | '),
    ...(scope && { scope: words(scope) }),
    ...(needed && { subject_scope: words(needed) }),
  }
}
