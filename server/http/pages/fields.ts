// Reading forms, and presenting their problems. Handlers read only the fields that they name; others are ignored.
//
//   try {
//     const { name } = readFields(ctx, { name: { trim: true, maxLength: 60 } })   // wire/fields.ts
//     await devices.rename(…)
//   } catch (error) {
//     return show(ctx, { values: typedIn(ctx, ['name']), problems: problemsOf(error, pages.frameOf(ctx)) }, 400)
//   }
import { type ErrorCode, Refusal } from '../../protocol/errors.js'
import { isProblem, type Problem, type ProblemValue } from '../../protocol/problems.js'
import type { Context } from '../handler.js'
import type { Frame } from './frame.js'
import type { Translate } from './texts.js'

/** The problem of each field, in the reader's language; `non_field_errors` for the whole form. */
export type Problems = Record<string, string>

/** Temporary refusals: the same form can be sent again a little later. */
const temporary: ReadonlySet<ErrorCode> = new Set(['too_many_guesses', 'overloaded'])

/** The problems in a refusal; other errors, which no change of the form can fix, are thrown again. */
export function problemsOf(error: unknown, frame: Frame): Problems {
  if (!(error instanceof Refusal)) throw error
  if (temporary.has(error.code)) return { non_field_errors: refusalText(error, frame) }
  if (error.code !== 'invalid_fields') throw error
  return Object.fromEntries(
    Object.entries(error.details.fields ?? {}).map(([field, problems]) => [
      field,
      problems.map(problem => problemText(problem, frame.t)).join(' '),
    ]),
  )
}

/** Whether an error is a temporary refusal: the same form can be sent again a little later. */
export const isTemporary = (error: unknown): error is Refusal => error instanceof Refusal && temporary.has(error.code)

/** The status of a refused form's page; sets `Retry-After` if the time to try again is known. */
export function statusOf(ctx: Context, error: unknown): number {
  if (!isTemporary(error)) return 400
  if (error.details.retryAfter !== undefined) ctx.set('Retry-After', String(error.details.retryAfter))
  return error.status
}

/** The text of a refusal for a user, with the time to try again. */
export function refusalText({ code, details: { retryAfter = 0 } }: Refusal, { t, format }: Frame): string {
  const text = t(`errors.${code}`)
  // Rounded up: a retry a moment too early would be refused again.
  const seconds = retryAfter < 60 ? retryAfter : Math.ceil(retryAfter / 60) * 60
  return retryAfter > 5 ? `${text} ${t('error.again', { span: format.during(seconds) })}` : text
}

/** The values as typed, to show the form again. Never for a password. */
export function typedIn<N extends string>(ctx: Context, names: readonly N[]): Record<N, string> {
  const body = ctx.request.body as Record<string, unknown>
  return Object.fromEntries(names.map(name => [name, typeof body?.[name] === 'string' ? body[name] : ''])) as Record<
    N,
    string
  >
}

/** Rules of a form that changes a profile. Every field is required: a missing one would empty the stored value. */
export const profileRules = {
  username: { trim: true },
  first_name: { blank: true, trim: true },
  last_name: { blank: true, trim: true },
  email: { blank: true, trim: true },
} as const

/** A profile as typed. */
export function typedProfile(ctx: Context) {
  const { username, first_name, last_name, email } = typedIn(ctx, ['username', 'first_name', 'last_name', 'email'])
  return {
    username: username.trim(),
    email: email.trim(),
    firstName: first_name.trim(),
    lastName: last_name.trim(),
  }
}

/** The ids of the rows picked in a table: fields `pick:ID`. */
export const picked = (ctx: Context): string[] => chosenIn(ctx, 'pick')

/** The values of a group of checkboxes that are on: fields `NAME:VALUE`. */
export function chosenIn(ctx: Context, field: string): string[] {
  const names = Object.keys((ctx.request.body ?? {}) as object)
  return names.filter(name => name.startsWith(`${field}:`)).map(name => name.slice(field.length + 1))
}

/** The text of a problem, in the reader's language. */
export function problemText({ code, values = {} }: Problem, t: Translate): string {
  const texts = Object.entries(values).map(([name, value]) => [name, valueText(value, t)])
  return t(`problems.${code}`, Object.fromEntries(texts))
}

function valueText(value: ProblemValue, t: Translate): string | number {
  if (typeof value !== 'object') return value
  if (isProblem(value)) return problemText(value, t)
  return value.map(one => valueText(one, t)).join(', ')
}
