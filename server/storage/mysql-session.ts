import type { DataSource } from 'typeorm'

// READ COMMITTED: under MySQL's own REPEATABLE READ a missed claim on an absent id locks the gap, and another session's
// INSERT waits for it. The time zone and the strict mode make values come back as they went in.
const sessionSettings = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  "SET SESSION time_zone = '+00:00'",
  "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  'SET SESSION innodb_lock_wait_timeout = 4',
]

type PoolConnection = { query(sql: string, done: (error: unknown) => void): void; destroy(): void }
type Pool = { on(event: 'connection', listener: (connection: PoolConnection) => void): void }

/** Makes every connection of the pool speak with our settings, and the database compare text in binary. */
export async function settleMysql(source: DataSource): Promise<void> {
  const pool = (source.driver as unknown as { pool: Pool }).pool
  pool.on('connection', connection => {
    // Queued first on the new connection. One that cannot be settled must not be used.
    for (const sql of sessionSettings) connection.query(sql, error => error && connection.destroy())
  })
  // The connection that initialize() opened came too early for the listener.
  const runner = source.createQueryRunner('master')
  const early = (await runner.connect()) as PoolConnection
  early.destroy()
  await compareInBinary(source)
}

/** Ids and secrets that differ in case or in a trailing space are different: an empty database is told so. */
async function compareInBinary(source: DataSource): Promise<void> {
  type Row = { version: string; collation: string; tables: number }
  const [row] = (await source.query(
    `SELECT VERSION() AS version, @@collation_database AS collation,
       (SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()) AS tables`,
  )) as [Row]
  // Not plain utf8mb4_bin: it pads, so that an id and the same id with a space behind it are one.
  const collation = /mariadb/i.test(row.version) ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin'
  if (row.collation === collation) return
  if (Number(row.tables) > 0)
    throw new Error(`the database has the collation ${row.collation} and tables in it; it needs ${collation}`)
  await source.query(`ALTER DATABASE CHARACTER SET utf8mb4 COLLATE ${collation}`)
}
