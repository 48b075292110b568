// A fake token server for verifiers over real HTTP: JWKS, introspection, the feed of the revocation log
// (server/protocol/log/feed.ts) and the lease. A test can replace any answer.
import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { signInput } from '../../server/protocol/algorithms.js'
import { type FeedEntry, leaseTime } from '../../server/protocol/log/feed.js'
import { createVerifier, type Verifier, type VerifierOptions } from '../../server/verifier/verifier.js'

export const audience = 'https://orders.example/'
export const secret = 'a secret: 100% of it'

type Key = { kid: string; privateKey: KeyObject; jwk: Record<string, unknown> }
type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => unknown

export function aSigningKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = publicKey.export({ format: 'jwk' }) as Record<string, unknown>
  const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url')
  return { kid, privateKey, jwk: { ...jwk, kid, alg: 'ES256', use: 'sig' } }
}

const opened = new Set<{ close(): Promise<void> }>()

/** To be called after each test. */
export async function closeFakeIssuers(): Promise<void> {
  for (const one of [...opened]) await one.close()
}

/** Clocks of a verifier that only a test advances, so that no lease expires early on a busy machine. */
export function aSkew() {
  const start = Date.now()
  const skew = { monotonic: 0, wall: 0 }
  return {
    skew,
    clocks: { monotonic: () => skew.monotonic, wall: () => start + skew.wall },
    pass(ms: number) {
      skew.monotonic += ms
      skew.wall += ms
    },
  }
}

export async function aFakeIssuer() {
  const key = aSigningKey()
  const streams = new Set<ServerResponse>()
  const entries: FeedEntry[] = []
  const waiting: { path: string; done: (body: string) => void }[] = []
  const fake = {
    url: '',
    key,
    keys: [key.jwk] as unknown[],
    log: 'a1',
    seq: 0,
    /** The lowest position from which a reader may resume. */
    resumable: 0,
    /** Epoch ms. */
    now: () => Date.now(),
    introspect: (_token: string): object => ({ active: false }),
    /** Handlers by path that replace the usual ones. */
    instead: {} as Record<string, Handler>,
    /** Numbers of requests by path. */
    asked: {} as Record<string, number>,
    /** `Last-Event-ID` of each connection; null where it was absent. */
    resumed: [] as (string | null)[],
    streams,

    /** Resolves with the body of the next request for a path. */
    next: (path: string): Promise<string> => new Promise(done => waiting.push({ path, done })),

    /** Appends an entry to the log without sending it to readers. */
    keep(kind: FeedEntry['kind'], subject: string, more: Partial<FeedEntry> = {}): FeedEntry {
      const expires_at = Math.ceil(fake.now() / 1000) + 3_600
      const entry = { seq: ++fake.seq, kind, subject, effect: 'end' as const, except_sid: null, expires_at, ...more }
      entries.push(entry)
      return entry
    },

    publish(entry: FeedEntry): void {
      fake.send(stretch({ after: entry.seq - 1, upto: entry.seq, entries: [entry] }, `${fake.log}:${entry.seq}`))
    },

    /** Appends an entry to the log and sends it to all readers. */
    revoke(kind: FeedEntry['kind'], subject: string, more: Partial<FeedEntry> = {}): FeedEntry {
      const entry = fake.keep(kind, subject, more)
      fake.publish(entry)
      return entry
    },

    send(text: string): void {
      for (const response of streams) response.write(text)
    },

    claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
      const now = Math.floor(fake.now() / 1000)
      return {
        ...{ iss: fake.url, aud: audience, sub: '7', client_id: 'shop', jti: randomUUID(), sid: randomUUID() },
        ...{ iat: now, exp: now + 3_600, token_type: 'access', username: 'amy', roles: ['staff'], rev: fake.seq },
        ...{ scope: 'orders:read orders:write', permissions: ['orders:read'], user_id: '7', auth_time: now },
        ...changes,
      }
    },

    token(changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}, by = key): string {
      return fake.compact({ alg: 'ES256', typ: 'at+jwt', kid: by.kid, ...header }, fake.claims(changes), by)
    },

    /** Signs header and claims; a string is used as it is. */
    compact(header: object | string, claims: object | string, by = key): string {
      const part = (value: object | string) =>
        Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
      const input = `${part(header)}.${part(claims)}`
      return `${input}.${signInput('ES256', by.privateKey, input).toString('base64url')}`
    },

    /** A verifier of this issuer, closed with it. */
    verifier(options: Partial<VerifierOptions> = {}): Verifier {
      const made = createVerifier({ issuer: fake.url, audience, clientId: 'orders', clientSecret: secret, ...options })
      verifiers.push(made)
      return made
    },

    async close(): Promise<void> {
      opened.delete(fake)
      for (const one of verifiers) await one.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  const verifiers: Verifier[] = []

  const json = (response: ServerResponse, body: unknown, headers: Record<string, string> = {}) =>
    response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))

  const usual: Record<string, Handler> = {
    '/.well-known/jwks.json'(request, response) {
      const tag = `"${createHash('sha256').update(JSON.stringify(fake.keys)).digest('base64url')}"`
      const headers = { ETag: tag, 'Cache-Control': 'public, max-age=300' }
      if (request.headers['if-none-match'] === tag) response.writeHead(304, headers).end()
      else json(response, { keys: fake.keys }, headers)
    },
    '/oauth/token'(request, response, body) {
      const [id, given] = Buffer.from(request.headers.authorization!.slice(6), 'base64').toString().split(':')
      const isRight = id === 'orders' && decodeURIComponent(given!.replaceAll('+', ' ')) === secret
      if (!isRight || body !== 'grant_type=client_credentials&scope=revocations%3Aread')
        return response.writeHead(401).end('{"error":"invalid_client"}')
      return json(response, { access_token: randomUUID(), token_type: 'Bearer', expires_in: 3_600 })
    },
    '/oauth/introspect': (_request, response, body) =>
      json(response, fake.introspect(new URLSearchParams(body).get('token')!)),
    '/revocations/lease': (_request, response) =>
      json(response, { log: fake.log, seq: fake.seq, now: Math.floor(fake.now()), lease_ms: leaseTime }),
    '/revocations/stream'(request, response) {
      const last = (request.headers['last-event-id'] as string | undefined) ?? null
      fake.resumed.push(last)
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': ping\n\n')
      streams.add(response)
      response.on('close', () => streams.delete(response))
      const [log, from] = last?.split(':') ?? []
      if (log === fake.log && Number(from) >= fake.resumable) {
        const after = Number(from)
        const rest = entries.filter(entry => entry.seq > after)
        if (fake.seq > after) response.write(stretch({ after, upto: fake.seq, entries: rest }, `${log}:${fake.seq}`))
        return
      }
      response.write('event: reset\ndata: {}\n\n')
      // A snapshot has no order: its entries are sent in reverse.
      for (const entry of entries.toReversed()) response.write(stretch({ after: 0, upto: 0, entries: [entry] }))
      response.write(stretch({ after: 0, upto: fake.seq, entries: [] }, `${fake.log}:${fake.seq}`))
    },
  }

  const server = createServer(async (request, response) => {
    const path = request.url!.split('?')[0]!
    const body = await textOf(request).catch(() => '')
    fake.asked[path] = (fake.asked[path] ?? 0) + 1
    const handler = fake.instead[path] ?? usual[path]
    if (handler) handler(request, response, body)
    else response.writeHead(404).end()
    for (const one of waiting.filter(one => one.path === path)) {
      waiting.splice(waiting.indexOf(one), 1)
      one.done(body)
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  opened.add(fake)
  return fake
}

export type FakeIssuer = Awaited<ReturnType<typeof aFakeIssuer>>

/** One `log` event. */
export function stretch(data: { after: number; upto: number; entries: unknown[] }, id?: string): string {
  return `event: log\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
}

/** Resolves with the next event of this name. */
export function heard(verifier: Verifier, name: Parameters<Verifier['on']>[0]): Promise<unknown> {
  return new Promise(resolve => {
    const end = verifier.on(name, about => {
      end()
      resolve(about)
    })
  })
}
