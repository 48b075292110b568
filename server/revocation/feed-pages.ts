// All live entries as text, page by page of the in-memory store, for readers that start from the beginning. A page that
// was encoded for one reader serves the others.
import type { Projection } from '../protocol/log/projection.js'
import { rowsText } from './feed-text.js'

/** How many encoded pages are cached; a full one has some 600 KB. */
const mostPages = 16

const nothing = Buffer.alloc(0)

export function createFeedPages({ projection }: { projection: Projection }) {
  const encoded = new Map<number, { position: number; rows: Buffer }>()

  function encode(page: number): Buffer {
    const rows: string[] = []
    projection.eachOfPage(page, entry => rows.push(rowsText([entry])))
    return rows.length === 0 ? nothing : Buffer.from(rows.join(','))
  }

  return {
    count: () => projection.pageCount(),

    /**
     * The entries of one page, for a reader that noted its position before the first page: entries that were added
     * since, and those that subsume removed ones, are in the stretches after that position. Nothing else is missing
     * as long as the page is encoded no earlier than the position was noted.
     */
    rows(page: number, position: number): Buffer {
      const found = encoded.get(page)
      encoded.delete(page)
      const fresh = found && found.position >= position ? found : { position: projection.position, rows: encode(page) }
      encoded.set(page, fresh)
      if (encoded.size > mostPages) encoded.delete(encoded.keys().next().value!)
      return fresh.rows
    },

    clear(): void {
      encoded.clear()
    },
  }
}

export type FeedPages = ReturnType<typeof createFeedPages>
