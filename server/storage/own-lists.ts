// Where one user is signed in: live sessions and open devices, the oldest first, page by page.
import type { AccessSpan, SessionTerms } from '../policy/session.js'
import type { Dialect, Queries } from './database.js'
import { type Cursor, createKeysetScan, type List, type Scan } from './keyset-scan.js'
import { scanSql } from './scan-sql.js'
import { livesAs } from './session-lists.js'
import { hasAccess } from './session-surveys.js'
import { inChunks, marks } from './statement.js'

export const sessionsOfOne: List = {
  ...{ table: 'session s', index: 'session_user', columns: 's.id AS id', descending: false },
  order: [
    { column: 's.created_at', kind: 'number' },
    { column: 's.id', kind: 'text' },
  ],
}

export const devicesOfOne: List = {
  ...{ table: 'device d', index: 'device_user_open', columns: 'd.id AS id', descending: false },
  order: [
    { column: 'd.first_seen_at', kind: 'number' },
    { column: 'd.id', kind: 'text' },
  ],
}

type PageOf = { after: Cursor | null; limit: number; budget?: number | undefined }

/** A live session on a device, as a list of devices tells it. */
export type SessionOnDevice = { id: string; deviceId: string; applicationId: string; lastSeenAt: number }

/** So many on each device is usual; and so many are told of each at most. */
const perDevice = { usual: 20, most: 100 }
/** How high is counted. */
const highest = 10_000
/** So many rows are looked at for a page: right after all were ended, most are over and not marked yet. */
const looked = 100_000

export function createOwnListStore(dialect: Dialect) {
  const scan = createKeysetScan(dialect)
  const { hint } = scanSql(dialect.engine)

  const liveOf = (userId: number, terms: SessionTerms, budget: number): Scan => ({
    filters: [along(sessionsOfOne, 's', userId), livesAs('s', terms)],
    budget,
    highest,
  })
  const openOf = (userId: number): Scan => ({ filters: [along(devicesOfOne, 'd', userId)], highest })

  return {
    sessions: (tx: Queries, userId: number, terms: SessionTerms, page: PageOf) =>
      scan.page<{ id: string }>(tx, sessionsOfOne, liveOf(userId, terms, page.budget ?? looked), page),

    countSessions: (tx: Queries, userId: number, terms: SessionTerms) =>
      scan.count(tx, sessionsOfOne, liveOf(userId, terms, 2 * highest)),

    devices: (tx: Queries, userId: number, page: PageOf) =>
      scan.page<{ id: string }>(tx, devicesOfOne, openOf(userId), page),

    countDevices: (tx: Queries, userId: number) => scan.count(tx, devicesOfOne, openOf(userId)),

    /** Live sessions on some devices; of a device with very many, some. */
    async sessionsOn(tx: Queries, deviceIds: readonly string[], terms: SessionTerms): Promise<SessionOnDevice[]> {
      const { sql, values } = livesAs('l', terms)
      const found = `SELECT l.id AS id, l.device_id AS deviceId, l.application_id AS applicationId,
        l.last_seen_at AS lastSeenAt FROM session l${hint('session_device_open')} WHERE l.device_id`
      return inChunks(deviceIds, async some => {
        const most = perDevice.usual * some.length
        const rows = await tx.read<SessionOnDevice>(`${found} IN (${marks(some.length)}) AND ${sql} LIMIT ${most}`, [
          ...some,
          ...values,
        ])
        if (rows.length < most) return rows
        // One of them has very many: each by itself, so that the others do not lack theirs.
        const each: SessionOnDevice[] = []
        for (const id of some)
          each.push(
            ...(await tx.read<SessionOnDevice>(`${found} = ? AND ${sql} LIMIT ${perDevice.most}`, [id, ...values])),
          )
        return each
      })
    },

    /** How many live sessions of a user were given an access token that may live; those of our own pages never are. */
    async countWithAccess(
      tx: Queries,
      userId: number,
      terms: SessionTerms,
      spans: readonly AccessSpan[],
    ): Promise<number> {
      const { sql, values } = livesAs('s', terms)
      const given = hasAccess(spans, terms.now)
      const [row] = await tx.read<{ count: number }>(
        `SELECT COUNT(*) AS count FROM (SELECT 1 FROM session s${hint('session_user')}
         WHERE s.user_id = ? AND ${sql} AND (${given.sql})
           AND NOT EXISTS (SELECT 1 FROM page_session p WHERE p.session_id = s.id) LIMIT ${highest}) t`,
        [userId, ...values, ...given.values],
      )
      return row!.count
    },
  }
}

export type OwnListStore = ReturnType<typeof createOwnListStore>

/** The user's own that are not marked as ended: what the list's index leads to, in the list's order. */
function along({ index, order }: List, alias: 's' | 'd', userId: number) {
  return {
    ...{ sql: `${alias}.user_id = ? AND ${alias}.ended_at IS NULL`, values: [userId] },
    accessPath: { index, order: order.map(({ column }) => column) },
  }
}
