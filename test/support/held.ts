// Requests whose headers and half of the body are sent: the server has admitted them and waits for the rest.
import type { IncomingMessage } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { type RawAnswer, sendSlowly } from './raw.js'

export type Holdable = { name: string; method: string; path: string; headers: Record<string, string>; body: string }

export type Held = { name: string; answer: Promise<RawAnswer>; finish: () => Promise<RawAnswer> }

/** Watches which request bodies a server is reading, by `onRequest` of its options. */
export function aWatch() {
  const arrived = new Set<IncomingMessage>()
  return {
    onRequest: (request: IncomingMessage): void => {
      arrived.add(request)
      request.once('close', () => arrived.delete(request))
    },
    /** Resolves once `count` bodies are being read. */
    async reading(count: number): Promise<void> {
      const isRead = (request: IncomingMessage) => request.readableFlowing === true && !request.complete
      while ([...arrived].filter(isRead).length < count) await setImmediate()
    },
  }
}

/** Sends each request up to the middle of its body; with a watch, waits until the server is reading all of them. */
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
    // The rejection of a request that is refused early must not be unhandled.
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
