// Where a page of a list ended, as text that goes into an address and comes back.
import type { List } from './walk.js'
import type { Place } from './walk-words.js'

export function writePlace(place: Place): string {
  return place.join('.')
}

/** @returns null where the text is no place in this list */
export function readPlace({ order }: Pick<List, 'order'>, text: string): Place | null {
  const [first, second] = order
  if (!second) return readValue(first!.kind, text)
  const dot = text.indexOf('.')
  if (dot < 0) return null
  const values = [readValue(first!.kind, text.slice(0, dot)), readValue(second.kind, text.slice(dot + 1))]
  return values.includes(null) ? null : values.flatMap(value => value!)
}

function readValue(kind: 'number' | 'text', text: string): Place | null {
  if (kind === 'number') return /^\d{1,15}$/.test(text) ? [Number(text)] : null
  return text !== '' && text.length <= 200 ? [text] : null
}
