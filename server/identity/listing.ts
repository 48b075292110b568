// Pagination, as all lists have it: cursors in, results and the next cursor out.
import { refuseField } from '../protocol/errors.js'
import { readCursor, writeCursor } from '../storage/cursors.js'
import type { Counted, Cursor, List, Scanned } from '../storage/keyset-scan.js'

export type { Counted }

/** `after`: the `next` of the page before. */
export type Page = {
  after?: string | null | undefined
  limit: number
  /** How many rows are looked at, at most; for tests. */
  budget?: number | undefined
}

export type Listed<Row> = {
  results: Row[]
  /** Where to go on, or null at the end. */
  next: string | null
  /** What is looked for is rare: the page is not full, and `next` looks further. */
  partial: boolean
}

/** @throws invalid_fields when the text is no cursor of this list */
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

/** How many rows are read at a time where all are wanted: others are answered between two pages. */
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
