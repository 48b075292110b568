// Lists are read by keyset: `limit` says how many, `after` where the page before ended; the answer's `next` is the value for
// the next call, or null at the end. `partial`: what is asked for is rare, and `next` looks further. `count=true` counts.
import type { Counted, Listed, Page } from '../../identity/listing.js'
import { refuseField } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import { type Columns, jsonOf } from '../lists/columns.js'

const usualLimit = 50
export const greatestLimit = 200

/** @throws invalid_fields */
export function readLimit(ctx: Context, usual = usualLimit): number {
  const text = readQuery(ctx, 'limit')
  if (text === undefined) return usual
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > greatestLimit)
    throw refuseField('limit', 'not_number_between', { min: 1, max: greatestLimit })
  return limit
}

/** A whole number of the query, such as the place to go on at. @throws invalid_fields */
export function readNumber<D>(ctx: Context, name: string, otherwise: D): number | D {
  const text = readQuery(ctx, name)
  if (text === undefined) return otherwise
  if (!/^\d{1,15}$/.test(text)) throw refuseField(name, 'not_whole')
  return Number(text)
}

/** A time of the query, as ISO 8601. @returns epoch ms @throws invalid_fields */
export function readTime(ctx: Context, name: string): number | undefined {
  const text = readQuery(ctx, name)
  if (text === undefined) return undefined
  const time = parseTime(text)
  if (time === null) throw refuseField(name, 'not_time')
  return time
}

const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/

/** ISO 8601; a time of day has its zone, a day alone begins in UTC. `Date.parse` takes `1` for a year. */
export function parseTime(text: string): number | null {
  const time = isoTime.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? null : time
}

/**
 * In an act, what is there and empty is refused: `?user=` means somebody, and shall not reach everybody.
 * @throws invalid_fields, also when the parameter is there more than once (RFC 6749 §3.1 says the same of OAuth's)
 */
export function readQuery(ctx: Context, name: string): string | undefined {
  const value = ctx.query[name]
  if (Array.isArray(value)) throw refuseField(name, 'given_twice')
  if (value === undefined || (value === '' && ctx.method !== 'POST')) return undefined
  if (value.trim() === '') throw refuseField(name, 'parameter_blank')
  if (value.length > 200 || /\p{Cc}/u.test(value)) throw refuseField(name, 'unusable')
  return value
}

/** @throws invalid_fields */
export function readPage(ctx: Context): Page {
  return { limit: readLimit(ctx), after: readQuery(ctx, 'after') }
}

/** @throws invalid_fields */
export function readChoice<C extends string>(ctx: Context, name: string, choices: readonly C[]): C | undefined {
  const text = readQuery(ctx, name)
  if (text === undefined) return undefined
  const choice = choices.find(one => one === text)
  if (choice === undefined) throw refuseField(name, 'not_one_of', { choices })
  return choice
}

/** Is it asked for: `?all`, `?all=true`? @throws invalid_fields */
export function isAsked(ctx: Context, name: string): boolean {
  if (ctx.query[name] === '') return true
  const text = readQuery(ctx, name)
  if (text === undefined || text === 'false' || text === '0') return false
  if (text === 'true' || text === '1') return true
  throw refuseField(name, 'not_true_or_false')
}

/** Answers one page of a list by the table of its columns. */
export function answerRows<Row>(
  ctx: Context,
  listed: Listed<Row>,
  columns: Columns<Row>,
  count: () => Promise<Counted>,
): Promise<void> {
  return answerPage(ctx, listed, row => jsonOf(columns, row), count)
}

/** Answers one page of a list, and how many there are where that is asked for. */
export async function answerPage<Row>(
  ctx: Context,
  { results, next, partial }: Listed<Row>,
  present: (row: Row) => object,
  count: () => Promise<Counted>,
): Promise<void> {
  const counted = isAsked(ctx, 'count') ? await count() : null
  ctx.body = {
    results: results.map(present),
    next,
    partial,
    ...(counted && { count: counted.count, more: counted.more }),
  }
}
