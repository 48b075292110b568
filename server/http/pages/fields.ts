// What a form sends, and what was wrong with it. Handlers read only the fields they name; whatever else is sent is left alone.
//
//   try {
//     const { name } = readFields(ctx, { name: { trim: true, maxLength: 60 } })   // wire/fields.ts
//     await devices.rename(…)
//   } catch (error) {
//     return show(ctx, { values: typedIn(ctx, ['name']), problems: problemsOf(error, t) }, 400)
//   }
import { Refusal } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import { problemTexts } from './problem-texts.js'
import type { Translate } from './texts.js'

/** What is wrong with each field, in the reader's language; `non_field_errors` for the whole form. */
export type Problems = Record<string, string>

/** The problems that a refusal tells; throws on what is no problem of fields. */
export function problemsOf(error: unknown, t: Translate): Problems {
  if (!(error instanceof Refusal) || error.code !== 'invalid_fields') throw error
  return Object.fromEntries(
    Object.entries(error.details.fields ?? {}).map(([field, problems]) => [
      field,
      problems.map(problem => translateProblem(problem, t)).join(' '),
    ]),
  )
}

/** What the person typed, to be shown again beside what is wrong with it. Never for a password. */
export function typedIn<N extends string>(ctx: Context, names: readonly N[]): Record<N, string> {
  const body = ctx.request.body as Record<string, unknown>
  return Object.fromEntries(names.map(name => [name, typeof body?.[name] === 'string' ? body[name] : ''])) as Record<
    N,
    string
  >
}

/** The ids of the rows that were picked in a table: fields `pick:ID`. */
export function picked(ctx: Context): string[] {
  const names = Object.keys((ctx.request.body ?? {}) as object)
  return names.filter(name => name.startsWith('pick:')).map(name => name.slice('pick:'.length))
}

/** The floors below tell in English what is wrong; a problem without a row is told as it is. */
export function translateProblem(problem: string, t: Translate): string {
  for (const { pattern, key } of problemTexts) {
    const match = pattern.exec(problem)
    if (match) return t(key, { ...match.groups, ...(match.groups?.count && { count: Number(match.groups.count) }) })
  }
  return problem
}
