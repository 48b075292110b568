// Keyset pagination: lists are read along an index, from the cursor of the previous page, in slices of bounded length.
// However rare the rows that a filter matches are, one call reads no more rows than its budget, returns how far it
// came, and the next continues from there.
import { setImmediate } from 'node:timers/promises'
import type { Dialect, Queries, Value } from './database.js'
import {
  afterUpTo,
  allOf,
  boundsOf,
  type Condition,
  type Cursor,
  cursorColumns,
  cursorOf,
  ordering,
  scanSql,
} from './scan-sql.js'

export type { Condition, Cursor }

/** An index that leads to the rows that a filter matches, and to few others. */
export type AccessPath = {
  /** Name of the index; omitted where `table` is read by no index. */
  index?: string
  /** The columns of its order, where the index has the order of the list; else null. */
  order: readonly string[] | null
  /**
   * Where the index is of another table: that table, how the list's is joined to it, and the filter's condition on
   * it; null where the table holds more rows than the filter matches.
   */
  other?: { table: Condition; join: string; where: Condition | null }
  /** FROM … WHERE … to count the rows of the path; omitted where the path itself serves. */
  counted?: readonly Condition[]
}

export type Filter = Condition & { accessPath?: AccessPath }

/** One list: its table under its alias, the columns that are read, its order, and the index that has all rows in it. */
export type List = {
  table: string
  index: string
  columns: string
  order: readonly { column: string; kind: 'number' | 'text' }[]
  descending: boolean
}

export type Scan = {
  filters: readonly Filter[]
  /** Bounds of the first column of the order: from, and up to but without. */
  from?: Value | undefined
  upto?: Value | undefined
  /** The most rows that are read in one call. */
  budget?: number | undefined
  /** The highest count where each row must be read. */
  highest?: number | undefined
}

/** `next`: where to go on, or null at the end. `partial`: the budget ended before the page was full. */
export type Scanned<Row> = { rows: Row[]; next: Cursor | null; partial: boolean }

/** `more`: there are more, or there may be, as not all rows were read. */
export type Counted = { count: number; more: boolean }

/** An access path with its conditions: those that the index alone decides, and all. */
type Chosen = {
  table: Condition
  join: string
  own: readonly Condition[]
  all: readonly Condition[]
  order: readonly string[]
}

const usualBudget = 5_000
/**
 * An access path with at most so many rows is read whole, whatever its order: 16,000 of a million that are far down
 * the list are found in a fifth of the time that it takes to reach them.
 */
const narrowest = (budget: number) => Math.min(16_000, Math.floor(budget / 2))
/** The highest counts: where the index alone answers (a covering index), and where each row must be read. */
const highestCount = { known: 10_000, looked: 5_000 }

export function createKeysetScan({ engine }: Pick<Dialect, 'engine'>) {
  const { select, hint, compared } = scanSql(engine)
  /** SQLite answers in the same turn of the event loop: no slice may take long. */
  const greatestSlice = engine === 'sqlite' ? 2_000 : 25_000

  function follow(list: List, filters: readonly Filter[], chosen: Filter | null, bounds: readonly Condition[]): Chosen {
    const path = chosen?.accessPath
    const order = path?.order ?? list.order.map(({ column }) => column)
    const others = filters.filter(filter => filter !== chosen)
    if (!path?.other) {
      const table = { sql: list.table + hint(path?.index ?? list.index), values: [] }
      const own = [...(chosen ? [chosen] : []), ...bounds]
      return { table, join: '', own, all: [...own, ...others], order }
    }
    const { table, join, where } = path.other
    const own = where ? [where] : []
    return {
      table: { sql: table.sql + (path.index ? hint(path.index) : ''), values: table.values },
      join: ` ${join}`,
      own,
      all: [...own, ...bounds, ...(where ? others : filters)],
      order,
    }
  }

  /** The filter whose access path has the fewest rows where one is narrow; else the first whose path has the list's order. */
  async function choose(tx: Queries, list: List, { filters, budget = usualBudget }: Scan, anyOrder: boolean) {
    const paths = filters.filter(filter => filter.accessPath)
    // A path whose table lacks the columns of the order cannot be cut into slices.
    const isSliced = ({ order, other }: AccessPath) => order !== null || (anyOrder && other?.where !== null)
    const ordered = paths.find(filter => isSliced(filter.accessPath!)) ?? null
    if (paths.length === 0 || (paths.length === 1 && ordered)) return { filter: ordered, isNarrow: false }
    const narrow = narrowest(budget)
    const sizes = await sizesOf(tx, list, paths, narrow)
    const least = Math.min(...sizes)
    return least <= narrow
      ? { filter: paths[sizes.indexOf(least)]!, isNarrow: true }
      : { filter: ordered, isNarrow: false }
  }

  async function sizesOf(tx: Queries, list: List, paths: readonly Filter[], narrow: number): Promise<number[]> {
    const each = paths.map(filter => {
      const { table, own } = follow(list, [filter], filter, [])
      const { sql, values } = allOf(own)
      const counted = filter.accessPath!.counted ?? [{ sql: table.sql + sql, values: [...table.values, ...values] }]
      const size = counted.map(one => `(SELECT COUNT(*) FROM (SELECT 1 FROM ${one.sql} LIMIT ${narrow + 1}) t)`)
      return { sql: size.join(' + '), values: counted.flatMap(one => one.values) }
    })
    const [row] = await tx.read<Record<string, number>>(
      `SELECT ${each.map(({ sql }, index) => `${sql} AS n${index}`).join(', ')}`,
      each.flatMap(one => one.values),
    )
    return paths.map((_, index) => row![`n${index}`]!)
  }

  /**
   * Slices along an access path, each a few times as long as the previous, until the budget is spent or the path
   * ends.
   */
  async function* windows(
    tx: Queries,
    list: List,
    chosen: Chosen,
    after: Cursor | null,
    first: number,
    budget: number,
  ) {
    let cursor = after
    let left = budget
    for (let size = first; left > 0; size *= 4) {
      const slice = Math.min(size, left, greatestSlice)
      const edge = await cursorAtSliceEnd(tx, list, chosen, cursor, slice)
      yield { after: cursor, edge }
      if (edge === null) return
      cursor = edge
      left -= slice
      if (engine === 'sqlite') await setImmediate()
    }
  }

  /** The cursor at the end of a slice, read from the index alone; null where the path ends before. */
  async function cursorAtSliceEnd(
    tx: Queries,
    list: List,
    { table, own, order }: Chosen,
    after: Cursor | null,
    slice: number,
  ) {
    const where = allOf([...own, ...afterUpTo(compared, list, order, { after, edge: null })])
    const [row] = await tx.read<Record<string, Value>>(
      `SELECT ${cursorColumns(order)} FROM ${table.sql}${where.sql}
       ORDER BY ${ordering(list, order)} LIMIT 1 OFFSET ${slice - 1}`,
      [...table.values, ...where.values],
    )
    return row ? cursorOf(row, order) : null
  }

  return {
    /** @param after where the previous page ended; null for the first */
    async page<Row>(
      tx: Queries,
      list: List,
      wanted: Scan,
      { after, limit }: { after: Cursor | null; limit: number },
    ): Promise<Scanned<Row>> {
      const { filters, from, upto, budget = usualBudget } = wanted
      const { filter, isNarrow } = await choose(tx, list, wanted, false)
      const order = filter?.accessPath?.order ?? list.order.map(({ column }) => column)
      const chosen = follow(list, filters, filter, boundsOf(order, from, upto))
      const { table, join, own, all } = chosen
      // Where all rows of the index match, as many rows are read as are wanted, and slices need no measuring.
      const isPlain = isNarrow || (join === '' && all.length === own.length)
      const rows: (Row & Record<string, Value>)[] = []
      let edge: Cursor | null = null
      const slices = windows(tx, list, chosen, after, limit * 4, budget)
      for await (const window of isPlain ? [{ after, edge: null }] : slices) {
        const where = allOf([...all, ...afterUpTo(compared, list, order, window)])
        const found = await tx.read<Row & Record<string, Value>>(
          `${select} ${list.columns}, ${cursorColumns(order)} FROM ${table.sql}${join}${where.sql}
           ORDER BY ${ordering(list, order)} LIMIT ${Math.trunc(limit) + 1 - rows.length}`,
          [...table.values, ...where.values],
        )
        rows.push(...found)
        edge = window.edge
        if (rows.length > limit) break
      }
      const isFull = rows.length > limit
      const cursors = rows.slice(0, limit).map(row => cursorOf(row, order))
      const next = isFull ? cursors.at(-1)! : edge
      return { rows: rows.slice(0, limit), next, partial: rows.length < limit && next !== null }
    },

    /** Counts up to 10,000, or up to 5,000 where each row must be read. */
    async count(tx: Queries, list: List, wanted: Scan): Promise<Counted> {
      const { filters, from, upto, budget = usualBudget, highest: looked = highestCount.looked } = wanted
      const isAlone = filters.length === 1 && from === undefined && upto === undefined
      const { filter, isNarrow } = await choose(tx, list, wanted, isAlone)
      const order = filter?.accessPath?.order ?? list.order.map(({ column }) => column)
      const chosen = follow(list, filters, filter, boundsOf(order, from, upto))
      const { table, join, own, all } = chosen
      // Conditions that the index alone decides need no read of the rows, and no budget.
      const isPlain = isNarrow || all.length === own.length
      const highest = all.length === own.length ? highestCount.known : looked
      let count = 0
      let edge: Cursor | null = null
      const slices = windows(tx, list, chosen, null, greatestSlice, budget)
      for await (const window of isPlain ? [{ after: null, edge: null }] : slices) {
        const where = allOf([...all, ...afterUpTo(compared, list, order, window)])
        const [row] = await tx.read<{ count: number }>(
          `SELECT COUNT(*) AS count FROM
             (${select} 1 FROM ${table.sql}${join}${where.sql} LIMIT ${highest + 1 - count}) t`,
          [...table.values, ...where.values],
        )
        count += row!.count
        if (count > highest) return { count: highest, more: true }
        edge = window.edge
      }
      return { count, more: edge !== null }
    },
  }
}

export type KeysetScan = ReturnType<typeof createKeysetScan>
