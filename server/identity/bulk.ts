// What bulk actions have in common. A preview tells whom one reaches; the action then selects the same again, without what was
// created since the preview, and reports how many differ from it.
import { Refusal, refuseField } from '../protocol/errors.js'
import type { Scanned } from '../storage/keyset-scan.js'

/** Those named, or all that a filter finds. */
export type Selection<Id, Filter> = { ids: readonly Id[] } | { filter: Filter }

/** What was previewed: when, and how many would be reached. */
export type Previewed = { at: number; count: number }

/** `asOf`: whom the same would reach that was previewed then; epoch ms. */
export type AsOf = { asOf?: number | undefined }

/** Whom a preview reaches, by id; the pages name the first of them. */
export type Reached = { userIds: number[] }

/** Of those who are named one by one, and so are the same whenever it was that they were shown. */
export const previewOf = (ids: readonly unknown[]): Previewed => ({ at: 0, count: ids.length })

/** Somebody whom the actor may not act on, or who cannot be acted on; `count`: of what is theirs. */
export type LeftOut = {
  userId: number
  username: string
  count: number
  /** `self`: whoever does it is spared. */
  why: 'permission_denied' | 'last_administrator' | 'self'
}

export type Done = {
  done: number
  /** How many more, or (below 0) fewer, were reached than the preview said. */
  differ: number
  leftOut: LeftOut[]
}

type Acted = 'users' | 'sessions' | 'devices'

/** How what is acted on is found. */
export type Finding<Id, Filter, Found> = {
  /** More cannot be acted on at once, and what they are called. */
  most: number
  what: Acted
  /** Those that can be acted on, of some by their ids. */
  named: (ids: readonly Id[]) => Promise<Iterable<Found>>
  filtered: (filter: Filter, page: WholePage) => Promise<Pick<Scanned<Found>, 'rows' | 'next'>>
}

/** All that may be acted on at once, and how many rows are looked at for them. */
type WholePage = { after: null; limit: number; budget: number }

const budget = 1_000_000
/** How many are read in one statement. */
const batch = 250

/** @throws invalid_fields when there are more than may be acted on at once */
export async function findSelected<Id, Filter, Found>(
  selection: Selection<Id, Filter>,
  { most, what, named, filtered }: Finding<Id, Filter, Found>,
): Promise<Found[]> {
  if ('ids' in selection) {
    const ids = [...new Set(selection.ids)]
    requireNotTooMany(ids.length, most, what)
    const found: Found[] = []
    for (const some of chunked(ids)) found.push(...(await named(some)))
    return found
  }
  const { rows, next } = await filtered(selection.filter, { after: null, limit: most, budget })
  requireNotTooMany(next === null ? rows.length : most + 1, most, what)
  return rows
}

function requireNotTooMany(count: number, most: number, what: Acted): void {
  if (count > most) throw refuseField('non_field_errors', `too_many_${what}`, { count: most })
}

export function* chunked<T>(items: readonly T[], size = batch): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}

/**
 * Why one was left out by an act that refused them. `not_found`: gone meanwhile, nothing is left to be done.
 * @throws the error where it is another one, or says that the sender may do it to nobody any more
 */
export function whyLeftOut(error: unknown): LeftOut['why'] | 'not_found' {
  const code = error instanceof Refusal && !error.details.ofSender ? error.code : null
  if (code === 'permission_denied' || code === 'last_administrator' || code === 'not_found') return code
  throw error
}

export function countLeftOut(leftOut: Map<number, LeftOut>, one: LeftOut): void {
  const known = leftOut.get(one.userId)
  if (known) known.count += one.count
  else leftOut.set(one.userId, { ...one })
}
