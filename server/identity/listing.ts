// Pagination of all lists: cursors in, results and the next cursor out.
import { refuseField } from '../protocol/errors.js'
import { readCursor, writeCursor } from '../storage/cursors.js'
import type { Counted, Cursor, List, Scanned } from '../storage/keyset-scan.js'

export type { Counted }

/** `after`: the `next` of the previous page. */
export type Page = {
  after?: string | null | undefined
  limit: number
  /** How many rows are scanned at most; for tests. */
  budget?: number | undefined
}

export type Listed<Row> = {
  results: Row[]
  /** The cursor of the next page, or null at the end. */
  next: string | null
  /** The scan stopped at its budget before the page was full; `next` continues it. */
  partial: boolean
}

/** Reads the cursor of a page. @throws invalid_fields when the text is no cursor of this list */
export function cursorIn(list: List, { after }: Page): Cursor | null {
  if (after === undefined || after === null || after === '') return null
  const cursor = readCursor(list, after)
  if (!cursor) throw refuseField('after', 'unknown_cursor')
  return cursor
}

export function listed<Row>(
  { next, partial }: Pick<Scanned<unknown>, 'next' | 'partial'>,
  results: Row[],
): Listed<Row> {
  return { results, next: next && writeCursor(next), partial }
}

/** Page size where all rows are read: other requests are served between two pages. */
const batch = 100

/** All rows of a list, page by page, so that a list of any length takes little memory. */
export async function* every<Row>(read: (page: Page) => Promise<Listed<Row>>): AsyncGenerator<Row> {
  for (let after: string | null = null; ; ) {
    const page: Listed<Row> = await read({ after, limit: batch })
    yield* page.results
    if (page.next === null) return
    after = page.next
  }
}
