// Cursors of lists as text for addresses: where a page ended.
import type { List } from './keyset-scan.js'
import type { Cursor } from './scan-sql.js'

export function writeCursor(cursor: Cursor): string {
  return cursor.join('.')
}

/** @returns null where the text is no cursor of this list */
export function readCursor({ order }: Pick<List, 'order'>, text: string): Cursor | null {
  // Only the last part may contain a dot: a name, an id.
  const parts = text.split('.')
  const texts = [...parts.slice(0, order.length - 1), parts.slice(order.length - 1).join('.')]
  const values = order.map(({ kind }, index) => readValue(kind, texts[index] ?? ''))
  return values.includes(null) ? null : values.map(value => value!)
}

function readValue(kind: 'number' | 'text', text: string): string | number | null {
  if (kind === 'number') return /^\d{1,15}$/.test(text) ? Number(text) : null
  return text !== '' && text.length <= 200 ? text : null
}
