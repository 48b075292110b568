// What the lists of pages have in common beside their filters and columns (http/lists/).
import type { PublicDevice } from '../../../identity/devices/public-session.js'
import type { Counted, Listed, Page } from '../../../identity/listing.js'
import { Refusal } from '../../../protocol/errors.js'
import type { Context } from '../../handler.js'
import { readSize, readText } from '../query.js'

/** One page of a list. An address that was cut off wrongly shows the list from its beginning. */
export async function readListed<Row>(ctx: Context, read: (page: Page) => Promise<Listed<Row>>): Promise<Listed<Row>> {
  const limit = readSize(ctx)
  try {
    return await read({ after: readText(ctx, 'after'), limit })
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'invalid_fields') throw error
    return read({ limit })
  }
}

/** The same with how many there are of all, counted up to a bound. */
export async function readCounted<Row>(
  ctx: Context,
  read: (page: Page) => Promise<Listed<Row>>,
  count: () => Promise<Counted>,
): Promise<Listed<Row> & { counted: Counted }> {
  const found = await readListed(ctx, read)
  const isAll = found.next === null && readText(ctx, 'after') === ''
  return { ...found, counted: isAll ? { count: found.results.length, more: false } : await count() }
}

/** Is anything filtered? */
export function isFiltered(filter: object): boolean {
  return Object.values(filter).some(value => value !== undefined)
}

export function presentDeviceName({ id, name, browser, platform }: PublicDevice) {
  return { id, name, browser, platform }
}
