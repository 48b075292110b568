// Requests to the token server: each has a timeout, none follows a redirect (the secret would be sent along), and the
// size of responses is limited. The global fetch opens as many connections as are needed, so no request waits behind
// another that hangs.
import type { CheckedOptions } from './options.js'
import { version } from './version.js'

export type Sent = {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** Timeout of the whole response, in ms. */
  timeout: number
  /** Limit of the response, in bytes. */
  longest?: number
}

export type Answered = { status: number; headers: Headers; text: string }

const usualLength = 256 * 1_024

export function createRequests({ url, fetch }: Pick<CheckedOptions, 'url' | 'fetch'>) {
  const open = new Set<AbortController>()
  let closed = false

  function start(): AbortController {
    if (closed) throw new Error('the verifier was closed')
    const controller = new AbortController()
    open.add(controller)
    return controller
  }

  function begin(path: string, { method = 'GET', headers, body }: Omit<Sent, 'timeout'>, signal: AbortSignal) {
    return fetch(url + path, {
      method,
      headers: { 'User-Agent': `darvoza-verifier/${version}`, ...headers },
      ...(body !== undefined && { body }),
      redirect: 'error',
      signal,
    })
  }

  return {
    /** @throws whatever prevented a complete response in time */
    async send(path: string, sent: Sent): Promise<Answered> {
      const controller = start()
      const timer = setTimeout(() => controller.abort(new Error('no answer in time')), sent.timeout)
      try {
        const response = await begin(path, sent, controller.signal)
        const text = await readText(response, sent.longest ?? usualLength)
        return { status: response.status, headers: response.headers, text }
      } finally {
        clearTimeout(timer)
        open.delete(controller)
      }
    },

    /**
     * Reads a response that does not end.
     * @param read gets the controller: it aborts the request by it
     */
    async follow<T>(
      path: string,
      sent: Sent,
      read: (response: Response, controller: AbortController) => Promise<T>,
    ): Promise<T> {
      const controller = start()
      const timer = setTimeout(() => controller.abort(new Error('no answer in time')), sent.timeout)
      try {
        const response = await begin(path, sent, controller.signal)
        clearTimeout(timer)
        return await read(response, controller)
      } finally {
        clearTimeout(timer)
        // The unread rest of the response is not waited for.
        controller.abort()
        open.delete(controller)
      }
    },

    close(): void {
      closed = true
      for (const controller of open) controller.abort(new Error('the verifier was closed'))
    },
  }
}

export type Requests = ReturnType<typeof createRequests>

export async function readText(response: Response, longest: number): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let length = 0
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > longest) throw new Error('the answer is too long')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
