// Restarts the real program repeatedly under load, and counts requests that got no answer on an established connection.
// A refused connection does not count; its client retries.
import { type ChildProcess, spawn } from 'node:child_process'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { aFolder } from './engines.js'
import { ended } from './mariadb.js'
import { tied } from './tied.js'

const main = fileURLToPath(new URL('../../server/main.js', import.meta.url))

export type Restarts = {
  answered: number
  refused: number
  /** Errors of the requests that were cut off. */
  cut: string[]
  /** Duration of each stop, ms. */
  stops: number[]
}

/**
 * @param env settings, including PORT
 * @param tell is called with the counts after each restart
 */
export async function restartUnderLoad(
  count: number,
  env: Record<string, string>,
  tell: (seen: Restarts) => void = () => {},
): Promise<Restarts> {
  const seen: Restarts = { answered: 0, refused: 0, cut: [], stops: [] }
  const port = Number(env.PORT)
  const keptAlive = new Agent({ keepAlive: true })
  let over = false

  function send(agent: Agent | false): Promise<void> {
    return new Promise(resolve => {
      const headers = { 'Content-Type': 'application/json' }
      const options = { ...{ host: '127.0.0.1', port, path: '/api/token/verify/', method: 'POST' }, headers, agent }
      const sent = request(options, answer => {
        answer.resume()
        answer.once('end', () => {
          // 401 is the expected answer: the text sent is not a token.
          if (answer.statusCode === 401) seen.answered++
          else seen.cut.push(`status ${answer.statusCode}`)
          resolve()
        })
        answer.once('error', failed)
      })
      const failed = (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED') seen.refused++
        else seen.cut.push(String(error.code ?? error.message))
        setTimeout(resolve, 20)
      }
      sent.once('error', failed)
      sent.end('{"token":"none"}')
    })
  }

  let child = await start(env)
  const clients = Array.from({ length: 24 }, async (_, index) => {
    while (!over) await send(index % 3 === 0 ? false : keptAlive)
  })
  for (let done = 0; done < count; done++) {
    await new Promise(resolve => setTimeout(resolve, 300))
    const began = performance.now()
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
    if (child.exitCode !== 0) seen.cut.push(`exit ${child.exitCode ?? child.signalCode}`)
    seen.stops.push(Math.round(performance.now() - began))
    child = await start(env)
    tell(seen)
  }
  over = true
  await Promise.all(clients)
  keptAlive.destroy()
  await ended(child, 'SIGTERM')
  return seen
}

async function start(env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(...tied(process.execPath, [main]), {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: aFolder(),
    env: { PATH: process.env.PATH, ...env },
  })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => {
        said = `${said}${chunk}`.slice(-4_000)
        if (said.includes('is ready')) resolve()
      })
    }
    child.once('exit', () => reject(new Error(`the server did not start: ${said}`)))
  })
  return child
}
