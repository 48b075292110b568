// Functions common to the list pages, beside filters and columns (http/lists/).
import type { PublicDevice } from '../../../identity/devices/public-session.js'
import type { Counted, Listed, Page } from '../../../identity/listing.js'
import { Refusal } from '../../../protocol/errors.js'
import type { Context } from '../../handler.js'
import { readSize, readText } from '../query.js'

/** Reads one page of a list. A wrong position in the address shows the list from its beginning. */
export async function readListed<Row>(ctx: Context, read: (page: Page) => Promise<Listed<Row>>): Promise<Listed<Row>> {
  const limit = readSize(ctx)
  try {
    return await read({ after: readText(ctx, 'after'), limit })
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'invalid_fields') throw error
    return read({ limit })
  }
}

/** Reads one page of a list, and the number of all rows, counted up to a bound. */
export async function readCounted<Row>(
  ctx: Context,
  read: (page: Page) => Promise<Listed<Row>>,
  count: () => Promise<Counted>,
): Promise<Listed<Row> & { counted: Counted }> {
  const found = await readListed(ctx, read)
  const isAll = found.next === null && readText(ctx, 'after') === ''
  return { ...found, counted: isAll ? { count: found.results.length, more: false } : await count() }
}

/** Whether any filter is set. */
export function isFiltered(filter: object): boolean {
  return Object.values(filter).some(value => value !== undefined)
}

export function presentDeviceName({ id, name, browser, platform }: PublicDevice) {
  return { id, name, browser, platform }
}
