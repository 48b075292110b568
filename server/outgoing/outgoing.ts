// Requests to URLs that others have named: JWKS of applications, back-channel logout. Never to our internal network
// unless a setting names it (server-side request forgery): a name is resolved once, its addresses are checked, and
// exactly these are connected to. No redirect is followed; time and response size are limited.
import { lookup as lookUp, Resolver } from 'node:dns/promises'
import { type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { rootCertificates } from 'node:tls'
import { OutgoingFailure } from './outgoing-failure.js'
import { type Allowed, createReach, type Reach } from './reach.js'

export type OutgoingRequest = {
  method?: 'GET' | 'POST'
  headers?: Readonly<Record<string, string>>
  body?: string
  /** Longest response body that is read, in bytes; a longer one fails. With 0 none is read: the status is enough. */
  most?: number
  /** Timeout of the whole request, in ms. */
  wait?: number
  /** Connects to public addresses alone, whatever the setting names: for URLs that anybody on the internet may name. */
  publicAlone?: boolean
}

/** A response, whatever its status is. */
export type OutgoingAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer }

type Address = { address: string; family: number }

type Resolve = (host: string) => Promise<readonly Address[]>

export type OutgoingDeps = {
  allow: Allowed
  /**
   * Default: the system's resolver; for requests with `publicAlone` its name servers directly, without a thread of the
   * pool.
   */
  resolve?: Resolve
  /** Replaces the system's name servers. */
  nameServers?: readonly string[]
  /** Certificate authorities that are trusted beside Node's own (PEM). */
  ca?: string
}

const usualMost = 65_536
const usualWait = 5_000

export function createOutgoing({ allow, resolve, nameServers, ca }: OutgoingDeps) {
  const usual = { reach: createReach(allow), resolve: resolve ?? resolveBySystem }
  const publicOnly = {
    reach: createReach({ hosts: [], networks: [] }),
    resolve: resolve ?? ((host: string) => resolveByNameServers(host, nameServers)),
  }

  /** Resolves a URL's host and checks its addresses. @throws OutgoingFailure */
  async function addressesOf(
    url: URL,
    { reach: { isNamed, isPublic }, resolve }: { reach: Reach; resolve: Resolve },
  ): Promise<readonly Address[]> {
    const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
    const found = await resolve(host).catch(error => {
      throw new OutgoingFailure('UNKNOWN_HOST', error)
    })
    const addresses = found.map(one => one.address)
    if (isNamed(host, addresses)) return found
    if (!isPublic(addresses)) throw new OutgoingFailure('NOT_ALLOWED')
    // Without TLS anybody on the network path may have changed the response.
    if (url.protocol !== 'https:') throw new OutgoingFailure('SCHEME')
    return found
  }

  return {
    /** @throws OutgoingFailure */
    async request(address: string, asked: OutgoingRequest = {}): Promise<OutgoingAnswer> {
      const url = parse(address)
      const signal = AbortSignal.timeout(asked.wait ?? usualWait)
      const found = await inTime(addressesOf(url, asked.publicAlone ? publicOnly : usual), signal)
      return inTime(send(url, found, asked, signal, ca), signal)
    },
  }
}

export type Outgoing = ReturnType<typeof createOutgoing>

function parse(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null
  if (!url || url.username || url.password) throw new OutgoingFailure('ADDRESS')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new OutgoingFailure('SCHEME')
  return url
}

function send(
  url: URL,
  addresses: readonly Address[],
  { method = 'GET', headers = {}, body, most = usualMost }: OutgoingRequest,
  signal: AbortSignal,
  ca: string | undefined,
): Promise<OutgoingAnswer> {
  const begin = url.protocol === 'https:' ? requestTls : requestPlain
  const options = {
    method,
    headers: { 'Accept-Encoding': 'identity', ...headers },
    // A new connection: a kept-alive one may lead to an address that the name had before.
    agent: false,
    lookup: fixed(addresses),
    signal,
    ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
  } as const
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) =>
      reject(
        error instanceof OutgoingFailure
          ? error
          : new OutgoingFailure(signal.aborted ? 'TIMEOUT' : 'UNREACHABLE', error),
      )
    const sent = begin(url, options, answer => {
      readUpTo(answer, most).then(
        read => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: read }),
        error => {
          sent.destroy()
          fail(error)
        },
      )
    })
    // Protocol upgrades are refused. Without a listener Node closes the connection and emits no event.
    sent.on('upgrade', ({ statusCode = 0, headers }, socket) => {
      socket.destroy()
      resolve({ status: statusCode, headers, body: Buffer.alloc(0) })
    })
    sent.on('error', fail)
    sent.end(body)
  })
}

async function readUpTo(answer: IncomingMessage, most: number): Promise<Buffer> {
  if (most === 0) {
    answer.destroy()
    return Buffer.alloc(0)
  }
  const parts: Buffer[] = []
  let length = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length
    if (length > most) throw new OutgoingFailure('TOO_LARGE')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/**
 * A DNS lookup function that returns the addresses that were checked, whatever the name means by now (DNS rebinding).
 */
function fixed(addresses: readonly Address[]): LookupFunction {
  return (_, options, callback) => {
    if (options.all) callback(null, [...addresses])
    else callback(null, addresses[0]!.address, addresses[0]!.family)
  }
}

/** A timeout for work that cannot be cancelled, such as name resolution, or that never settles. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {})
  return new Promise((resolve, reject) => {
    const late = () => reject(new OutgoingFailure('TIMEOUT'))
    signal.addEventListener('abort', late, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', late))
  })
}

const resolveBySystem = (host: string) => lookUp(host, { all: true, verbatim: true })

/** Timeout of one DNS query, in ms; each is sent twice. */
const connectionTimeout = 1_000

/**
 * Asks the name servers directly. getaddrinfo() blocks one of the two threads that all name lookups of this process share, and
 * cannot be cancelled: names whose servers never answer would hold up the other requests, and connections to the database.
 */
async function resolveByNameServers(host: string, nameServers: readonly string[] | undefined): Promise<Address[]> {
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family }]
  const resolver = new Resolver({ timeout: connectionTimeout, tries: 2 })
  if (nameServers) resolver.setServers(nameServers)
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
  const found = [...addressesIn(four, 4), ...addressesIn(six, 6)]
  if (found.length === 0 && four.status === 'rejected') throw four.reason
  return found
}

const addressesIn = (answer: PromiseSettledResult<string[]>, family: number): Address[] =>
  answer.status === 'fulfilled' ? answer.value.map(address => ({ address, family })) : []
