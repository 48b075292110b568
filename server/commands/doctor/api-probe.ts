// Sends one HTTP request to the resource server, as an attacker writes it: header lines unchanged, also duplicates;
// redirects are not followed, the timeout is short, and only the beginning of the response is kept.
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'

/** The response: a status, or why there is none. */
export type ProbeAnswer = {
  status: number | null
  failure: string | null
  challenge: string | null
  location: string | null
  /** The beginning of the body. */
  excerpt: string
}

export type ProbeRequest = {
  /** Values of the Authorization header, a line each. */
  authorization?: readonly string[]
  query?: Readonly<Record<string, string>>
}

export type ApiProbeOptions = {
  url: URL
  method: string
  /** Pairs of name and value. */
  headers: readonly (readonly [string, string])[]
  /** Pause between two requests, in ms. */
  pause: number
}

/** Timeout of one response, in ms. */
const longestWait = 5_000
const mostKept = 300

export function createApiProbe({ url, method, headers, pause }: ApiProbeOptions) {
  const begin = url.protocol === 'https:' ? requestTls : requestPlain

  async function ask({ authorization = [], query = {} }: ProbeRequest = {}): Promise<ProbeAnswer> {
    if (pause > 0) await new Promise(resolve => setTimeout(resolve, pause))
    const target = new URL(url)
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value)
    const lines = [
      ['Host', target.host],
      ['User-Agent', 'darvoza-doctor'],
      ['Accept', 'application/json, */*;q=0.5'],
      ...headers,
      ...authorization.map(value => ['Authorization', value] as const),
    ]
    return new Promise(resolve => {
      const fail = (error: NodeJS.ErrnoException) => resolve({ ...nothing, failure: error.code ?? error.message })
      const signal = AbortSignal.timeout(longestWait)
      const sent = begin(target, { method, headers: lines.flat() as string[], signal }, answer => {
        read(answer).then(resolve, fail)
      })
      sent.on('error', fail)
      sent.end()
    })
  }

  return {
    ask,
    bearer: (token: string): Promise<ProbeAnswer> => ask({ authorization: [`Bearer ${token}`] }),
  }
}

export type ApiProbe = ReturnType<typeof createApiProbe>

export function isAccepted({ status }: ProbeAnswer): boolean {
  return status !== null && status >= 200 && status < 300
}

/** Neither accepted nor refused: the server failed. */
export function isCrash({ status }: ProbeAnswer): boolean {
  return status === null || (status >= 500 && status !== 503)
}

const nothing: ProbeAnswer = { status: null, failure: null, challenge: null, location: null, excerpt: '' }

async function read(answer: IncomingMessage): Promise<ProbeAnswer> {
  let excerpt = ''
  for await (const chunk of answer) {
    if (excerpt.length < mostKept) excerpt += String(chunk)
    // A stream may never end; its response is known.
    else break
  }
  const { 'www-authenticate': challenge = null, location = null } = answer.headers
  return { status: answer.statusCode ?? null, failure: null, challenge, location, excerpt: excerpt.slice(0, mostKept) }
}

/** Summary of a response, for the user to see the reason. */
export function summaryOf({ status, challenge, location, excerpt }: ProbeAnswer): string {
  const parts = [`it answered ${status}`]
  if (challenge !== null) parts.push(`WWW-Authenticate: ${challenge}`)
  if (location !== null) parts.push(`Location: ${location}`)
  if (excerpt !== '') parts.push(excerpt)
  return parts.join(', ')
}
