// The filters of a list, described once: the name in the address, the name in the list's filter, and how the value is
// parsed. The API refuses unusable values; a page shows the list without that filter, unless the list selects what will
// be ended.
import { refuseField } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import { type Finder, findPerson, readActor } from '../pages/admin/people.js'
import { beginningOf, endOf } from '../pages/days.js'
import { readText } from '../pages/query.js'
import { type ParameterKind, type ParameterRule, readParameter } from '../wire/parameters.js'

/** Parses a filter in the address of a page; undefined if missing or unusable. For the API: wire/parameters.ts. */
type Typed = (ctx: Context, name: string, choices: readonly string[], by: Finder) => unknown

const oneOf: Typed = (ctx, name, choices) => choices.find(one => one === readText(ctx, name))

const kinds = {
  text: (ctx, name) => readText(ctx, name) || undefined,
  choice: oneOf,
  /** The API accepts any word; a page offers the known ones in a list. */
  word: oneOf,
  flag(ctx, name) {
    const text = readText(ctx, name)
    return text === 'true' || text === 'false' ? text === 'true' : undefined
  },
  /** The API accepts ids; a page also accepts names and other search texts. */
  user(ctx, name, _, by) {
    const text = readText(ctx, name)
    return text === '' ? undefined : findPerson(name, text, by)
  },
  actor: (ctx, name, _, by) => readActor(name, readText(ctx, name), by),
  /** On a page a day or a minute is in the reader's time zone, and the last day is included. */
  from: (ctx, name, _, { frame }) => beginningOf(readText(ctx, name), frame.zone),
  until: (ctx, name, _, { frame }) => endOf(readText(ctx, name), frame.zone),
} as const satisfies { [K in ParameterKind]?: Typed }

/** A filter, by its name in the API's address. */
export type Field<Filter> = ParameterRule & {
  /** The member of the list's filter. */
  as: keyof Filter & string
  is: keyof typeof kinds
  /** Its name in the address of a page, if that differs; null if pages do not have it. */
  page?: string | null
}

export type Fields<Filter> = Readonly<Record<string, Field<Filter>>>

/** Reads a list's filter from the API's address. @throws invalid_fields */
export function readAsked<Filter>(ctx: Context, fields: Fields<Filter>): Filter {
  const filter: Partial<Record<keyof Filter, unknown>> = {}
  for (const [name, rule] of Object.entries(fields)) filter[rule.as] = readParameter(ctx, name, rule)
  return filter as Filter
}

/** `strictly`: refuses unusable filters. A list may show more rows than asked for; what ends sessions may not. */
export type Reading = { strictly?: boolean }

/** Query parameters of a page's list beside its filters: page size and position. */
const ofPages = ['size', 'after', 'before', 'row']

/**
 * Reads a list's filter from a page's address.
 * @throws invalid_fields, if `strictly`, for an unusable or unknown filter
 */
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
