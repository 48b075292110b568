// The list of all users' API keys, newest first: filtered scans page by page, and counts.
import type { ApiKeyState } from '../policy/api-key.js'
import type { Dialect, Queries } from './database.js'
import { type Cursor, createKeysetScan, type Filter, type List, type Scan } from './keyset-scan.js'

/** An absent field matches every key. */
export type ApiKeyFilter = {
  userId?: number | undefined
  state?: ApiKeyState | undefined
  /** Text anywhere in the key's name, or its last characters. */
  text?: string | undefined
}

export const apiKeyList: List = {
  table: 'api_key k',
  index: 'api_key_created',
  columns: 'k.id AS id, k.user_id AS userId',
  order: [
    { column: 'k.created_at', kind: 'number' },
    { column: 'k.id', kind: 'text' },
  ],
  descending: true,
}

export function createApiKeyListStore(dialect: Dialect) {
  const scan = createKeysetScan(dialect)
  return {
    page: (
      tx: Queries,
      filter: ApiKeyFilter,
      now: number,
      page: { after: Cursor | null; limit: number; budget?: number | undefined },
    ) =>
      scan.page<{ id: string; userId: number }>(tx, apiKeyList, { ...scanOf(filter, now), budget: page.budget }, page),

    count: (tx: Queries, filter: ApiKeyFilter, now: number) => scan.count(tx, apiKeyList, scanOf(filter, now)),
  }
}

export type ApiKeyListStore = ReturnType<typeof createApiKeyListStore>

function scanOf({ userId, state, text }: ApiKeyFilter, now: number): Scan {
  const states: Record<ApiKeyState, Filter> = {
    active: { sql: 'k.ended_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?)', values: [now] },
    expired: { sql: 'k.ended_at IS NULL AND k.expires_at <= ?', values: [now] },
    ended: { sql: 'k.ended_at IS NOT NULL', values: [] },
  }
  const filters: Filter[] = []
  if (userId !== undefined) {
    const order = apiKeyList.order.map(({ column }) => column)
    filters.push({ sql: 'k.user_id = ?', values: [userId], accessPath: { index: 'api_key_user', order } })
  }
  if (state !== undefined) filters.push(states[state])
  const wanted = text?.trim()
  // SQLite folds the case of ASCII letters only.
  if (wanted)
    filters.push({
      sql: 'INSTR(k.name, ?) > 0 OR INSTR(LOWER(k.name), ?) > 0 OR k.hint = ?',
      values: [wanted, wanted.toLowerCase(), wanted],
    })
  return { filters }
}
