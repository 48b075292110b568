import type { Listed, Page } from '../../../identity/listing.js'
import { Refusal } from '../../../protocol/errors.js'
import type { Context } from '../../handler.js'
import { readSize, readText } from '../query.js'

/** The page of a list that the address asks for; one that was cut off wrongly shows the beginning, not an error. */
export async function readListed<Row>(ctx: Context, read: (page: Page) => Promise<Listed<Row>>): Promise<Listed<Row>> {
  const limit = readSize(ctx)
  try {
    return await read({ after: readText(ctx, 'after'), limit })
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'invalid_fields') throw error
    return read({ after: null, limit })
  }
}
