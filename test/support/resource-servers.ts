// Resource servers with the verifier kit, each a child process (resource-server.ts), that watch tokens for a bench.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePort } from './mariadb.js'
import { issuer } from './server.js'

/** The machine's monotonic clock, shared by all processes, ms. */
export const instant = () => Number(process.hrtime.bigint()) / 1e6

/** `begun`: the start of the first refused verification. */
export type Watched = { begun: number; code: string }

export type ResourceServer = {
  name: string
  url: string
  /** Resolves once the token was accepted for the first time. @throws Error if it is refused already */
  watch(id: number, token: string): Promise<{ refused: Promise<Watched> }>
  kill(): void
}

export type ResourceServerOptions = { name: string; serverUrl: string; clientId: string; clientSecret: string }

export async function aResourceServer(options: ResourceServerOptions): Promise<ResourceServer> {
  const { name, serverUrl, clientId, clientSecret } = options
  const port = await freePort()
  const child = fork(fileURLToPath(new URL('./resource-server.js', import.meta.url)), {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: String(port),
      ISSUER: issuer,
      SERVER_URL: serverUrl,
      CLIENT_ID: clientId,
      CLIENT_SECRET: clientSecret,
      NAME: name,
    },
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout!.once('data', () => resolve())
    child.once('exit', code => reject(new Error(`${name} ended (${code})`)))
  })
  const waiting = hear(child)
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    async watch(id, token) {
      const refused = new Promise<Watched>(resolve => waiting.refused.set(id, resolve))
      const first = await new Promise<string | null>(resolve => {
        waiting.watching.set(id, resolve)
        child.send({ watch: id, token })
      })
      if (first !== null) throw new Error(`${name} refuses a token that is good: ${first}`)
      return { refused }
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

type Said = { watching?: number; refused?: number; begun: number; code: string }

function hear(child: ChildProcess) {
  const watching = new Map<number, (code: string | null) => void>()
  const refused = new Map<number, (watched: Watched) => void>()
  child.on('message', (said: Said) => {
    if (said.watching !== undefined) watching.get(said.watching)!(said.code)
    if (said.refused !== undefined) refused.get(said.refused)!({ begun: said.begun, code: said.code })
    watching.delete(said.watching ?? -1)
    refused.delete(said.refused ?? -1)
  })
  return { watching, refused }
}

/** Waits until keys and revocation log are loaded. @param token a valid access token */
export async function untilReady({ url, name }: ResourceServer, token: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { status } = await fetch(`${url}/orders`, { headers: { Authorization: `Bearer ${token}` } })
    const { lease } = (await (await fetch(`${url}/status`)).json()) as { lease?: { valid?: boolean } }
    if (status === 200 && lease?.valid !== false) return
    if (tries === 100) throw new Error(`${name} is not ready: ${status}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
