// Databases with all tables: made once by the migrations and then copied, since migrations cost more than most tests.
import { copyFileSync } from 'node:fs'
import mysql from 'mysql2/promise'
import type { DatabaseSettings } from '../../config/settings.js'
import { openDatabase } from '../../server/storage/database.js'
import { migrateUp } from '../../server/storage/migrate.js'
import type { MariaDb } from './mariadb.js'

type Sqlite = Extract<DatabaseSettings, { engine: 'sqlite' }>

/** Calls `make` at the first call and returns its result each time. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => {
    made ??= make()
    return made
  }
}

async function migrate(settings: DatabaseSettings): Promise<void> {
  const database = await openDatabase(settings)
  await migrateUp(database)
  await database.close()
}

/** @param fresh returns the settings of an empty database */
export function sqliteWithTables(fresh: () => Sqlite): () => Promise<Sqlite> {
  const template = once(async () => {
    const settings = fresh()
    // SQLite moves the write-ahead log into the file when the last connection closes.
    await migrate(settings)
    return settings
  })
  return async () => {
    const settings = fresh()
    copyFileSync((await template()).path, settings.path)
    return settings
  }
}

export function mariaDbWithTables(running: () => Promise<MariaDb>): () => Promise<DatabaseSettings> {
  const template = once(async () => {
    const server = await running()
    const settings = await server.create()
    await migrate(settings)
    return schemaOf(settings.port, settings.name)
  })
  return async () => {
    const server = await running()
    const { collation, statements } = await template()
    const settings = await server.create()
    await server.run(
      `ALTER DATABASE ${settings.name} CHARACTER SET utf8mb4 COLLATE ${collation}`,
      `USE ${settings.name}`,
      ...statements,
    )
    return settings
  }
}

/** The statements that create the same tables and record the migrations as applied. */
async function schemaOf(port: number, name: string) {
  const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root', database: name })
  const rows = async (sql: string) => (await connection.query(sql))[0] as Record<string, string>[]
  const [database] = await rows('SELECT @@collation_database AS collation')
  const statements: string[] = []
  for (const table of await rows('SHOW TABLES')) {
    const [made] = await rows(`SHOW CREATE TABLE \`${Object.values(table)[0]}\``)
    statements.push(made!['Create Table']!)
  }
  for (const row of await rows('SELECT * FROM migrations'))
    statements.push(mysql.format('INSERT INTO migrations SET ?', [row]))
  await connection.end()
  return { collation: database!.collation!, statements }
}
