// Fetches client metadata documents, for applications whose `client_id` is a URL (policy/client-document.ts). Anybody
// can cause a fetch without signing in (SSRF): so size, rate, concurrency and cache are bounded, addresses are public
// ones unless an administrator has named the host (outgoing/), and nothing is written.
import type { IncomingHttpHeaders } from 'node:http'
import type { Outgoing } from '../../outgoing/outgoing.js'
import { type ClientDocument, DocumentProblem } from '../../policy/client-document.js'
import { type CacheBounds, cacheLifetime } from '../../protocol/cache-lifetime.js'
import { refuse } from '../../protocol/errors.js'
import { JsonError, parseStrictJson } from '../../protocol/json.js'
import type { NetworkThrottle } from './network-throttle.js'

/** Largest document, in bytes: §8.7 recommends 5 kilobytes, keys take more. */
const most = 10_240
/** Timeout of a fetch, in ms: a user waits for it. */
const wait = 3_000
/** Bounds of the cache lifetime, in seconds. A sign-in takes minutes, and each of its steps needs the document. */
const bounds: CacheBounds = { least: 300, usual: 3_600, most: 86_400 }
const mostHeld = 500
/** Concurrent fetches. `ofUnknown`: for applications that no user has allowed yet, whose hosts may be slow on purpose. */
const mostAtOnce = { inAll: 16, ofUnknown: 12, ofHost: 4 }
/** Fetches per window (ms) for applications that no user has allowed yet. */
const mostUnknown = { inAll: 600, ofHost: 30, window: 60_000 }

/** A cached document; valid until `until`, epoch ms. */
type Held = { document: unknown; until: number }

/** Reads a document by the present policies. @throws DocumentProblem */
export type ReadDocument = (id: string, document: unknown) => ClientDocument

export type DocumentAsked = {
  id: string
  /** IP address of the client; '' where it is unknown. */
  address: string
  /** Whether a user has allowed the application before. */
  isKnown: boolean
  /** Connects to public addresses alone, whatever OUTGOING_ALLOW names: no administrator has named the host. */
  publicAlone: boolean
  read: ReadDocument
}

export type ClientDocumentsDeps = {
  outgoing: Outgoing
  networkThrottle: Pick<NetworkThrottle, 'admit'>
  now: () => number
  log: { info(details: object, message: string): void }
}

export function createClientDocuments({ outgoing, networkThrottle, now, log }: ClientDocumentsDeps) {
  const held = new Map<string, Held>()
  const underWay = new Map<string, { fetching: Promise<ClientDocument>; isKnown: boolean }>()
  let unknownFetches = { endsAt: 0, inAll: 0, ofHost: new Map<string, number>() }

  const unavailable = (retryAfter = 5) => refuse('client_document_unavailable', { retryAfter })

  /** Counts a fetch for an application that no user has allowed yet. @throws client_document_unavailable: too many */
  function countUnknown(host: string): void {
    const at = now()
    const { window, inAll, ofHost } = mostUnknown
    if (at >= unknownFetches.endsAt || at < unknownFetches.endsAt - 2 * window)
      unknownFetches = { endsAt: (Math.floor(at / window) + 1) * window, inAll: 0, ofHost: new Map() }
    const count = (unknownFetches.ofHost.get(host) ?? 0) + 1
    if (unknownFetches.inAll >= inAll || count > ofHost)
      throw unavailable(Math.ceil((unknownFetches.endsAt - at) / 1_000))
    unknownFetches.inAll++
    unknownFetches.ofHost.set(host, count)
  }

  /** Limits concurrent fetches: slow hosts must not take all of them. */
  function requirePlace(host: string, isKnown: boolean): void {
    const ofHost = [...underWay.keys()].filter(id => new URL(id).host === host).length
    const ofUnknown = [...underWay.values()].filter(one => !one.isKnown).length
    const isFull = underWay.size >= mostAtOnce.inAll || (!isKnown && ofUnknown >= mostAtOnce.ofUnknown)
    if (isFull || ofHost >= mostAtOnce.ofHost) throw unavailable(1)
  }

  async function fetchDocument({ id, publicAlone, read }: DocumentAsked): Promise<ClientDocument> {
    try {
      const { status, headers, body } = await outgoing.request(id, {
        headers: { Accept: 'application/json' },
        most,
        wait,
        publicAlone,
      })
      // §5: no status but 200, and no redirect.
      if (status !== 200) throw Object.assign(new Error('no document'), { code: `STATUS_${status}` })
      requireJson(headers)
      const document = parseStrictJson(textOf(body))
      const found = read(id, document)
      // §5.2: neither errors nor invalid documents are cached.
      keep(id, { document, until: now() + cacheLifetime(headers, bounds) * 1_000 })
      return found
    } catch (error) {
      throw refused(id, error)
    }
  }

  /** Evicts the least recently used document (LRU). */
  function keep(id: string, one: Held): void {
    held.delete(id)
    if (held.size >= mostHeld) held.delete(held.keys().next().value!)
    held.set(id, one)
  }

  function refused(id: string, error: unknown) {
    const isOurs = error instanceof DocumentProblem || error instanceof JsonError
    const reason = isOurs ? error.message : String((error as { code?: unknown }).code ?? (error as Error).name)
    log.info({ application: id, reason }, 'the metadata document of an application was not accepted')
    // The reason for a failed connection is in the log alone: a response with it would reveal the internal network.
    return isOurs ? refuse('client_document_invalid') : unavailable()
  }

  return {
    /** @throws client_document_unavailable, client_document_invalid, too_many_from_network */
    async find(asked: DocumentAsked): Promise<ClientDocument> {
      const { id, address, isKnown, read } = asked
      const one = held.get(id)
      if (one && now() < one.until && one.until - now() <= bounds.most * 1_000) {
        keep(id, one)
        return readHeld(id, one, read)
      }
      const present = underWay.get(id)
      if (present) return present.fetching
      networkThrottle.admit('document', address)
      const { host } = new URL(id)
      requirePlace(host, isKnown)
      if (!isKnown) countUnknown(host)
      const fetching = fetchDocument(asked).finally(() => underWay.delete(id))
      underWay.set(id, { fetching, isKnown })
      return fetching
    },
  }

  function readHeld(id: string, { document }: Held, read: ReadDocument): ClientDocument {
    try {
      return read(id, document)
    } catch (error) {
      throw refused(id, error)
    }
  }
}

export type ClientDocuments = ReturnType<typeof createClientDocuments>

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new DocumentProblem('It is not UTF-8.')
  }
}

/** §4: any JSON media type, also one with the suffix `+json`. */
function requireJson({ 'content-type': type = '' }: IncomingHttpHeaders): void {
  const [essence = ''] = type.toLowerCase().split(';')
  if (!/^application\/([a-z0-9.+-]+\+)?json$/.test(essence.trim()))
    throw new DocumentProblem('It is not served as JSON.')
}
