// The list of applications by name, without deleted ones: filtered scans page by page, and counts.
import type { ApplicationKind, ApplicationOrigin } from '../policy/application-metadata.js'
import type { Dialect, Queries } from './database.js'
import { type Cursor, createKeysetScan, type Filter, type List, type Scan } from './keyset-scan.js'

export const applicationStates = ['active', 'disabled'] as const
export type ApplicationState = (typeof applicationStates)[number]

/** An absent field matches every application. */
export type ApplicationFilter = {
  /** Text anywhere in the application's name, id or resource. */
  text?: string | undefined
  kind?: ApplicationKind | undefined
  /** How the application came to be. */
  origin?: ApplicationOrigin | undefined
  state?: ApplicationState | undefined
  isResourceServer?: boolean | undefined
}

export const applicationList: List = {
  table: 'application a',
  index: 'application_sorted',
  columns: 'a.id AS id',
  order: [{ column: 'a.sort_key', kind: 'text' }],
  descending: false,
}

export function createApplicationListStore(dialect: Dialect) {
  const scan = createKeysetScan(dialect)
  return {
    page: (
      tx: Queries,
      filter: ApplicationFilter,
      page: { after: Cursor | null; limit: number; budget?: number | undefined },
    ) => scan.page<{ id: string }>(tx, applicationList, { ...scanOf(filter), budget: page.budget }, page),

    count: (tx: Queries, filter: ApplicationFilter) => scan.count(tx, applicationList, scanOf(filter)),
  }
}

export type ApplicationListStore = ReturnType<typeof createApplicationListStore>

function scanOf({ text, kind, origin, state, isResourceServer }: ApplicationFilter): Scan {
  const filters: Filter[] = [{ sql: 'a.deleted_at IS NULL', values: [] }]
  const wanted = text?.normalize('NFKC').toLowerCase().trim()
  if (wanted)
    filters.push({
      sql: "INSTR(LOWER(a.sort_key), ?) > 0 OR INSTR(LOWER(COALESCE(a.resource, '')), ?) > 0",
      values: [wanted, wanted],
    })
  if (kind !== undefined) filters.push({ sql: 'a.kind = ?', values: [kind] })
  if (origin !== undefined) filters.push({ sql: 'a.origin = ?', values: [origin] })
  if (state !== undefined) filters.push({ sql: 'a.active = ?', values: [state === 'active'] })
  // The built-in application is a resource server too: its identifier is the issuer.
  const isOne = "(a.resource IS NOT NULL OR a.origin = 'built_in')"
  if (isResourceServer !== undefined) filters.push({ sql: isResourceServer ? isOne : `NOT ${isOne}`, values: [] })
  return { filters }
}
