// A minimal client of the HTTP API, like those written for simplejwt; validates each answer by the OpenAPI document.
import { setTimeout as pause } from 'node:timers/promises'
import { check } from './documented.js'
import type { TestServer } from './server.js'

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
export type Answer = { status: number; headers: Headers; body: any; text: string }

export type Pair = { access: string; refresh: string; user_id: number; device_token: string }

/** @param server `hasMore`: it has routes or answers outside the OpenAPI document, so answers are not validated */
export function aClient(server: { url: string; hasMore?: true }, userAgent = 'test-client/1.0') {
  async function send(
    method: string,
    path: string,
    options: {
      json?: unknown
      token?: string
      headers?: Record<string, string>
      body?: string | FormData | Uint8Array<ArrayBuffer>
    } = {},
  ): Promise<Answer> {
    const response = await fetch(server.url + path, {
      method,
      redirect: 'manual',
      headers: {
        'User-Agent': userAgent,
        ...(options.json !== undefined && { 'Content-Type': 'application/json' }),
        ...(options.token && { Authorization: `Bearer ${options.token}` }),
        ...options.headers,
      },
      body: options.json !== undefined ? JSON.stringify(options.json) : (options.body ?? null),
    })
    const text = await response.text()
    if (!server.hasMore) await check(method, path, { status: response.status, headers: response.headers, text })
    let body: unknown = text
    if (text && response.headers.get('content-type')?.includes('json')) body = JSON.parse(text)
    return { status: response.status, headers: response.headers, body, text }
  }

  return {
    send,
    get: (path: string, token?: string) => send('GET', path, token ? { token } : {}),
    post: (path: string, json: unknown, token?: string) => send('POST', path, token ? { json, token } : { json }),
    patch: (path: string, json: unknown, token?: string) => send('PATCH', path, token ? { json, token } : { json }),
    delete: (path: string, token?: string) => send('DELETE', path, token ? { token } : {}),

    /** Signs in and expects success; retries while the server answers `overloaded`. */
    async signIn(user: { username: string; password: string }, more: object = {}): Promise<Pair> {
      const json = { username: user.username, password: user.password, ...more }
      for (let tries = 1; ; tries++) {
        const answer = await send('POST', '/api/token/', { json })
        if (answer.status === 200) return answer.body as Pair
        if (tries === 20 || (answer.body as { code?: unknown } | null)?.code !== 'overloaded')
          throw new Error(`sign-in answered ${answer.status} ${answer.text}`)
        await pause(100)
      }
    },

    refresh: (refresh: string) => send('POST', '/api/token/refresh/', { json: { refresh } }),
    verify: (token: string) => send('POST', '/api/token/verify/', { json: { token } }),
  }
}

export type Client = ReturnType<typeof aClient>

/** The claims of a token, without verification. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into claims of every shape
export function claimsOf(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
}

export type { TestServer }
