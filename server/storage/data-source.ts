// TypeORM, for migrations and for comparing entities with tables; a server with nothing to migrate never loads it.
// Every statement of its runners uses connections of ours, so it has no connection of its own.
import { DataSource, type DataSourceOptions, QueryResult, type QueryRunner, type ReplicationMode } from 'typeorm'
import { type Connection, type Connections, rowsOf } from './connections/connections.js'
import { entities } from './entities/index.js'
import { migrationClasses } from './migrations/index.js'
import { SnakeNaming } from './snake-naming.js'

export async function createDataSource(connections: Connections): Promise<DataSource> {
  const common = {
    entities,
    migrations: await migrationClasses(),
    namingStrategy: new SnakeNaming(),
    logging: false as const,
  }
  const source = new DataSource(connections.engine === 'sqlite' ? onSqlite(common) : onMysql(common, connections))
  if (connections.engine === 'sqlite') provideQueryRunners(source, connections)
  return source.initialize()
}

type Common = Pick<DataSourceOptions, 'entities' | 'migrations' | 'namingStrategy' | 'logging'>

/** TypeORM opens a connection by itself and sets pragmas on it; this one does neither. */
class NoConnection {
  pragma(): void {}
  close(): void {}
}

function onSqlite(common: Common): DataSourceOptions {
  return { ...common, type: 'better-sqlite3', database: ':memory:', driver: NoConnection }
}

type SqliteDriver = { createQueryRunner(mode: ReplicationMode): QueryRunner }

/** Statements that TypeORM uses to begin and end transactions. */
const steps: Record<string, (connection: Connection) => Promise<void>> = {
  'BEGIN TRANSACTION': connection => connection.begin(),
  COMMIT: connection => connection.commit(),
  ROLLBACK: connection => connection.rollback(),
}

/**
 * The driver has one query runner for all callers: concurrent ones would share a transaction. Here each caller gets
 * its own.
 */
function provideQueryRunners(source: DataSource, connections: Connections): void {
  const driver = source.driver as unknown as SqliteDriver
  const Runner = driver.createQueryRunner('master').constructor as new (driver: SqliteDriver) => QueryRunner

  /** Overrides the methods in which TypeORM would use the connection itself. */
  class RunnerWithConnection extends Runner {
    private readonly lent = connections.writer()

    override async beforeMigration(): Promise<void> {
      await this.query('PRAGMA foreign_keys = OFF')
    }

    override async afterMigration(): Promise<void> {
      await this.query('PRAGMA foreign_keys = ON')
    }

    loadPragmaRecords(table: string, pragma: string): Promise<unknown> {
      return this.query(`PRAGMA ${pragma}("${table}")`)
    }

    override async release(): Promise<void> {
      await super.release()
      this.lent.release()
    }

    // biome-ignore lint/suspicious/noExplicitAny: the signature of the class above
    override async query(sql: string, values?: unknown[], structured = false): Promise<any> {
      const step = steps[sql]
      if (step) return step(this.lent)
      const answer = await this.lent.query(sql, values)
      const result = new QueryResult()
      result.records = rowsOf(answer)
      result.raw = result.records
      if ('affected' in answer) result.affected = answer.affected
      return structured ? result : result.raw
    }
  }

  driver.createQueryRunner = () => new RunnerWithConnection(driver)
}

function onMysql(common: Common, connections: Connections): DataSourceOptions {
  return { ...common, type: 'mariadb', driver: { createPool: () => poolOf(connections) } }
}

/** The part of mysql2's pool that TypeORM calls. */
function poolOf(connections: Connections) {
  return {
    getConnection(done: (error: null, connection: object) => void): void {
      const connection = connections.writer()
      done(null, {
        promise: () => ({
          async query(sql: string, values?: unknown[]): Promise<[raw: unknown]> {
            const answer = await connection.query(sql, values)
            return ['affected' in answer ? { affectedRows: answer.affected } : rowsOf(answer)]
          },
        }),
        // The connection has listeners of its own.
        listeners: () => ['error'],
        release: connection.release,
        destroy: connection.discard,
      })
    },
    end: (done: () => void) => done(),
  }
}
