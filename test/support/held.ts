// Requests whose headers and half a body have come, and the rest not yet: the server has let them in, and waits.
import type { IncomingMessage } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { type RawAnswer, sendSlowly } from './raw.js'

export type Holdable = { name: string; method: string; path: string; headers: Record<string, string>; body: string }

export type Held = { name: string; answer: Promise<RawAnswer>; finish: () => Promise<RawAnswer> }

/** What tells when a server reads the bodies of requests: `onRequest` of its options. */
export function aWatch() {
  const arrived = new Set<IncomingMessage>()
  return {
    onRequest: (request: IncomingMessage): void => {
      arrived.add(request)
      request.once('close', () => arrived.delete(request))
    },
    /** Resolves once so many bodies are being read. */
    async reading(count: number): Promise<void> {
      const isRead = (request: IncomingMessage) => request.readableFlowing === true && !request.complete
      while ([...arrived].filter(isRead).length < count) await setImmediate()
    },
  }
}

/** Sends each up to the middle of its body, and waits until the server reads them all where somebody watches. */
export async function hold(
  server: { url: string },
  watch: ReturnType<typeof aWatch> | null,
  requests: readonly Holdable[],
): Promise<Held[]> {
  const held = requests.map(({ name, method, path, headers, body }) => {
    const bytes = Buffer.from(body)
    const half = Math.ceil(bytes.length / 2)
    const lines = Object.entries({ Host: 'localhost', 'Content-Length': bytes.length, ...headers })
    const head = [`${method} ${path} HTTP/1.1`, ...lines.map(([key, value]) => `${key}: ${value}`)]
    const { answer, send } = sendSlowly(server, head, bytes.subarray(0, half))
    // One that is refused at once must not end the test by being nobody's.
    answer.catch(() => {})
    return {
      name,
      answer,
      finish: () => {
        send(bytes.subarray(half))
        return answer
      },
    }
  })
  await watch?.reading(requests.length)
  return held
}
