// What acts on many at once have in common. A preview says whom they reach; what is done then is what was previewed, found
// again as it was asked for, without what has come since; and how many differ is told.
import { refuseField } from '../protocol/errors.js'

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

/** @throws invalid_fields when there are more than may be acted on at once */
export function requireNotTooMany(count: number, most: number, what: 'users' | 'sessions' | 'devices'): void {
  if (count > most) throw refuseField('non_field_errors', `too_many_${what}`, { count: most })
}

export function countLeftOut(leftOut: Map<number, LeftOut>, one: LeftOut): void {
  const known = leftOut.get(one.userId)
  if (known) known.count += one.count
  else leftOut.set(one.userId, { ...one })
}
