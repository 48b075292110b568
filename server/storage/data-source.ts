// TypeORM's connection to each engine, and what both have in common.
import { DataSource, type DataSourceOptions } from 'typeorm'
import { entities } from './entities/index.js'
import { migrations } from './migrations/index.js'
import { SnakeNaming } from './snake-naming.js'
import { NoConnection } from './sqlite-runners.js'
import { secureContext, type TlsOptions } from './tls.js'

export type DatabaseAddress =
  | { engine: 'sqlite'; path: string }
  | {
      engine: 'mysql'
      host: string
      port: number
      user: string
      password: string
      name: string
      tls: TlsOptions | null
    }

export function createDataSource(address: DatabaseAddress): DataSource {
  return new DataSource(address.engine === 'sqlite' ? sqliteOptions(address) : mysqlOptions(address))
}

function sqliteOptions(address: { path: string }): DataSourceOptions {
  return {
    type: 'better-sqlite3',
    database: address.path,
    // Threads of our own have the connections.
    driver: NoConnection,
    entities,
    migrations,
    namingStrategy: new SnakeNaming(),
    logging: false,
  }
}

function mysqlOptions(address: Extract<DatabaseAddress, { engine: 'mysql' }>): DataSourceOptions {
  return {
    type: 'mariadb',
    host: address.host,
    port: address.port,
    username: address.user,
    password: address.password,
    database: address.name,
    timezone: 'Z',
    charset: 'utf8mb4_bin',
    supportBigNumbers: true,
    bigNumberStrings: false,
    connectTimeout: 3_000,
    poolSize: 10,
    // TypeORM's own option knows nothing of names; the driver's does. The host is one: see the settings.
    extra: {
      queueLimit: 2_000,
      ...(address.tls && { ssl: { ...secureContext(address.tls), verifyIdentity: address.tls.verify === 'full' } }),
    },
    entities,
    migrations,
    namingStrategy: new SnakeNaming(),
    logging: false,
  }
}
