// Rows of consents (table `consent`), one per user and application: the granted scopes of each resource server, as
// JSON.
import type { ConsentedScopes } from '../policy/consent.js'
import type { Dialect, Queries, Value } from './database.js'
import { columns, insertion } from './statement.js'

export type { ConsentedScopes }

/** The scopes that a user lets an application have. Times are epoch ms. */
export type ConsentRecord = {
  userId: number
  applicationId: string
  scopes: ConsentedScopes
  createdAt: number
  updatedAt: number
}

const consentColumns = ['userId', 'applicationId', 'scopes', 'createdAt', 'updatedAt'] as const

type ConsentRow = Omit<ConsentRecord, 'scopes'> & { scopes: string }

export function createConsentStore(dialect: Pick<Dialect, 'forUpdate'>) {
  async function read(tx: Queries, rest: string, values: readonly Value[]): Promise<ConsentRecord[]> {
    const rows = await tx.read<ConsentRow>(`SELECT ${columns('c', consentColumns)} FROM consent c ${rest}`, values)
    return rows.map(row => ({ ...row, scopes: JSON.parse(row.scopes) as ConsentedScopes }))
  }

  const one = 'WHERE c.user_id = ? AND c.application_id = ?'

  return {
    async find(tx: Queries, userId: number, applicationId: string): Promise<ConsentRecord | null> {
      return (await read(tx, one, [userId, applicationId]))[0] ?? null
    },

    /** Like `find`, and locks the row until the transaction ends. */
    async lock(tx: Queries, userId: number, applicationId: string): Promise<ConsentRecord | null> {
      return (await read(tx, `${one}${dialect.forUpdate}`, [userId, applicationId]))[0] ?? null
    },

    /** Consents of a user to all applications. */
    ofUser: (tx: Queries, userId: number): Promise<ConsentRecord[]> =>
      read(tx, 'WHERE c.user_id = ? ORDER BY c.application_id', [userId]),

    /** Inserts or updates a consent. The caller has locked the user's row, or the consent's. */
    async save(tx: Queries, { scopes, ...consent }: ConsentRecord): Promise<void> {
      const text = JSON.stringify(scopes)
      const matched = await tx.write(
        'UPDATE consent SET scopes = ?, updated_at = ? WHERE user_id = ? AND application_id = ?',
        [text, consent.updatedAt, consent.userId, consent.applicationId],
      )
      if (matched === 0) await tx.write(...insertion('consent', { ...consent, scopes: text }))
    },

    /** Deletes a consent. @returns whether there was one */
    async remove(tx: Queries, userId: number, applicationId: string): Promise<boolean> {
      return (
        (await tx.write('DELETE FROM consent WHERE user_id = ? AND application_id = ?', [userId, applicationId])) === 1
      )
    },
  }
}

export type ConsentStore = ReturnType<typeof createConsentStore>
