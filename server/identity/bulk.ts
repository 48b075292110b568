// Shared parts of bulk actions. A preview tells which users one affects; the action then selects the same rows again,
// without those created since the preview, and reports how many differ from it.
import { Refusal, refuseField } from '../protocol/errors.js'
import type { Scanned } from '../storage/keyset-scan.js'

/** Rows chosen one by one, or all that match a filter. */
export type Selection<Id, Filter> = { ids: readonly Id[] } | { filter: Filter }

/** A preview: when it was made (epoch ms), and how many rows the action would affect. */
export type Previewed = { at: number; count: number }

/** `asOf`: time of an earlier preview whose rows are to be selected again; epoch ms. */
export type AsOf = { asOf?: number | undefined }

/** Users that a preview affects, by id; the pages name the first of them. */
export type Reached = { userIds: number[] }

/** A preview of rows chosen one by one, which are the same at any time. */
export const previewOf = (ids: readonly unknown[]): Previewed => ({ at: 0, count: ids.length })

/** A user whom the actor may not act on, or who cannot be acted on; `count`: how many of their rows. */
export type LeftOut = {
  userId: number
  username: string
  count: number
  /** `self`: the actor is left out. */
  why: 'permission_denied' | 'last_administrator' | 'self'
}

export type Done = {
  done: number
  /** How many more, or (below 0) fewer, rows were affected than the preview said. */
  differ: number
  leftOut: LeftOut[]
}

type Acted = 'users' | 'sessions' | 'devices'

/** How the rows of a bulk action are found. */
export type Finding<Id, Filter, Found> = {
  /** How many rows can be acted on at once, and what they are. */
  most: number
  what: Acted
  /** Rows by their ids, without those that cannot be acted on. */
  named: (ids: readonly Id[]) => Promise<Iterable<Found>>
  filtered: (filter: Filter, page: WholePage) => Promise<Pick<Scanned<Found>, 'rows' | 'next'>>
}

/** A page with all rows that may be acted on at once; `budget`: how many rows are scanned for them. */
type WholePage = { after: null; limit: number; budget: number }

const budget = 1_000_000
/** How many rows one statement reads. */
const batch = 250

/** Finds the rows of a selection. @throws invalid_fields when there are more than may be acted on at once */
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
 * Why a user was left out, by the error of the action. `not_found`: deleted meanwhile, nothing is left to do.
 * @throws the error where it is another one, or says that the actor no longer has the right at all
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
