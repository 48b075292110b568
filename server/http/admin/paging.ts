// Lists are read by keyset pagination: `limit` is the number of rows, `after` the position where the previous page
// ended; the answer's `next` is `after` of the next call, or null at the end. `partial`: rows that match are rare, and
// the next call goes on searching. `count=true` counts all rows.
import type { Counted, Listed, Page } from '../../identity/listing.js'
import type { Context } from '../handler.js'
import { type Columns, jsonOf } from '../lists/columns.js'
import { type ParameterRules, readParameter, readParameters } from '../wire/parameters.js'

const usualLimit = 50
export const greatestLimit = 200

export const limit = { is: 'number', from: 1, upto: greatestLimit, about: 'Maximum number of rows.' } as const

/** Query parameters of paging. */
export const paging = {
  limit,
  after: { is: 'text', about: 'Cursor: `next` of the previous page.' },
  count: { is: 'mark', about: 'Include the number of rows.' },
} as const satisfies ParameterRules

/** @throws invalid_fields */
export function readPage(ctx: Context, usual = usualLimit): Page {
  const { limit = usual, after } = readParameters(ctx, { limit: paging.limit, after: paging.after })
  return { limit, after }
}

/** `limit` of a list that has no `after`. @throws invalid_fields */
export function readLimit(ctx: Context): number {
  return readParameter(ctx, 'limit', limit) ?? usualLimit
}

/** Answers one page of a list, its rows presented by a table of columns. */
export function answerRows<Row>(
  ctx: Context,
  listed: Listed<Row>,
  columns: Columns<Row>,
  count: () => Promise<Counted>,
): Promise<void> {
  return answerPage(ctx, listed, row => jsonOf(columns, row), count)
}

/** Answers one page of a list and, if the request asks for it, the number of all rows. */
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
