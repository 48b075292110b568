// The kinds of body fields: how each is parsed, and its JSON Schema in the API's document.
import type { z } from 'zod'
import { isJsonObject } from '../../protocol/json.js'
import { type Problem, type ProblemCode, problem, type ValuesOf } from '../../protocol/problems.js'
import { parseTime } from './parameters.js'

/** Problems whose text has no placeholders. */
type BareProblem = { [Code in ProblemCode]: ValuesOf<Code> extends [] ? Code : never }[ProblemCode]

export type FieldRule = {
  /** The kind of the field; `text` by default. */
  is?: FieldKind
  required?: boolean
  /** null is accepted, and passed on. */
  nullable?: true
  /** For a text: white space at both ends is removed; never for a password. */
  trim?: boolean
  blank?: boolean
  maxLength?: number
  /** A secret, which forms hide while it is typed. */
  secret?: true
  /** For a choice: its values. For a text: known values; other ones are judged by the layers below. */
  of?: readonly string[]
  /** For a number: the pattern of its digits. `wrong`: the problem of a number or a time that cannot be parsed. */
  digits?: RegExp
  wrong?: BareProblem
  /** The schema of an object or a raw value, for the document; the layer that takes the value checks it. */
  schema?: z.ZodType
  /** The description in the API's document. */
  about?: string
}

export type FieldKind = keyof Values

/** The type of the parsed value, by kind. */
export type Values = {
  text: string
  texts: string[]
  flag: boolean
  choice: string
  number: number
  /** A time, epoch ms. */
  time: number
  object: Record<string, unknown>
  given: unknown
}

type Found = { value: unknown } | { problem: Problem }

type KindRow = {
  read: (value: unknown, rule: FieldRule) => Found
  /** JSON Schema of the field, unless its rule has a `schema`, which the document is made from directly. */
  schema: (rule: FieldRule) => object
  /** The value of a missing field. */
  otherwise?: unknown
}

export const fieldKinds: Readonly<Record<FieldKind, KindRow>> = {
  text: { read: readText, schema: textSchema },
  texts: {
    read(value) {
      if (!Array.isArray(value)) return { problem: problem('not_list', { type: pythonType(value) }) }
      const texts: unknown[] = []
      for (const item of value) {
        if (typeof item !== 'string') return { problem: problem('not_string') }
        const found = readText(item, oneOfTexts)
        if ('problem' in found) return found
        texts.push(found.value)
      }
      return { value: texts }
    },
    schema: () => ({ type: 'array', items: textSchema(oneOfTexts) }),
  },
  /** A boolean in JSON, or the words `true` and `false`, as forms send them. */
  flag: {
    read(value) {
      if (value === true || value === 'true') return { value: true }
      if (value === false || value === 'false') return { value: false }
      return { problem: problem('not_boolean') }
    },
    schema: () => ({ type: 'boolean', default: false }),
    otherwise: false,
  },
  choice: {
    read(value, rule) {
      const { of: choices = [] } = rule
      const found = readText(value, rule)
      if ('problem' in found || choices.includes(found.value as string)) return found
      return { problem: problem('not_one_of', { choices }) }
    },
    schema: ({ of = [] }) => ({ enum: of }),
  },
  number: {
    read: (value, rule) => readAs(value, rule, text => (rule.digits!.test(text) ? Number(text) : null)),
    schema: () => ({ type: 'integer', minimum: 0 }),
  },
  time: {
    read: (value, rule) => readAs(value, rule, parseTime),
    schema: () => ({ type: 'string', format: 'date-time' }),
  },
  object: {
    read: value =>
      isJsonObject(value) ? { value } : { problem: problem('not_dictionary', { type: pythonType(value) }) },
    schema: () => ({ type: 'object' }),
  },
  given: { read: value => ({ value }), schema: () => ({}) },
}

const oneOfTexts: FieldRule = { maxLength: 200 }

function readText(value: unknown, { trim, blank, maxLength }: FieldRule): Found {
  if (value === null) return { problem: problem('null') }
  if (typeof value !== 'string' && typeof value !== 'number') return { problem: problem('not_string') }
  const text = trim ? String(value).trim() : String(value)
  if (text === '' && !blank) return { problem: problem('blank') }
  if (text.includes('\0')) return { problem: problem('null_characters') }
  const surrogate = /\p{Cs}/u.exec(text)
  if (surrogate) {
    const point = surrogate[0].charCodeAt(0).toString(16).toUpperCase()
    return { problem: problem('surrogate_characters', { point }) }
  }
  // Counts characters, not UTF-16 code units, as the check of new names does.
  if (maxLength !== undefined && [...text].length > maxLength) {
    return { problem: problem('too_long', { count: maxLength }) }
  }
  return { value: text }
}

function textSchema({ blank, maxLength, secret, of }: FieldRule): object {
  return {
    type: 'string',
    ...(!blank && { minLength: 1 }),
    ...(maxLength !== undefined && { maxLength }),
    ...(secret && { format: 'password' }),
    ...(of && { enum: of }),
  }
}

/** Parses a number or a time from text: forms have no numbers. */
function readAs(value: unknown, rule: FieldRule, parse: (text: string) => number | null): Found {
  const found = readText(value, rule)
  if ('problem' in found) return found
  const parsed = parse(found.value as string)
  return parsed === null ? { problem: problem(rule.wrong ?? 'unusable') } : { value: parsed }
}

export function pythonType(value: unknown): string {
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return typeof value === 'boolean' ? 'bool' : 'str'
}
