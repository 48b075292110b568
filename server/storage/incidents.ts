// Rows of incidents (table `incident`), one for each refresh token that was reused: its generation, and the client
// that sent it. The list is read in log-lists.ts.
import type { Queries } from './database.js'
import { columns, insertion } from './statement.js'

/** Reuse of a spent refresh token; `createdAt` is epoch ms. */
export type IncidentRecord = {
  id: string
  sessionId: string
  userId: number
  presentedGeneration: number
  presentGeneration: number
  address: string
  userAgent: string
  requestId: string
  createdAt: number
}

export const incidentColumns = columns('i', [
  'id',
  'sessionId',
  'userId',
  'presentedGeneration',
  'presentGeneration',
  'address',
  'userAgent',
  'requestId',
  'createdAt',
])

export function createIncidentStore() {
  return {
    async insert(tx: Queries, incident: IncidentRecord): Promise<void> {
      await tx.write(...insertion('incident', incident))
    },

    countOf(tx: Queries, sessionId: string): Promise<number> {
      return tx
        .read<{ count: number }>('SELECT COUNT(*) AS count FROM incident WHERE session_id = ?', [sessionId])
        .then(rows => rows[0]!.count)
    },
  }
}

export type IncidentStore = ReturnType<typeof createIncidentStore>
