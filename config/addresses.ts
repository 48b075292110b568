// Addresses of the database and of Redis, with credentials in them. Each reader returns what is wrong as a text, which
// contains nothing of the address.
import { resolve } from 'node:path'

/** Certificates and keys are texts in PEM. */
export type TlsSettings = {
  /** null: the certificate authorities that Node trusts. */
  ca: string | null
  /** The client certificate, where the server asks for one. */
  cert: string | null
  key: string | null
  verify: 'full' | 'ca' | 'none'
}

const usualTls: TlsSettings = { ca: null, cert: null, key: null, verify: 'full' }

export type DatabaseSettings =
  | { engine: 'sqlite'; path: string }
  | {
      engine: 'mysql'
      host: string
      port: number
      user: string
      password: string
      name: string
      /** null: the connection is not encrypted. */
      tls: TlsSettings | null
    }

export type RedisSettings = {
  /** One node, or some of a cluster's. */
  nodes: { host: string; port: number }[]
  cluster: boolean
  username: string | null
  password: string | null
  tls: TlsSettings | null
  /** Number of the database; a cluster has only 0. */
  db: number
}

export function readDatabaseUrl(value: string): DatabaseSettings | string {
  if (value.startsWith('sqlite:')) {
    const path = value.slice('sqlite:'.length)
    return !path || path === ':memory:' ? 'needs a file: sqlite:PATH' : { engine: 'sqlite', path: resolve(path) }
  }
  const url = URL.canParse(value) ? new URL(value) : null
  const scheme = /^(?:mysql|mariadb)(s?):$/.exec(url?.protocol ?? '')
  if (!url || !scheme) return 'must be mysql://user:password@host:3306/name, mysqls:// with TLS, or sqlite:PATH'
  const [user, password] = [unescaped(url.username), unescaped(url.password)]
  const name = unescaped(url.pathname.slice(1))
  if (user === null || password === null || name === null) return 'has a % that escapes nothing'
  if (!url.hostname || !user || !name) return 'lacks a host, a user or a database name'
  if (url.search) return `takes no parameters after the database name${forTls(url, 'mysqls://', 'DATABASE_TLS_CA')}`
  const tls = scheme[1] ? usualTls : null
  return { engine: 'mysql', host: unbracketed(url.hostname), port: Number(url.port || 3306), user, password, name, tls }
}

export function readRedisUrl(value: string): RedisSettings | string {
  const node = readRedisNode(value)
  return typeof node === 'string' ? node : { ...node, cluster: false }
}

/** `host:port,host:port`; what stands before the first (`rediss://user:password@`) holds for all. */
export function readRedisCluster(value: string): RedisSettings | string {
  const [, scheme = 'redis://', credentials = '', list = ''] = /^(rediss?:\/\/)?(.*@)?(.*)$/.exec(value) ?? []
  const read = list
    .split(',')
    .map(node => node.trim())
    .map(node => (/:\d+$/.test(node) ? readRedisNode(`${scheme}${credentials}${node}`) : 'must be host:port,host:port'))
  const problem = read.find(node => typeof node === 'string')
  if (problem !== undefined) return problem
  const nodes = read as RedisNode[]
  return { ...nodes[0]!, nodes: nodes.flatMap(node => node.nodes), cluster: true }
}

type RedisNode = Omit<RedisSettings, 'cluster'>

function readRedisNode(value: string): RedisNode | string {
  const url = URL.canParse(value) ? new URL(value) : null
  if (!url || !['redis:', 'rediss:'].includes(url.protocol)) return 'must be redis://user:password@host:6379'
  const [username, password] = [unescaped(url.username), unescaped(url.password)]
  if (username === null || password === null) return 'has a % that escapes nothing'
  if (!url.hostname) return 'lacks a host'
  if (url.search || url.hash) return `takes no parameters${forTls(url, 'rediss://', 'REDIS_TLS_CA')}`
  const db = /^\/?(\d{0,3})$/.exec(url.pathname)?.[1]
  if (db === undefined) return 'has something behind the port that is no number of a database'
  return {
    nodes: [{ host: unbracketed(url.hostname), port: Number(url.port || 6379) }],
    username: username || null,
    password: password || null,
    tls: url.protocol === 'rediss:' ? usualTls : null,
    db: Number(db),
  }
}

/** A hint where the query of the address has a TLS option, as other programs accept it. */
function forTls({ search }: URL, scheme: string, setting: string): string {
  return /ssl|tls/i.test(search) ? `: for TLS begin it with ${scheme}, and set ${setting} where it is needed` : ''
}

/** Removes the brackets of an IPv6 address. */
function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '')
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
