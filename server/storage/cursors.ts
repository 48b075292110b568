// Where a page of a list ended, as text that goes into an address and comes back.
import type { List } from './keyset-scan.js'
import type { Place } from './scan-sql.js'

export function writePlace(place: Place): string {
  return place.join('.')
}

/** @returns null where the text is no place in this list */
export function readPlace({ order }: Pick<List, 'order'>, text: string): Place | null {
  // Only the last may have a dot in it: a name, an id.
  const parts = text.split('.')
  const texts = [...parts.slice(0, order.length - 1), parts.slice(order.length - 1).join('.')]
  const values = order.map(({ kind }, index) => readValue(kind, texts[index] ?? ''))
  return values.includes(null) ? null : values.map(value => value!)
}

function readValue(kind: 'number' | 'text', text: string): string | number | null {
  if (kind === 'number') return /^\d{1,15}$/.test(text) ? Number(text) : null
  return text !== '' && text.length <= 200 ? text : null
}
