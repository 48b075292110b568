// Reads body fields as Django REST framework's serializers do, with its texts of problems. The rules in a row of the
// route table say how a body is parsed, and the API's document is made from them (field-kinds.ts).
import { refuseField, refuseFields } from '../../protocol/errors.js'
import { isJsonObject } from '../../protocol/json.js'
import { type FieldProblems, problem } from '../../protocol/problems.js'
import type { Context } from '../handler.js'
import { type FieldKind, type FieldRule, fieldKinds, pythonType, type Values } from './field-kinds.js'

export type FieldRules = Readonly<Record<string, FieldRule>>

type KindOf<R> = R extends { is: infer K extends FieldKind } ? K : 'text'
type ValueOf<R> = R extends { is: 'choice'; of: readonly (infer C)[] } ? C : Values[KindOf<R>]
type OrNull<R> = R extends { nullable: true } ? null : never
type Missing<R> = R extends { required: false } ? undefined : never

/** The parsed fields, by their rules. */
export type ReadFields<R extends FieldRules> = { [N in keyof R]: ValueOf<R[N]> | OrNull<R[N]> | Missing<R[N]> }

/** Reads the body by the rules of its route's row. @throws invalid_fields with every problem at once */
export function readBody<const R extends FieldRules>(ctx: Context, { body }: { body: R }): ReadFields<R> {
  return readFields(ctx, body)
}

/** Reads the fields that the rules name; others are ignored. @throws invalid_fields with every problem at once */
export function readFields<const R extends FieldRules>(ctx: Context, rules: R): ReadFields<R> {
  const body = bodyOf(ctx)
  const problems: FieldProblems = {}
  const read: Record<string, unknown> = {}
  for (const [name, rule] of Object.entries<FieldRule>(rules)) {
    const kind = fieldKinds[rule.is ?? 'text']
    const value = Object.hasOwn(body, name) ? body[name] : undefined
    if (value === undefined) {
      if ('otherwise' in kind) read[name] = kind.otherwise
      else if (rule.required !== false) problems[name] = [problem('required')]
      continue
    }
    const found = value === null && rule.nullable ? { value } : kind.read(value, rule)
    if ('problem' in found) problems[name] = [found.problem]
    else read[name] = found.value
  }
  if (Object.keys(problems).length > 0) throw refuseFields(problems)
  return read as ReadFields<R>
}

/** The body as an object. @throws invalid_fields if it is no object */
export function bodyOf(ctx: Context): Record<string, unknown> {
  const { body } = ctx.request
  if (isJsonObject(body)) return body
  if (body === null) throw refuseField('non_field_errors', 'no_data')
  throw refuseField('non_field_errors', 'invalid_data', { type: pythonType(body) })
}
