// Requests to addresses that others have named: keys of applications, and what they are told. Never to the inside of our own
// network unless a setting names it (server-side request forgery): a name is resolved once, its addresses are looked at, and
// those very ones are connected to. No redirect is followed, nobody is waited for long, and no answer is read without end.
import { lookup as lookUp } from 'node:dns/promises'
import { type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import type { LookupFunction } from 'node:net'
import { OutgoingFailure } from './outgoing-failure.js'
import { type Allowed, createReach } from './reach.js'

export type OutgoingRequest = {
  method?: 'GET' | 'POST'
  headers?: Readonly<Record<string, string>>
  body?: string
  /** Bytes of the answer that are read at most; a longer one fails. */
  most?: number
  /** For all of it, in ms. */
  wait?: number
}

/** Whatever the status is. */
export type OutgoingAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer }

type Address = { address: string; family: number }

export type OutgoingDeps = {
  allow: Allowed
  /** Without it the system's resolver. */
  resolve?: (host: string) => Promise<readonly Address[]>
}

const usualMost = 65_536
const usualWait = 5_000

export function createOutgoing({ allow, resolve = resolveBySystem }: OutgoingDeps) {
  const reach = createReach(allow)

  /** @throws OutgoingFailure */
  async function addressesOf(url: URL): Promise<readonly Address[]> {
    const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
    const found = await resolve(host).catch(error => {
      throw new OutgoingFailure('UNKNOWN_HOST', error)
    })
    const addresses = found.map(one => one.address)
    if (reach.isNamed(host, addresses)) return found
    if (!reach.isPublic(addresses)) throw new OutgoingFailure('NOT_ALLOWED')
    // What comes in the clear anybody on the way may have written.
    if (url.protocol !== 'https:') throw new OutgoingFailure('SCHEME')
    return found
  }

  return {
    /** @throws OutgoingFailure */
    async request(address: string, asked: OutgoingRequest = {}): Promise<OutgoingAnswer> {
      const url = parse(address)
      const signal = AbortSignal.timeout(asked.wait ?? usualWait)
      const found = await inTime(addressesOf(url), signal)
      return send(url, found, asked, signal)
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
): Promise<OutgoingAnswer> {
  const begin = url.protocol === 'https:' ? requestTls : requestPlain
  const options = {
    method,
    headers: { 'Accept-Encoding': 'identity', ...headers },
    // A connection of its own: one that is kept may lead where a name pointed before.
    agent: false,
    lookup: fixed(addresses),
    signal,
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
    sent.on('error', fail)
    sent.end(body)
  })
}

async function readUpTo(answer: IncomingMessage, most: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length
    if (length > most) throw new OutgoingFailure('TOO_LARGE')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Answers what was resolved and looked at before, whatever the name means by now (DNS rebinding). */
function fixed(addresses: readonly Address[]): LookupFunction {
  return (_, options, callback) => {
    if (options.all) callback(null, [...addresses])
    else callback(null, addresses[0]!.address, addresses[0]!.family)
  }
}

/** A resolver cannot be stopped: it is not waited for any more. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {})
  return new Promise((resolve, reject) => {
    const late = () => reject(new OutgoingFailure('TIMEOUT'))
    signal.addEventListener('abort', late, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', late))
  })
}

const resolveBySystem = (host: string) => lookUp(host, { all: true, verbatim: true })
