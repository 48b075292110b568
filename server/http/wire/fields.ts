// Fields as Django REST framework's serializers read them, with its words for what is wrong.
import { refuse, refuseField } from '../../protocol/errors.js'
import { isJsonObject } from '../../protocol/json.js'
import type { Context } from '../handler.js'

export type FieldRule = {
  required?: boolean
  /** White space at the edges does not count; never for a password. */
  trim?: boolean
  blank?: boolean
  maxLength?: number
}

/** The fields that the rules name, as text. */
export type ReadFields<R extends Record<string, FieldRule>> = {
  [N in keyof R]: R[N] extends { required: false } ? string | undefined : string
}

/**
 * Reads text fields from the body; what the rules don't name is left alone.
 * @throws invalid_fields with every problem at once
 */
export function readFields<R extends Record<string, FieldRule>>(ctx: Context, rules: R): ReadFields<R> {
  const body = requireObject(ctx.request.body)
  const fields: Record<string, string[]> = {}
  const read: Record<string, string | undefined> = {}
  for (const [name, rule] of Object.entries(rules)) {
    const value = Object.hasOwn(body, name) ? body[name] : undefined
    if (value === undefined) {
      if (rule.required !== false) fields[name] = ['This field is required.']
      continue
    }
    const text = readText(value, rule)
    if ('problem' in text) fields[name] = [text.problem]
    else read[name] = text.text
  }
  if (Object.keys(fields).length > 0) throw refuse('invalid_fields', { fields })
  return read as ReadFields<R>
}

/**
 * Reads a list of texts from the body.
 * @param otherwise what a field that is not there means; without it the field is required
 * @throws invalid_fields
 */
export function readTexts(ctx: Context, name: string, otherwise?: string[]): string[] {
  const body = requireObject(ctx.request.body)
  const value = Object.hasOwn(body, name) ? body[name] : otherwise
  if (value === undefined) throw refuseField(name, 'This field is required.')
  if (!Array.isArray(value)) throw refuseField(name, `Expected a list of items but got type "${pythonType(value)}".`)
  return value.map(item => {
    const text = typeof item === 'string' ? readText(item, { blank: false, maxLength: 200 }) : null
    if (text === null || 'problem' in text) throw refuseField(name, text?.problem ?? 'Not a valid string.')
    return text.text
  })
}

/** A member that is true or false, in forms as text; false where it is not there. @throws invalid_fields */
export function readFlag(ctx: Context, name: string): boolean {
  const body = requireObject(ctx.request.body)
  const value = Object.hasOwn(body, name) ? body[name] : false
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw refuseField(name, 'Must be a valid boolean.')
}

/** An object inside the body, with whatever members. @throws invalid_fields */
export function readObject(ctx: Context, name: string): Record<string, unknown> {
  const body = requireObject(ctx.request.body)
  const value = Object.hasOwn(body, name) ? body[name] : undefined
  if (value === undefined) throw refuseField(name, 'This field is required.')
  if (!isJsonObject(value))
    throw refuseField(name, `Expected a dictionary of items but got type "${pythonType(value)}".`)
  return value
}

function requireObject(body: unknown): Record<string, unknown> {
  if (isJsonObject(body)) return body
  const problem =
    body === null ? 'No data provided' : `Invalid data. Expected a dictionary, but got ${pythonType(body)}.`
  throw refuse('invalid_fields', { fields: { non_field_errors: [problem] } })
}

function readText(value: unknown, { trim, blank, maxLength }: FieldRule): { text: string } | { problem: string } {
  if (value === null) return { problem: 'This field may not be null.' }
  if (typeof value !== 'string' && typeof value !== 'number') return { problem: 'Not a valid string.' }
  const text = trim ? String(value).trim() : String(value)
  if (text === '' && !blank) return { problem: 'This field may not be blank.' }
  if (text.includes('\0')) return { problem: 'Null characters are not allowed.' }
  const surrogate = /\p{Cs}/u.exec(text)
  if (surrogate) {
    const code = surrogate[0].charCodeAt(0).toString(16).toUpperCase()
    return { problem: `Surrogate characters are not allowed: U+${code}.` }
  }
  // Signs, not UTF-16 halves of them: what a name may have when it is made, it may have here.
  if (maxLength !== undefined && [...text].length > maxLength) {
    return { problem: `Ensure this field has no more than ${maxLength} characters.` }
  }
  return { text }
}

function pythonType(value: unknown): string {
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return typeof value === 'boolean' ? 'bool' : 'str'
}
