// Load of sign-ins, refreshes and verifications at several servers during key rotation: counts refused valid tokens.
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { type Composed, compose } from '../../server/compose.js'
import type { KeyRing } from '../../server/identity/keys/key-ring.js'
import { aClient, type Client } from './client.js'
import { publishedKids } from './keys.js'
import { waitFor } from './mariadb.js'
import { issuer, password, testSettings } from './server.js'

export type LoadCounts = { signIns: number; refreshes: number; verifies: number; outside: number; refused: string[] }

type Load = {
  counts: LoadCounts
  /** Resolves once every worker has finished its last request. */
  stop(): Promise<LoadCounts>
}

/** The number of earlier tokens kept for repeated verification, spread evenly over time. */
const kept = 2_000

/**
 * @param urls addresses of servers on one database with the administrator of tests
 * @param workers number of refreshing sessions; two more workers sign in, two verify, and one verifies with jose
 */
export function keyLoad(urls: readonly string[], workers: number): Load {
  const clients = urls.map(url => aClient({ url }))
  const counts: LoadCounts = { signIns: 0, refreshes: 0, verifies: 0, outside: 0, refused: [] }
  const pool: string[] = []
  let running = true
  const any = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)]!
  const keep = (token: string) => {
    if (pool.length < kept) pool.push(token)
    else pool[Math.floor(Math.random() * kept)] = token
  }
  const refuse = (what: string, why: unknown) => counts.refused.push(`${what}: ${JSON.stringify(why).slice(0, 300)}`)

  async function verify(client: Client, token: string): Promise<void> {
    const answer = await client.verify(token)
    counts.verifies++
    if (answer.status !== 200) refuse(`verify ${answer.status}`, answer.body)
  }

  /** Signs in, again after `overloaded`: that answer is about the load, and refuses no token. */
  async function signIn(client: Client): Promise<string> {
    const { access, refresh } = await client.signIn({ username: 'admin', password })
    counts.signIns++
    keep(access)
    // Verified at all servers at once, including the one that learns of a key last.
    await Promise.all(clients.map(one => verify(one, access)))
    return refresh
  }

  async function refresher(at: number): Promise<void> {
    let refresh = await signIn(clients[at % clients.length]!)
    for (let round = at; running; round++) {
      const answer = await clients[round % clients.length]!.refresh(refresh)
      counts.refreshes++
      if (answer.status !== 200) return void refuse(`refresh ${answer.status}`, answer.body)
      refresh = answer.body.refresh
      keep(answer.body.access)
      await Promise.all(clients.map(one => verify(one, answer.body.access)))
    }
  }

  async function signer(): Promise<void> {
    while (running) await signIn(any(clients))
  }

  async function verifier(): Promise<void> {
    while (running) {
      if (pool.length > 0) await verify(any(clients), any(pool))
      else await new Promise(resolve => setTimeout(resolve, 10))
    }
  }

  /** Verification with jose, as in a resource server; it fetches the JWKS again for each unknown kid. */
  async function outsider(): Promise<void> {
    const jwks = createRemoteJWKSet(new URL('/.well-known/jwks.json', urls[0]), { cooldownDuration: 0 })
    while (running) {
      await new Promise(resolve => setTimeout(resolve, 5))
      const token = pool.length > 0 ? any(pool) : null
      if (!token) continue
      counts.outside++
      await jwtVerify(token, jwks, { issuer, audience: issuer, typ: 'at+jwt' }).catch(error =>
        refuse('jose', error.message),
      )
    }
  }

  const all = [
    ...Array.from({ length: workers }, (_, at) => refresher(at)),
    ...[signer(), signer(), verifier(), verifier(), outsider()],
  ].map(worker => worker.catch(error => refuse('a worker', String(error))))
  return {
    counts,
    async stop() {
      running = false
      await Promise.all(all)
      return counts
    },
  }
}

/** The parts of a server without HTTP, as the command line has them. */
export async function anOperator(database: Parameters<typeof testSettings>[0]): Promise<Composed> {
  const ignore = () => {}
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
  const composed = await compose(testSettings(database), { log })
  await composed.parts.revocation.tail.start()
  return composed
}

/** Publishes the next signing key, waits until every server publishes it, and activates it. */
export async function rotateUnderLoad(keyRing: KeyRing, urls: readonly string[], pause: number): Promise<string> {
  const { key } = await keyRing.rotate({}, 'operator:test')
  for (const url of urls)
    await waitFor(async () => requireKid(await publishedKids(aClient({ url }), key.algorithm), key.kid))
  await new Promise(resolve => setTimeout(resolve, pause))
  await keyRing.rotate({ atOnce: true }, 'operator:test')
  await new Promise(resolve => setTimeout(resolve, pause))
  return key.kid
}

function requireKid(kids: readonly string[], kid: string): void {
  if (!kids.includes(kid)) throw new Error(`${kid} is not published yet`)
}
