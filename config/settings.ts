// The settings that the process is started with. Only this folder reads the environment; all other code gets
// `Settings`. The table below is the one list: the README's table and example.env are made from it.
import { resolve } from 'node:path'
import { z } from 'zod'
import {
  type DatabaseSettings,
  type RedisSettings,
  readDatabaseUrl,
  readRedisCluster,
  readRedisUrl,
} from './addresses.js'
import { type ApplicationsFile, readApplicationsFile } from './applications-file.js'
import { type LegacyJwtSettings, legacyJwtFrom, legacyJwtTable } from './legacy-jwt.js'
import { type OutgoingAllow, readOutgoingAllow } from './outgoing.js'
import { isHost, orWrong, readForwardedHeader, readIssuer, readSecretKey, readTrustProxy } from './setting-values.js'
import { databaseWithTls, redisWithTls, tlsTable } from './tls.js'

export type { ApplicationsFile, DatabaseSettings, LegacyJwtSettings, RedisSettings }

const text = z.string().trim().min(1)

const notPort = 'is not a port: a whole number from 0 to 65535'
const notWorkers = 'is not a number of processes from 1 to 64'

export const settingsTable = {
  PORT: {
    default: '4000',
    meaning: 'Port to listen on; 0 selects a free one.',
    schema: z.coerce.number({ error: notPort }).int(notPort).min(0, notPort).max(65_535, notPort),
  },
  HOST: {
    default: '127.0.0.1',
    meaning: 'Address to listen on; 0.0.0.0 for every interface.',
    schema: text.refine(isHost, 'is not an address or a name; the port is PORT'),
  },
  ISSUER: {
    default: 'http://localhost:$PORT',
    meaning:
      'Public base URL, used for `iss` and all links; the Host header is never used. Plain http only on localhost or a loopback address.',
    schema: text.transform(readIssuer),
  },
  DATA_DIR: {
    default: './data',
    meaning: 'Folder of the embedded database and of the secret key.',
    schema: text.transform(path => resolve(path)),
  },
  DATABASE_URL: {
    default: 'SQLite file in DATA_DIR',
    meaning:
      '`mysql://user:password@host:3306/name` (MySQL or MariaDB; `mysqls://` with TLS) or `sqlite:PATH`. One server process per SQLite file.',
    schema: text.transform(orWrong(readDatabaseUrl)),
  },
  REDIS_URL: {
    default: 'none',
    meaning:
      '`redis://user:password@host:6379` (`rediss://` with TLS): propagates revocations between servers within milliseconds. If Redis loses its data, no revocation is lost.',
    schema: text.transform(orWrong(readRedisUrl)),
  },
  REDIS_CLUSTER: {
    default: 'none',
    meaning:
      'Instead of REDIS_URL: nodes of a Redis Cluster, `host:port,host:port`; the first with `redis://user:password@` or `rediss://` in front if they require a password or TLS.',
    schema: text.transform(orWrong(readRedisCluster)),
  },
  ...tlsTable,
  SECRET_KEY: {
    default: 'made in DATA_DIR (embedded database only)',
    meaning: 'At least 32 random bytes in base64; encrypts private keys at rest. Required with MySQL.',
    schema: text.transform(readSecretKey),
  },
  SECRET_KEY_PREVIOUS: {
    default: 'none',
    meaning:
      'The former SECRET_KEY: still decrypts private keys until `darvoza secret reseal` has encrypted them with the new one.',
    schema: text.transform(readSecretKey),
  },
  ADMIN_USERNAME: {
    default: 'admin',
    meaning: 'Name of the first administrator, who is created if there is none.',
    schema: text,
  },
  ADMIN_PASSWORD: {
    default: 'a random one, printed once',
    meaning: 'Password of the first administrator.',
    schema: z.string().min(1),
  },
  APPLICATIONS_FILE: {
    default: 'none',
    meaning:
      'JSON array of applications by the metadata names of RFC 7591, with `client_id`, `client_secret`, `kind`, `resource` and `resource_scopes`. At each start they are created, or updated to these values.',
    schema: text.transform(orWrong(readApplicationsFile)),
  },
  WORKERS: {
    default: '1',
    meaning: 'Processes that share the port. More than one needs MySQL and Redis.',
    schema: z.coerce.number({ error: notWorkers }).int(notWorkers).min(1, notWorkers).max(64, notWorkers),
  },
  TRUST_PROXY: {
    default: 'none',
    meaning:
      'Proxies whose FORWARDED_HEADER is trusted: a number of hops, or addresses and networks separated by commas.',
    schema: text.transform(readTrustProxy),
  },
  FORWARDED_HEADER: {
    default: 'X-Forwarded-For',
    meaning:
      'The header in which the proxies of TRUST_PROXY write the client address: X-Forwarded-For, or Forwarded (RFC 7239). The other header is ignored, as a proxy forwards it unchanged from the client.',
    schema: text.transform(readForwardedHeader),
  },
  OUTGOING_ALLOW: {
    default: 'none',
    meaning:
      'Private hosts, addresses and networks, separated by commas, that outgoing requests may go to, also without TLS: for `jwks_uri`, logout tokens, and metadata documents of the hosts that a policy lists. All other requests need https and a public address; so do, always, the `jwks_uri` and logout URIs of self-registered applications and of those that a metadata document describes.',
    schema: text.transform(orWrong(readOutgoingAllow)),
  },
  ...legacyJwtTable,
  LOG_LEVEL: {
    default: 'info',
    meaning: 'trace, debug, info, warn, error, fatal or silent. Log lines are JSON on stderr.',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { error: 'is none of the levels' }),
  },
} as const satisfies Record<string, { default: string; meaning: string; schema: z.ZodType }>

export type SettingName = keyof typeof settingsTable

export const settingNames = Object.keys(settingsTable)

export type Settings = {
  port: number
  host: string
  /** An origin without a trailing slash. */
  issuer: string
  dataDir: string
  database: DatabaseSettings
  redis: RedisSettings | null
  /** null: read or made in `dataDir` (see secret-key.ts). */
  secretKey: Buffer | null
  /** Former key: opens what it sealed; seals nothing. */
  secretKeyPrevious: Buffer | null
  adminUsername: string
  adminPassword: string | null
  applicationsFile: ApplicationsFile | null
  workers: number
  trustProxy: number | string[]
  forwardedHeader: 'X-Forwarded-For' | 'Forwarded'
  /** Hosts and networks that outgoing requests may go to beside the public internet. */
  outgoingAllow: OutgoingAllow
  /** null: no tokens of a former service are accepted. */
  legacyJwt: LegacyJwtSettings | null
  logLevel: string
}

/** Every problem found in the environment, one line each. */
export class SettingsError extends Error {
  constructor(readonly problems: string[]) {
    super(`The settings are not usable:\n${problems.map(problem => `  - ${problem}`).join('\n')}`)
    this.name = 'SettingsError'
  }
}

/**
 * Reads and checks the environment once. A variable that is set but empty counts as not set.
 * @throws SettingsError with every problem at once; values of secrets are never repeated in it
 */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const problems: string[] = []
  function read<N extends SettingName>(name: N): z.output<(typeof settingsTable)[N]['schema']> | null {
    const given = environment[name]
    if (given === undefined || given.trim() === '') return null
    const result = settingsTable[name].schema.safeParse(given)
    if (result.success) return result.data as z.output<(typeof settingsTable)[N]['schema']>
    problems.push(`${name} ${result.error.issues[0]?.message ?? 'is not usable'}`)
    return null
  }

  const isSet = (name: SettingName) => Boolean(environment[name]?.trim())

  const readTls = (prefix: 'DATABASE' | 'REDIS') => ({
    ca: read(`${prefix}_TLS_CA`),
    cert: read(`${prefix}_TLS_CERT`),
    key: read(`${prefix}_TLS_KEY`),
    verify: read(`${prefix}_TLS_VERIFY`),
  })

  const dataDir = read('DATA_DIR') ?? resolve('./data')
  const port = read('PORT') ?? 4000
  const settings: Settings = {
    port,
    host: read('HOST') ?? '127.0.0.1',
    issuer: read('ISSUER') ?? `http://localhost:${port}`,
    dataDir,
    database: databaseWithTls(
      read('DATABASE_URL') ?? { engine: 'sqlite', path: resolve(dataDir, 'darvoza.sqlite') },
      readTls('DATABASE'),
      problems,
    ),
    redis: redisWithTls(read('REDIS_URL') ?? read('REDIS_CLUSTER'), readTls('REDIS'), problems),
    secretKey: read('SECRET_KEY'),
    secretKeyPrevious: read('SECRET_KEY_PREVIOUS'),
    adminUsername: read('ADMIN_USERNAME') ?? 'admin',
    adminPassword: read('ADMIN_PASSWORD'),
    applicationsFile: read('APPLICATIONS_FILE'),
    workers: read('WORKERS') ?? 1,
    trustProxy: read('TRUST_PROXY') ?? [],
    forwardedHeader: read('FORWARDED_HEADER') ?? 'X-Forwarded-For',
    outgoingAllow: read('OUTGOING_ALLOW') ?? { hosts: [], networks: [] },
    legacyJwt: legacyJwtFrom(read, isSet, problems),
    logLevel: read('LOG_LEVEL') ?? 'info',
  }
  if (settings.database.engine === 'mysql' && !environment.SECRET_KEY?.trim()) {
    problems.push('SECRET_KEY is required with MySQL, so that every server has the same one (openssl rand -base64 32)')
  }
  if (settings.secretKey && settings.secretKeyPrevious?.equals(settings.secretKey)) {
    problems.push('SECRET_KEY_PREVIOUS is the same as SECRET_KEY: one of the two was not changed')
  }
  if (isSet('LEGACY_JWT_SECRET') && environment.LEGACY_JWT_SECRET === environment.SECRET_KEY) {
    problems.push('LEGACY_JWT_SECRET is the SECRET_KEY of this server, which must be one that no other service knows')
  }
  if (environment.REDIS_URL?.trim() && environment.REDIS_CLUSTER?.trim()) {
    problems.push('REDIS_URL and REDIS_CLUSTER are both set: keep the one that names your Redis')
  }
  if (settings.workers > 1) {
    if (settings.database.engine !== 'mysql') problems.push('WORKERS above 1 needs MySQL (DATABASE_URL)')
    if (!settings.redis) problems.push('WORKERS above 1 needs Redis (REDIS_URL or REDIS_CLUSTER)')
  }
  if (environment.FORWARDED_HEADER?.trim() && !environment.TRUST_PROXY?.trim()) {
    problems.push('FORWARDED_HEADER counts for nothing without TRUST_PROXY: set both')
  }
  if (port === 0 && !environment.ISSUER?.trim()) problems.push('ISSUER is required with PORT=0')
  if (problems.length > 0) throw new SettingsError(problems)
  return settings
}

/** @throws SettingsError for a text that cannot be an ISSUER */
export function requireIssuer(value: string): string {
  const read = settingsTable.ISSUER.schema.safeParse(value)
  if (!read.success) throw new SettingsError([`the issuer ${read.error.issues[0]?.message ?? 'is not usable'}`])
  return read.data
}
