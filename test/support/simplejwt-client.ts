// A client with the requests of simplejwt's documentation ("Getting started", "Blacklist app"), sent by curl as written
// there except for the address.
import { execFile } from 'node:child_process'

export type CurlAnswer = { status: number; body: unknown; challenge: string | null }

export type SimpleJwtClient = ReturnType<typeof aSimpleJwtClient>

/** @param base the origin of both its token server and its API */
export function aSimpleJwtClient(base: string) {
  /** The stored token pair, updated from each answer. */
  let kept = { access: '', refresh: '' }

  const curl = (...args: string[]): Promise<CurlAnswer> =>
    new Promise((resolve, reject) => {
      const format = '\n%{http_code} %header{www-authenticate}'
      execFile('curl', ['--silent', '--show-error', '--write-out', format, ...args], (error, stdout) => {
        if (error) return reject(error)
        const end = stdout.lastIndexOf('\n')
        const [, status, challenge] = /^(\d+) (.*)$/.exec(stdout.slice(end + 1)) ?? []
        const text = stdout.slice(0, end)
        resolve({ status: Number(status), body: JSON.parse(text || 'null'), challenge: challenge || null })
      })
    })
  const post = (path: string, body: object) =>
    curl('-X', 'POST', '-H', 'Content-Type: application/json', '-d', JSON.stringify(body), `${base}${path}`)

  async function refresh(token = kept.refresh): Promise<CurlAnswer> {
    const answer = await post('/api/token/refresh/', { refresh: token })
    if (answer.status === 200) kept = { ...kept, ...(answer.body as object) }
    return answer
  }

  return {
    kept: () => kept,
    curl,
    post,
    refresh,

    async obtain(username: string, password: string): Promise<CurlAnswer> {
      const answer = await post('/api/token/', { username, password })
      if (answer.status === 200) {
        const { access, refresh } = answer.body as typeof kept
        kept = { access, refresh }
      }
      return answer
    },

    verify: (token: string) => post('/api/token/verify/', { token }),
    blacklist: (token = kept.refresh) => post('/api/token/blacklist/', { refresh: token }),
    hello: (token = kept.access) => curl('-H', `Authorization: Bearer ${token}`, `${base}/api/hello/`),

    /** Calls the API; on 401 refreshes and calls it again. */
    async helloOrRefresh(): Promise<CurlAnswer> {
      const answer = await this.hello()
      if (answer.status !== 401) return answer
      const refreshed = await refresh()
      return refreshed.status === 200 ? this.hello() : refreshed
    },
  }
}
