// A verifier whose token server is a stub behind `fetch`: it serves the keys, the log and the time of the test vectors.
import { performance } from 'node:perf_hooks'
import { type FeedEntry, leaseTime } from '../../server/protocol/log/feed.js'
import { createVerifier, type Verifier } from '../../server/verifier/verifier.js'

type Told = { issuer: string; audience: string; now: number; jwks: object }

const log = 'a5'
/** The last position of the revocation log: above every entry, and above the `rev` of every token. */
const head = 200

/** @param pieces log entries sent on the event stream: the first array is the snapshot, the others are live entries */
export async function aVerifierTold(
  { issuer, audience, now, jwks }: Told,
  pieces: readonly FeedEntry[][] = [[]],
): Promise<Verifier> {
  const start = performance.now()
  const wall = () => now * 1000 + (performance.now() - start)
  const answers: Record<string, () => Response> = {
    '/oauth/token': () => Response.json({ access_token: 'feed', token_type: 'Bearer', expires_in: 3_600 }),
    '/.well-known/jwks.json': () => Response.json(jwks),
    '/revocations/lease': () => Response.json({ log, seq: head, now: Math.round(wall()), lease_ms: leaseTime }),
    '/revocations/stream': () => new Response(streamOf(pieces), { headers: { 'Content-Type': 'text/event-stream' } }),
    '/oauth/introspect': () => Response.json({ active: false }),
  }
  const verifier = createVerifier({
    issuer,
    audience,
    clientId: 'orders',
    clientSecret: 'a-secret-of-nobody',
    clocks: { monotonic: () => performance.now(), wall },
    fetch: async address => answers[new URL(String(address)).pathname]!(),
  })
  await verifier.ready()
  return verifier
}

function streamOf(pieces: readonly FeedEntry[][]): ReadableStream {
  const [snapshot = [], ...later] = pieces
  const text = (name: string, data: object, seq?: number) =>
    `event: ${name}\n${seq === undefined ? '' : `id: ${log}:${seq}\n`}data: ${JSON.stringify(data)}\n\n`
  return new ReadableStream({
    start(controller) {
      const send = (part: string) => controller.enqueue(new TextEncoder().encode(part))
      const upto = later.length === 0 ? head : Math.max(0, ...snapshot.map(one => one.seq))
      send(text('reset', {}) + text('log', { after: 0, upto, entries: snapshot }, upto))
      later.reduce((after, entries, at) => {
        const next = at === later.length - 1 ? head : Math.max(after, ...entries.map(one => one.seq))
        send(text('log', { after, upto: next, entries }, next))
        return next
      }, upto)
    },
  })
}
