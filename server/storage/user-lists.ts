// The list of users: filtered scans page by page, and counts.
import { isIP } from 'node:net'
import { emailKey } from '../policy/email.js'
import type { SessionTerms } from '../policy/session.js'
import { usernameKey } from '../policy/username.js'
import type { Dialect, Queries } from './database.js'
import {
  type Condition,
  type Counted,
  type Cursor,
  createKeysetScan,
  type Filter,
  type List,
  type Scan,
} from './keyset-scan.js'
import { scanSql } from './scan-sql.js'
import { isLiveSql } from './session-lists.js'
import { placeholders, prefixRange } from './statement.js'
import { byIdsFrom, matches, singleWord, usedAddress } from './user-search.js'
import { countByWord } from './user-words.js'

export const userStates = ['active', 'disabled', 'deleted'] as const
export type UserState = (typeof userStates)[number]

export const userOrders = ['newest', 'oldest', 'name'] as const
export type UserOrder = (typeof userOrders)[number]

/** An absent field matches every user; without a state all that are not deleted. */
export type UserFilter = {
  /** Prefixes of words of names or of an e-mail address, all of them; an id; or an address of a sign-in. */
  text?: string | undefined
  /** Prefix of the username. */
  username?: string | undefined
  /** Prefix of the e-mail address. */
  email?: string | undefined
  id?: number | undefined
  /** Address of a sign-in, as far back as sessions are stored. */
  address?: string | undefined
  role?: string | undefined
  state?: UserState | undefined
  /** Whether the user has a live session. */
  live?: boolean | undefined
  /** Only users that existed at that instant (epoch ms). */
  createdUpto?: number | undefined
}

const byId: Pick<List, 'index' | 'order'> = { index: 'PRIMARY', order: [{ column: 'u.id', kind: 'number' }] }
const user = { table: 'user u', columns: 'u.id AS id' }

export const userLists: Record<UserOrder, List> = {
  // Ids are assigned in order, and imported users keep theirs.
  newest: { ...user, ...byId, descending: true },
  oldest: { ...user, ...byId, descending: false },
  name: { ...user, index: 'user_username_key', order: [{ column: 'u.username_key', kind: 'text' }], descending: false },
}

/** The list for a filter: a deleted user has no name to be listed by. */
export function userListOf(filter: UserFilter, order: UserOrder): List {
  return userLists[order === 'name' && filter.state === 'deleted' ? 'newest' : order]
}

const mostLive = 1_000
/** How many sessions are counted together, for each user on average. */
const usuallyLive = 40

type Engine = Dialect['engine']

/** Bounds of a scan that reads only this table, which is fast. */
const plain = { budget: 80_000, highest: 10_000 }
const costlyScan = { budget: 3_000 }

export function createUserListStore(dialect: Dialect) {
  const { engine } = dialect
  const scan = createKeysetScan(dialect)
  const { hint } = scanSql(engine)
  return {
    page: (
      tx: Queries,
      filter: UserFilter,
      order: UserOrder,
      terms: SessionTerms,
      page: { after: Cursor | null; limit: number; budget?: number | undefined },
    ) => {
      const wanted = scanOf(engine, filter, filter.state === 'deleted' ? 'newest' : order, terms)
      const budget = page.budget ?? wanted.budget
      return scan.page<{ id: number }>(tx, userListOf(filter, order), { ...wanted, budget }, page)
    },

    /** How many live sessions each user has, counted up to a thousand: some programs sign in every few seconds. */
    async liveSessions(tx: Queries, ids: readonly number[], terms: SessionTerms): Promise<Map<number, number>> {
      const { sql, values } = isLiveSql('l', terms)
      const of = `FROM session l${hint('session_user')} WHERE l.user_id`
      const rows = await tx.read<{ id: number; count: number }>(
        `SELECT t.id AS id, COUNT(*) AS count FROM
           (SELECT l.user_id AS id ${of} IN (${placeholders(ids.length)}) AND ${sql} LIMIT ${usuallyLive * ids.length}) t
         GROUP BY t.id`,
        [...ids, ...values],
      )
      const counts = new Map(rows.map(row => [row.id, row.count]))
      if ([...counts.values()].reduce((sum, count) => sum + count, 0) < usuallyLive * ids.length) return counts
      // One user has very many: each is counted by itself, with a limit.
      const each = ids.map(
        () => `SELECT ? AS id, COUNT(*) AS count FROM (SELECT 1 ${of} = ? AND ${sql} LIMIT ${mostLive + 1}) t`,
      )
      const counted = await tx.read<{ id: number; count: number }>(
        each.join(' UNION ALL '),
        ids.flatMap(id => [id, id, ...values]),
      )
      return new Map(counted.map(row => [row.id, row.count]))
    },

    count(tx: Queries, filter: UserFilter, terms: SessionTerms): Promise<Counted> {
      const word = singleWord(filter)
      if (word !== null) return countByWord(tx, word)
      return scan.count(tx, userLists.newest, scanOf(engine, filter, 'newest', terms))
    },
  }
}

export type UserListStore = ReturnType<typeof createUserListStore>

function scanOf(engine: Engine, filter: UserFilter, order: UserOrder, terms: SessionTerms): Scan {
  const { id, role, address, live, createdUpto } = filter
  const costlyConditions = [
    ...(address === undefined ? [] : [usedAddress(address)]),
    ...(live === undefined ? [] : [hasLive(engine, live, terms)]),
    ...(role === undefined ? [] : [holds(role, order)]),
  ]
  const filters = [
    ...(id === undefined ? [] : [{ sql: 'u.id = ?', values: [id], accessPath: { index: 'PRIMARY', order: null } }]),
    ...(filter.text === undefined ? [] : matches(filter.text.trim())),
    ...(filter.username ? [named(filter.username, order)] : []),
    ...(filter.email ? [mailed(filter.email)] : []),
    ...costlyConditions,
    ...(createdUpto === undefined ? [] : [{ sql: 'u.created_at <= ?', values: [createdUpto] }]),
    ...inState(filter, order),
  ]
  const isCostly = costlyConditions.length > 0 || (filter.text !== undefined && isIP(filter.text.trim()) > 0)
  // In the index NULL sorts before every name.
  return { filters, ...(isCostly ? costlyScan : plain), from: order === 'name' ? '' : undefined }
}

function inState({ state, username, email }: UserFilter, order: UserOrder): Filter[] {
  const isThere = { sql: 'u.deleted_at IS NULL', values: [] }
  // A deleted user has no name and no e-mail address.
  if (state === undefined) return order === 'name' || username || email ? [] : [isThere]
  if (state === 'deleted') return [{ sql: 'u.deleted_at IS NOT NULL', values: [] }]
  return [{ sql: 'u.active = ?', values: [state === 'active'] }, isThere]
}

function named(prefix: string, order: UserOrder): Filter {
  const accessPath = { index: 'user_username_key', order: order === 'name' ? ['u.username_key'] : null }
  return { ...begins('u.username_key', usernameKey(prefix)), accessPath }
}

function mailed(prefix: string): Filter {
  return { ...begins('u.email_key', emailKey(prefix)!), accessPath: { index: 'user_email_key', order: null } }
}

function begins(column: string, prefix: string): Condition {
  return { sql: `${column} >= ? AND ${column} < ?`, values: prefixRange(prefix) }
}

function holds(role: string, order: UserOrder): Filter {
  const where = { sql: 'x.role_name = ?', values: [role] }
  return {
    sql: 'EXISTS (SELECT 1 FROM user_role h WHERE h.user_id = u.id AND h.role_name = ?)',
    values: [role],
    accessPath: {
      index: 'user_role_holder',
      order: order === 'name' ? null : ['x.user_id'],
      other: { table: { sql: 'user_role x', values: [] }, join: 'CROSS JOIN user u ON u.id = x.user_id', where },
    },
  }
}

function hasLive(engine: Engine, live: boolean, terms: SessionTerms): Filter {
  const { hint } = scanSql(engine)
  const { sql, values } = isLiveSql('l', terms)
  const has = {
    sql: `EXISTS (SELECT 1 FROM session l${hint('session_user')} WHERE l.user_id = u.id AND ${sql})`,
    values,
  }
  if (!live) return { sql: `NOT ${has.sql}`, values }
  // A user with a live session is among those with one that is not marked as ended.
  return { ...has, accessPath: byIdsFrom([{ sql: 'user_id AS id FROM session WHERE ended_at IS NULL', values: [] }]) }
}
