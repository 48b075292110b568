// A flood of anonymous requests to the authorization endpoint: new authorization requests, requests with an unknown
// client_id, and requests with a ticket, to the endpoint and to the sign-in page.
import { Agent, request } from 'node:http'
import { authorizeQuery } from './authorizations.js'

export type Flood = {
  url: string
  /** The client_id of an application made by `aWebsite`. */
  applicationId: string
  count: number
  /** Number of concurrent requests. */
  width: number
  /** Called at each response with the number of responses so far. */
  answered?: (sofar: number) => void
}

type Seen = { status: number; location: string; cookie: string }

/** @returns number of responses by outcome, as `GET /login 200` */
export async function floodAuthorize({
  url,
  applicationId,
  count,
  width,
  answered,
}: Flood): Promise<Map<string, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: width, timeout: 3_000 })
  const outcomes = new Map<string, number>()
  let [begun, done] = [0, 0]

  async function send(method: string, path: string, form = '', headers: Record<string, string> = {}): Promise<Seen> {
    begun++
    const seen = await sendOnce(agent, url, method, path, form, headers)
    const outcome = `${method} ${path.split('?')[0]} ${seen.status}`
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    answered?.(++done)
    return seen
  }

  /** A browser that starts an authorization request and returns with its ticket. */
  async function visit(turn: number): Promise<void> {
    const query = authorizeQuery(applicationId, { state: `state ${turn}`, nonce: `nonce ${turn}` })
    const begun = await send('GET', `/oauth/authorize?${query}`)
    const headers = { Cookie: begun.cookie }
    await send('GET', begun.location, '', headers)
    await send('GET', begun.location.replace('/login', '/oauth/authorize'), '', headers)
    await send('POST', '/oauth/authorize', query, { 'Content-Type': 'application/x-www-form-urlencoded' })
    await send('GET', `/oauth/authorize?${authorizeQuery(`nobody-${turn}`)}`)
  }

  async function keepOn(first: number): Promise<void> {
    for (let turn = first; begun < count; turn += width) await visit(turn)
  }
  try {
    await Promise.all(Array.from({ length: width }, (_, index) => keepOn(index)))
  } finally {
    agent.destroy()
  }
  return outcomes
}

function sendOnce(
  agent: Agent,
  url: string,
  method: string,
  path: string,
  form: string,
  headers: Record<string, string>,
): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const length = form === '' ? {} : { 'Content-Length': Buffer.byteLength(form) }
    const sent = request(url + path, { agent, method, headers: { ...headers, ...length } }, answer => {
      const { location = '', 'set-cookie': cookies = [] } = answer.headers
      answer.resume()
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, location, cookie: cookies.map(one => one.split(';')[0]).join('; ') }),
      )
    })
    sent.on('error', reject)
    sent.end(form)
  })
}
