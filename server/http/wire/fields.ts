// Fields as Django REST framework's serializers read them, with its words for what is wrong.
import { refuseField, refuseFields } from '../../protocol/errors.js'
import { isJsonObject } from '../../protocol/json.js'
import { type FieldProblems, type Problem, problem } from '../../protocol/problems.js'
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
  const fields: FieldProblems = {}
  const read: Record<string, string | undefined> = {}
  for (const [name, rule] of Object.entries(rules)) {
    const value = Object.hasOwn(body, name) ? body[name] : undefined
    if (value === undefined) {
      if (rule.required !== false) fields[name] = [problem('required')]
      continue
    }
    const text = readText(value, rule)
    if ('problem' in text) fields[name] = [text.problem]
    else read[name] = text.text
  }
  if (Object.keys(fields).length > 0) throw refuseFields(fields)
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
  if (value === undefined) throw refuseField(name, 'required')
  if (!Array.isArray(value)) throw refuseField(name, 'not_list', { type: pythonType(value) })
  return value.map(item => {
    if (typeof item !== 'string') throw refuseField(name, 'not_string')
    const text = readText(item, { blank: false, maxLength: 200 })
    if ('problem' in text) throw refuseFields({ [name]: [text.problem] })
    return text.text
  })
}

/** A member that is true or false, in forms as text; false where it is not there. @throws invalid_fields */
export function readFlag(ctx: Context, name: string): boolean {
  const body = requireObject(ctx.request.body)
  const value = Object.hasOwn(body, name) ? body[name] : false
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw refuseField(name, 'not_boolean')
}

/** An object inside the body, with whatever members. @throws invalid_fields */
export function readObject(ctx: Context, name: string): Record<string, unknown> {
  const body = requireObject(ctx.request.body)
  const value = Object.hasOwn(body, name) ? body[name] : undefined
  if (value === undefined) throw refuseField(name, 'required')
  if (!isJsonObject(value)) throw refuseField(name, 'not_dictionary', { type: pythonType(value) })
  return value
}

/** All of the body. @throws invalid_fields where it is no object */
export function bodyOf(ctx: Context): Record<string, unknown> {
  return requireObject(ctx.request.body)
}

function requireObject(body: unknown): Record<string, unknown> {
  if (isJsonObject(body)) return body
  if (body === null) throw refuseField('non_field_errors', 'no_data')
  throw refuseField('non_field_errors', 'invalid_data', { type: pythonType(body) })
}

function readText(value: unknown, { trim, blank, maxLength }: FieldRule): { text: string } | { problem: Problem } {
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
  return { text }
}

function pythonType(value: unknown): string {
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return typeof value === 'boolean' ? 'bool' : 'str'
}
