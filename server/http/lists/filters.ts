// The filters of a list, described once: what an address calls each, what it is for the list, and how it is read. The API
// refuses what it cannot use; a page shows the list all the same, but where something would be ended by it.
import { refuseField } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import { type Finder, findPerson, readActor } from '../pages/admin/people.js'
import { beginningOf, endOf } from '../pages/days.js'
import { readText } from '../pages/query.js'
import { type ParameterKind, type ParameterRule, readParameter } from '../wire/parameters.js'

/** How a person types one; undefined where it is not there, or cannot be used. Programs: wire/parameters.ts. */
type Typed = (ctx: Context, name: string, choices: readonly string[], by: Finder) => unknown

const oneOf: Typed = (ctx, name, choices) => choices.find(one => one === readText(ctx, name))

const kinds = {
  text: (ctx, name) => readText(ctx, name) || undefined,
  choice: oneOf,
  /** Any word for programs, one of the known ones for people, who choose it. */
  word: oneOf,
  flag(ctx, name) {
    const text = readText(ctx, name)
    return text === 'true' || text === 'false' ? text === 'true' : undefined
  },
  /** A program knows ids; a person types whatever people are found by. */
  user(ctx, name, _, by) {
    const text = readText(ctx, name)
    return text === '' ? undefined : findPerson(name, text, by)
  },
  actor: (ctx, name, _, by) => readActor(name, readText(ctx, name), by),
  /** A person means days or minutes where they are, and the last one is within. */
  from: (ctx, name, _, { frame }) => beginningOf(readText(ctx, name), frame.zone),
  until: (ctx, name, _, { frame }) => endOf(readText(ctx, name), frame.zone),
} as const satisfies { [K in ParameterKind]?: Typed }

/** By its name in the API's address. */
export type Field<Filter> = ParameterRule & {
  /** What the list calls it. */
  as: keyof Filter & string
  is: keyof typeof kinds
  /** Its name in the address of a page where that is another; null where pages have none. */
  page?: string | null
}

export type Fields<Filter> = Readonly<Record<string, Field<Filter>>>

/** @throws invalid_fields */
export function readAsked<Filter>(ctx: Context, fields: Fields<Filter>): Filter {
  const filter: Partial<Record<keyof Filter, unknown>> = {}
  for (const [name, rule] of Object.entries(fields)) filter[rule.as] = readParameter(ctx, name, rule)
  return filter as Filter
}

/** `strictly`: a list may show more than was asked for; what ends something may not. */
export type Reading = { strictly?: boolean }

/** What addresses of pages say beside filters: how much is shown, and from where on. */
const ofPages = ['size', 'after', 'before', 'row']

/** @throws invalid_fields, strictly, where a field is there and cannot be used, or is not known */
export async function readTyped<Filter>(
  ctx: Context,
  fields: Fields<Filter>,
  by: Finder,
  { strictly = false }: Reading = {},
): Promise<Filter> {
  const shown = Object.entries(fields).filter(([, { page }]) => page !== null)
  const known = shown.map(([name, { page }]) => page ?? name)
  const unknown = Object.keys(ctx.query).find(name => !known.includes(name) && !ofPages.includes(name))
  if (strictly && unknown !== undefined) throw refuseField(unknown, 'unknown_filter')
  const filter: Partial<Record<keyof Filter, unknown>> = {}
  for (const [named, { as, is, of = [], page }] of shown) {
    const name = page ?? named
    const typed: Typed = kinds[is]
    filter[as] = await typed(ctx, name, of, by)
    if (strictly && by.which.some(({ field }) => field === name)) throw refuseField(name, 'several_users')
    if (strictly && filter[as] === undefined && isThere(ctx, name)) throw refuseField(name, 'unusable')
  }
  return filter as Filter
}

function isThere(ctx: Context, name: string): boolean {
  const asked = ctx.query[name]
  return Array.isArray(asked) || (asked ?? '').trim() !== ''
}
