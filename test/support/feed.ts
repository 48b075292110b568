// A minimal reader of the revocation feed: it reads server-sent events, applies them to a projection, and checks the
// promises of the feed (no gaps, valid positions).
import { type IncomingMessage, request } from 'node:http'
import { readPosition, readStretch } from '../../server/protocol/log/feed.js'
import { createProjection, type Projection } from '../../server/protocol/log/projection.js'
import { aConfidentialApplication, basic, inForm } from './applications.js'
import { type Answer, aClient } from './client.js'
import { settle, type TestServer } from './server.js'

export type FeedEvent = { event: string; id: string | null; data: unknown }

/** A machine application that may read the revocation feed (scope revocations:read), with an access token. */
export async function aFollower(server: TestServer, id = 'shop-api', more: object = {}) {
  const secret = await aConfidentialApplication(server, id, {
    kind: 'machine',
    metadata: {
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_basic',
      scope: 'revocations:read',
      ...more,
    },
  })
  await settle(server.composed)
  return { id, secret, token: await tokenOf(server, id, secret) }
}

export async function tokenOf(server: { url: string }, id: string, secret: string): Promise<string> {
  const { body } = await aClient(server).send('POST', '/oauth/token', {
    body: 'grant_type=client_credentials',
    headers: { ...inForm, ...basic(id, secret) },
  })
  return body.access_token
}

export type FeedReader = {
  /** Resolves with status and headers of the response. */
  opened: Promise<{ status: number; headers: IncomingMessage['headers'] }>
  /** All events received, in order. */
  events: FeedEvent[]
  comments: string[]
  /** The body of a response that is not a stream. */
  text(): string
  /** The last event id as `LOG:SEQ`; '' before the first one. */
  position(): string
  seq(): number
  projection(): Projection
  /**
   * Resolves once `holds()` is truthy; evaluated at each chunk.
   * @throws Error after 10 s, or when the feed is broken
   */
  until<T>(what: string, holds: () => T | undefined | false | null): Promise<T>
  /** Pauses and resumes reading from the socket. */
  pause(): void
  resume(): void
  close(): void
  closed: Promise<void>
}

const open = new Set<FeedReader>()

export function closeFeedReaders(): void {
  for (const reader of [...open]) reader.close()
}

/** @param from position to resume from: a closed reader, or a Last-Event-ID */
export function aFeedReader(
  server: { url: string },
  token: string,
  { from, verifier, headers = {} }: { from?: FeedReader | string; verifier?: string; headers?: object } = {},
): FeedReader {
  const events: FeedEvent[] = []
  const comments: string[] = []
  const isReader = typeof from === 'object'
  let position = isReader ? from.position() : (from ?? '')
  let projection = isReader ? from.projection() : createProjection()
  /** The projection of an incomplete snapshot; replaces `projection` once the snapshot is complete. */
  let anew: Projection | null = null
  let failure: Error | null = null
  let text = ''
  const waiting = new Set<() => void>()
  const look = () => {
    for (const one of [...waiting]) one()
  }

  function take({ event, id, data }: FeedEvent): void {
    events.push({ event, id, data })
    if (event === 'reset') anew = createProjection()
    if (event !== 'log') return
    const stretch = readStretch(data)
    if (!stretch) throw new Error(`no stretch: ${JSON.stringify(data)}`)
    if (anew && id === null) {
      if (stretch.after !== 0 || stretch.upto !== 0) throw new Error('a piece that moves the position')
      // A piece of a snapshot has no position; the last piece has it.
      if (!anew.apply({ after: 0, upto: 0, entries: stretch.entries })) throw new Error('a piece was refused')
      return
    }
    if (id === null) throw new Error('a stretch without a position')
    const target = anew ?? projection
    if (!target.apply(stretch)) throw new Error(`a gap: ${stretch.after} after ${target.position}`)
    if (readPosition(id)?.seq !== stretch.upto) throw new Error(`${id} is not ${stretch.upto}`)
    projection = target
    anew = null
    position = id
  }

  function read(block: string): void {
    const fields: Record<string, string> = {}
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':')
      if (colon === 0) comments.push(line.slice(1).trim())
      else fields[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '')
    }
    if (fields.event === undefined) return
    try {
      take({ event: fields.event, id: fields.id ?? null, data: JSON.parse(fields.data ?? 'null') })
    } catch (error) {
      failure ??= error as Error
    }
  }

  let response: IncomingMessage | null = null
  let isOver = false
  const { hostname, port } = new URL(server.url)
  const path = `/revocations/stream${verifier ? `?verifier=${encodeURIComponent(verifier)}` : ''}`
  const sent = request({
    hostname,
    port,
    path,
    agent: false,
    headers: {
      Accept: 'text/event-stream',
      Authorization: `Bearer ${token}`,
      ...(position && { 'Last-Event-ID': position }),
      ...headers,
    },
  })
  const closed = new Promise<void>(resolve =>
    sent.once('close', () => {
      isOver = true
      open.delete(reader)
      look()
      resolve()
    }),
  )
  const opened = new Promise<{ status: number; headers: IncomingMessage['headers'] }>((resolve, reject) => {
    sent.once('error', reject)
    sent.once('response', got => {
      response = got
      let rest = ''
      got.setEncoding('utf8')
      got.on('error', () => {})
      got.on('data', (chunk: string) => {
        text = got.statusCode === 200 ? '' : text + chunk
        rest += chunk
        for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
          read(rest.slice(0, end))
          rest = rest.slice(end + 2)
        }
        look()
      })
      got.on('end', look)
      resolve({ status: got.statusCode!, headers: got.headers })
    })
  })
  opened.catch(() => {})
  sent.on('error', () => {})
  sent.end()

  const reader: FeedReader = {
    opened,
    events,
    comments,
    text: () => text,
    position: () => position,
    seq: () => readPosition(position)?.seq ?? 0,
    projection: () => projection,
    until(what, holds) {
      return new Promise((resolve, reject) => {
        const begun = performance.now()
        const timer = setInterval(check, 50)
        waiting.add(check)
        function check() {
          const found = failure ? undefined : holds()
          const late = performance.now() - begun > 10_000
          if (!found && !failure && !late && !isOver) return
          clearInterval(timer)
          waiting.delete(check)
          if (found) resolve(found as never)
          else
            reject(
              failure ?? new Error(`${what}: not so; ${events.length} events, ${position}, closed: ${isOver}, ${text}`),
            )
        }
        check()
      })
    },
    pause: () => void response?.pause(),
    resume: () => void response?.resume(),
    close: () => void sent.destroy(),
    closed,
  }
  open.add(reader)
  return reader
}

export function renewLease(server: { url: string }, token: string, json: object): Promise<Answer> {
  return aClient(server).send('POST', '/revocations/lease', { token, json })
}
