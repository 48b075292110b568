// A network path from one verifier to the servers, like a load balancer: each connection goes to whichever server
// accepts it. It can be cut, so that bytes wait without an error, and it can hold back streams, as a buffering proxy
// does.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Random } from './random.js'

export type Line = {
  url: string
  cut(): void
  mend(): void
  /** Holds back the answers of the revocation stream until `letGo`; other answers pass. */
  holdStreams(): void
  letGo(): void
  close(): void
}

type Pair = { near: Socket; far: Socket | null; isStream: boolean }

/** @param servers the URLs that connections may go to */
export function aLine(servers: readonly string[], random: Random): Promise<Line> {
  const targets = servers.map(url => new URL(url))
  const pairs = new Set<Pair>()
  let isCut = false
  let holds = false

  const server = createServer(near => {
    const pair: Pair = { near, far: null, isStream: false }
    pairs.add(pair)
    near.setNoDelay(true)
    near.pause()
    near.on('error', () => pair.far?.destroy())
    near.on('close', () => {
      pairs.delete(pair)
      pair.far?.destroy()
    })
    if (!isCut) reach(pair)
  })

  function reach(pair: Pair, tries = 0): void {
    const { hostname, port } =
      targets[tries === 0 ? Math.floor(random.between(0, targets.length)) : tries % targets.length]!
    const far = connect(Number(port), hostname)
    far.setNoDelay(true)
    far.once('connect', () => {
      pair.far = far
      join(pair)
    })
    far.on('error', () => {
      if (pair.far === null && tries < targets.length) reach(pair, tries + 1)
      else pair.near.destroy()
    })
    far.on('close', () => pair.far && pair.near.destroy())
  }

  function join(pair: Pair): void {
    const { near, far } = pair
    near.on('data', chunk => {
      // A kept-alive connection may carry another kind of request than before.
      const head = /^(?:GET|POST) (\S+) HTTP/.exec(chunk.subarray(0, 200).toString('latin1'))
      if (head) pair.isStream = head[1]!.startsWith('/revocations/stream')
      flow(pair)
      far!.write(chunk)
    })
    far!.on('data', chunk => void near.write(chunk))
    near.on('end', () => far!.end())
    far!.on('end', () => near.end())
    flow(pair)
  }

  function flow({ near, far, isStream }: Pair): void {
    if (!far) return
    if (isCut) near.pause()
    else near.resume()
    if (isCut || (holds && isStream)) far.pause()
    else far.resume()
  }

  function turn(): void {
    for (const pair of pairs) {
      if (pair.far) flow(pair)
      else if (!isCut) reach(pair)
    }
  }

  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () =>
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        cut() {
          isCut = true
          turn()
        },
        mend() {
          isCut = false
          turn()
        },
        holdStreams() {
          holds = true
          turn()
        },
        letGo() {
          holds = false
          turn()
        },
        close() {
          server.close()
          for (const { near } of pairs) near.destroy()
        },
      }),
    )
  })
}
