// Lists are read by keyset: `limit` says how many, `after` where the page before ended; the answer's `next` is the value for
// the next call, or null at the end. `partial`: what is asked for is rare, and `next` looks further. `count=true` counts.
import type { Counted, Listed, Page } from '../../identity/listing.js'
import type { Context } from '../handler.js'
import { type Columns, jsonOf } from '../lists/columns.js'
import { type ParameterRules, readParameter, readParameters } from '../wire/parameters.js'

const usualLimit = 50
export const greatestLimit = 200

export const limit = { is: 'number', from: 1, upto: greatestLimit, about: 'How many at most.' } as const

/** How far a list is read. */
export const paging = {
  limit,
  after: { is: 'text', about: 'Where the page before ended: `next` of its answer.' },
  count: { is: 'mark', about: 'Count them as well.' },
} as const satisfies ParameterRules

/** @throws invalid_fields */
export function readPage(ctx: Context, usual = usualLimit): Page {
  const { limit = usual, after } = readParameters(ctx, { limit: paging.limit, after: paging.after })
  return { limit, after }
}

/** Of a list that has another way to go on. @throws invalid_fields */
export function readLimit(ctx: Context): number {
  return readParameter(ctx, 'limit', limit) ?? usualLimit
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
  const counted = readParameter(ctx, 'count', paging.count) ? await count() : null
  ctx.body = {
    results: results.map(present),
    next,
    partial,
    ...(counted && { count: counted.count, more: counted.more }),
  }
}
