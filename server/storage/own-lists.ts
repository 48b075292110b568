// Lists of one user's live sessions and open devices, the oldest first, page by page.
import type { AccessSpan, SessionTerms } from '../policy/session.js'
import type { Dialect, Queries } from './database.js'
import { type DeviceRecord, deviceColumns } from './devices.js'
import { type Counted, type Cursor, createKeysetScan, type List, type Scan } from './keyset-scan.js'
import { scanSql } from './scan-sql.js'
import { isLiveSql } from './session-lists.js'
import { hasAccess } from './session-surveys.js'
import { inChunks, placeholders } from './statement.js'

export const sessionsOfOne: List = {
  table: 'session s',
  index: 'session_user',
  columns: 's.id AS id',
  descending: false,
  order: [
    { column: 's.created_at', kind: 'number' },
    { column: 's.id', kind: 'text' },
  ],
}

export const devicesOfOne: List = {
  table: 'device d',
  index: 'device_user_open',
  columns: 'd.id AS id',
  descending: false,
  order: [
    { column: 'd.first_seen_at', kind: 'number' },
    { column: 'd.id', kind: 'text' },
  ],
}

type PageOf = { after: Cursor | null; limit: number; budget?: number | undefined }

/** A live session on a device, for the list of devices. */
export type SessionOnDevice = { id: string; deviceId: string; applicationId: string; lastSeenAt: number }

/** An application that has sessions of a user. `more`: there may be more than `sessions`. Times are epoch ms. */
export type UseOfApplication = { applicationId: string; sessions: number; more: boolean; lastUsedAt: number }

/** Sessions on each device: how many are usual, and how many are listed at most. */
const perDevice = { usual: 20, most: 100 }
/** Limit of counts. */
const highest = 10_000
/** How many rows are read for a page: right after all were ended, most are over and not marked yet. */
const looked = 100_000
/** Among how many of the devices seen last the open ones are searched for at first. */
const seenLooked = 200

export function createOwnListStore(dialect: Dialect) {
  const scan = createKeysetScan(dialect)
  const { hint } = scanSql(dialect.engine)

  const liveOf = (userId: number, terms: SessionTerms, budget: number): Scan => ({
    filters: [along(sessionsOfOne, 's', userId), isLiveSql('s', terms)],
    budget,
    highest,
  })
  const openOf = (userId: number): Scan => ({ filters: [along(devicesOfOne, 'd', userId)], highest })

  return {
    sessions: (tx: Queries, userId: number, terms: SessionTerms, page: PageOf) =>
      scan.page<{ id: string }>(tx, sessionsOfOne, liveOf(userId, terms, page.budget ?? looked), page),

    /**
     * How many live sessions a user has, and how many of these have an access token that may live: those of the
     * built-in pages never have. Counted together, as one read of the rows serves both.
     */
    async countLive(
      tx: Queries,
      userId: number,
      terms: SessionTerms,
      spans: readonly AccessSpan[],
    ): Promise<{ sessions: Counted; tokens: number }> {
      const live = isLiveSql('s', terms)
      const given = hasAccess(spans, terms.now)
      const [row] = await tx.read<{ looked: number; sessions: number | null; tokens: number | null }>(
        `SELECT COUNT(*) AS looked, CAST(SUM(t.live) AS SIGNED) AS sessions, CAST(SUM(t.live * t.given) AS SIGNED) AS tokens
         FROM (SELECT CASE WHEN ${live.sql} THEN 1 ELSE 0 END AS live,
             CASE WHEN (${given.sql})
               AND NOT EXISTS (SELECT 1 FROM page_session p WHERE p.session_id = s.id) THEN 1 ELSE 0 END AS given
           FROM session s${hint('session_user')} WHERE s.user_id = ? AND s.ended_at IS NULL LIMIT ${2 * highest}) t`,
        [...live.values, ...given.values, userId],
      )
      const { looked, sessions, tokens } = row!
      const count = Math.min(sessions ?? 0, highest)
      return {
        sessions: { count, more: count < (sessions ?? 0) || looked === 2 * highest },
        tokens: Math.min(tokens ?? 0, highest),
      }
    },

    /** The applications that have live sessions of a user, except one; of very many sessions some are not read. */
    async usesOf(tx: Queries, userId: number, but: string, terms: SessionTerms): Promise<UseOfApplication[]> {
      const { sql, values } = isLiveSql('s', terms)
      const rows = await tx.read<Omit<UseOfApplication, 'more'>>(
        `SELECT t.applicationId AS applicationId, COUNT(*) AS sessions, MAX(t.lastSeenAt) AS lastUsedAt FROM (
           SELECT s.application_id AS applicationId, s.last_seen_at AS lastSeenAt
           FROM session s${hint('session_user')}
           WHERE s.user_id = ? AND s.application_id <> ? AND ${sql} LIMIT ${highest}) t
         GROUP BY t.applicationId`,
        [userId, but, ...values],
      )
      const looked = rows.reduce((sum, row) => sum + row.sessions, 0)
      return rows.map(row => ({ ...row, more: looked === highest }))
    },

    /**
     * The open devices of a user that were seen last, and how many there are.
     * @returns null where a longer search is needed: most of the ones seen last are ended
     */
    async lastSeen(
      tx: Queries,
      userId: number,
      limit: number,
    ): Promise<{ devices: DeviceRecord[]; count: Counted } | null> {
      const rows = await tx.read<DeviceRecord & { count: number }>(
        `SELECT d.*, (SELECT COUNT(*) FROM (SELECT 1 FROM device o${hint('device_user_open')}
             WHERE o.user_id = ? AND o.ended_at IS NULL LIMIT ${highest + 1}) c) AS count
         FROM (SELECT ${deviceColumns} FROM device d${hint('device_user_seen')} WHERE d.user_id = ?
           ORDER BY d.last_seen_at DESC, d.id DESC LIMIT ${seenLooked}) d
         WHERE d.endedAt IS NULL ORDER BY d.lastSeenAt DESC, d.id DESC LIMIT ${Math.trunc(limit)}`,
        [userId, userId],
      )
      const found = rows[0]?.count ?? 0
      if (rows.length < Math.min(limit, found)) return null
      const devices = rows.map(({ count: _, ...device }) => device)
      return { devices, count: { count: Math.min(found, highest), more: found > highest } }
    },

    devices: (tx: Queries, userId: number, page: PageOf) =>
      scan.page<{ id: string }>(tx, devicesOfOne, openOf(userId), page),

    countDevices: (tx: Queries, userId: number) => scan.count(tx, devicesOfOne, openOf(userId)),

    /** Live sessions on some devices; of a device with very many, only some. */
    async sessionsOn(tx: Queries, deviceIds: readonly string[], terms: SessionTerms): Promise<SessionOnDevice[]> {
      const { sql, values } = isLiveSql('l', terms)
      const found = `SELECT l.id AS id, l.device_id AS deviceId, l.application_id AS applicationId,
        l.last_seen_at AS lastSeenAt FROM session l${hint('session_device_open')} WHERE l.device_id`
      return inChunks(deviceIds, async some => {
        const most = perDevice.usual * some.length
        const rows = await tx.read<SessionOnDevice>(
          `${found} IN (${placeholders(some.length)}) AND ${sql} LIMIT ${most}`,
          [...some, ...values],
        )
        if (rows.length < most) return rows
        // One of the devices has very many: each is read by itself, so that the others do not lack theirs.
        const each: SessionOnDevice[] = []
        for (const id of some)
          each.push(
            ...(await tx.read<SessionOnDevice>(`${found} = ? AND ${sql} LIMIT ${perDevice.most}`, [id, ...values])),
          )
        return each
      })
    },
  }
}

export type OwnListStore = ReturnType<typeof createOwnListStore>

/** Scan of a user's rows that are not marked as ended: along the list's index, in the list's order. */
function along({ index, order }: List, alias: 's' | 'd', userId: number) {
  return {
    sql: `${alias}.user_id = ? AND ${alias}.ended_at IS NULL`,
    values: [userId],
    accessPath: { index, order: order.map(({ column }) => column) },
  }
}
