// A minimal HTTP client for benches: concurrent requests on keep-alive connections.
import { Agent, request } from 'node:http'

export type Posted = {
  status: number
  ms: number
  /** Retry-After in seconds; 0 if the response has none. */
  retryAfter: number
  // biome-ignore lint/suspicious/noExplicitAny: benches look into answers of every shape
  body: any
}

/** @param connections the maximum; further requests wait, and their time includes the wait */
export function aPoster(url: string, connections: number) {
  // Idle connections are closed before the server's keep-alive timeout of 5 s, which could reset a request.
  const agent = new Agent({ keepAlive: true, maxSockets: connections, timeout: 3_000 })
  function send(method: string, path: string, body: string, headers: Record<string, string | number>): Promise<Posted> {
    const startedAt = performance.now()
    return new Promise((resolve, reject) => {
      const sent = request(url + path, { agent, method, headers }, answer => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', chunk => {
          text += chunk
        })
        answer.on('error', reject)
        answer.on('end', () => {
          const ms = performance.now() - startedAt
          const retryAfter = Number(answer.headers['retry-after'] ?? 0)
          resolve({ status: answer.statusCode!, ms, retryAfter, body: text ? JSON.parse(text) : null })
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  return {
    get: (path: string, headers: Record<string, string> = {}): Promise<Posted> => send('GET', path, '', headers),
    post(path: string, json: object, headers: Record<string, string> = {}): Promise<Posted> {
      const body = JSON.stringify(json)
      return send('POST', path, body, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        ...headers,
      })
    },
    close: () => agent.destroy(),
  }
}

export type Poster = ReturnType<typeof aPoster>

/** A number from the environment. */
export function count(name: string, usual: number): number {
  return Number(process.env[name]) || usual
}

/** Occurrences of each value, as a line: `401: 60, 429: 1940`. */
export function counters(values: Iterable<string | number>): string {
  const counts = new Map<string | number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([value, count]) => `${value}: ${count}`)
    .join(', ')
}
