// The list of deliveries (logout tokens), sent or not, newest first: filtered scans page by page, and counts.
import type { Dialect, Queries } from './database.js'
import { type DeliveryRecord, type DeliveryState, deliveryColumns } from './deliveries.js'
import { type Cursor, createKeysetScan, type Filter, type List, type Scan } from './keyset-scan.js'

/** An absent field matches every delivery. */
export type DeliveryFilter = {
  applicationId?: string | undefined
  state?: DeliveryState | undefined
  sessionId?: string | undefined
}

export const deliveryList: List = {
  table: 'delivery d',
  index: 'delivery_created',
  columns: deliveryColumns,
  order: [
    { column: 'd.created_at', kind: 'number' },
    { column: 'd.id', kind: 'text' },
  ],
  descending: true,
}

export function createDeliveryListStore(dialect: Dialect) {
  const scan = createKeysetScan(dialect)
  return {
    page: (
      tx: Queries,
      filter: DeliveryFilter,
      page: { after: Cursor | null; limit: number; budget?: number | undefined },
    ) => scan.page<DeliveryRecord>(tx, deliveryList, { ...scanOf(filter), budget: page.budget }, page),

    count: (tx: Queries, filter: DeliveryFilter) => scan.count(tx, deliveryList, scanOf(filter)),
  }
}

export type DeliveryListStore = ReturnType<typeof createDeliveryListStore>

const order = deliveryList.order.map(({ column }) => column)

function scanOf({ applicationId, state, sessionId }: DeliveryFilter): Scan {
  const is = (column: string, index: string, value: string | undefined, inOrder: boolean): Filter[] =>
    value === undefined
      ? []
      : [{ sql: `${column} = ?`, values: [value], accessPath: { index, order: inOrder ? order : null } }]
  return {
    filters: [
      ...is('d.session_id', 'delivery_end', sessionId, false),
      ...is('d.application_id', 'delivery_application', applicationId, true),
      ...is('d.state', 'delivery_state', state, true),
    ],
  }
}
