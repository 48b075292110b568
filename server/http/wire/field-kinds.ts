// What a field of a body can be: how each kind is read, and what the API's document says of it (JSON Schema).
import type { z } from 'zod'
import { isJsonObject } from '../../protocol/json.js'
import { type Problem, type ProblemCode, problem, type ValuesOf } from '../../protocol/problems.js'
import { parseTime } from './parameters.js'

/** Problems whose text has no values. */
type BareProblem = { [Code in ProblemCode]: ValuesOf<Code> extends [] ? Code : never }[ProblemCode]

export type FieldRule = {
  /** `text` where nothing is said. */
  is?: FieldKind
  required?: boolean
  /** null is taken, and handed on. */
  nullable?: true
  /** Of a text: white space at the edges does not count; never for a password. */
  trim?: boolean
  blank?: boolean
  maxLength?: number
  /** Not to be shown while it is typed. */
  secret?: true
  /** Of a choice; of a text those that are known, where others are judged further down. */
  of?: readonly string[]
  /** Of a number: its digits; of a number or a time: what it is refused with. */
  digits?: RegExp
  wrong?: BareProblem
  /** What stands in an object, or in what is given as it is; judged by whoever takes it, by the same schema. */
  schema?: z.ZodType
  /** In the API's document. */
  about?: string
}

export type FieldKind = keyof Values

/** What each kind is read as. */
export type Values = {
  text: string
  texts: string[]
  flag: boolean
  choice: string
  number: number
  /** Epoch ms. */
  time: number
  object: Record<string, unknown>
  given: unknown
}

type Found = { value: unknown } | { problem: Problem }

type KindRow = {
  read: (value: unknown, rule: FieldRule) => Found
  /** Without those of `schema`, which the document is made from as they are. */
  schema: (rule: FieldRule) => object
  /** What one that is not there counts as. */
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
  /** JSON says true or false; a form can only spell it. */
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
  // Characters, not UTF-16 halves of them: what a name may have when it is made, it may have here.
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

/** JSON has numbers; a form can only spell them. */
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
