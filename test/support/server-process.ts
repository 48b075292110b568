// The program of a server process for tests that kill it; messages of processes.ts say where it kills itself.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readSettings } from '../../config/settings.js'
import { compose } from '../../server/compose.js'
import { loopTurns } from './loop-turns.js'

/** Places in the code where the process kills itself on request. */
export type Deathbed =
  /** A refresh between its UPDATE and its SELECT: the token is rotated, and no answer is sent. */
  | 'rotationClaimed'
  /** After the commit of a request's transaction, before the answer. */
  | 'committed'

let deathbed: Deathbed | null = null
let compared = 0
process.on('message', (message: Deathbed | 'compared' | 'turns') => {
  if (message === 'compared') return process.send!({ compared })
  if (message === 'turns') return process.send!({ turns: loopTurns() })
  deathbed = message
  process.send!({ armed: message })
})
const dieAt = (place: Deathbed) => {
  if (deathbed === place) process.kill(process.pid, 'SIGKILL')
}

const lines = (level: string) => (details: object, message: string) => {
  const cause = (details as { err?: Error }).err
  process.stderr.write(`${level} ${message} ${cause?.stack ?? JSON.stringify(details)}\n`)
}
const log = { debug: () => {}, info: () => {}, warn: lines('warn'), error: lines('error') }
const composed = await compose(readSettings(process.env), {
  log,
  pauses: { rotationClaimed: async () => dieAt('rotationClaimed') },
})
const {
  storage: { database },
  signIn: { hashingProcess },
} = composed.parts
const { matches } = hashingProcess
hashingProcess.matches = (...guess) => {
  compared++
  return matches(...guess)
}
/** Marks transactions of requests: those of periodic jobs commit at times that a test does not know. */
const inRequest = new AsyncLocalStorage<true>()
const transaction = database.transaction
database.transaction = async work => {
  const result = await transaction(work)
  if (inRequest.getStore()) dieAt('committed')
  return result
}
await composed.migrate()
if (process.env.POLICY) await composed.parts.policies.policies.set(JSON.parse(process.env.POLICY), 'system', 'test')
await composed.start()
composed.jobs.start()
const answer = composed.app.callback()
const server = createServer((request, response) => inRequest.run(true, () => void answer(request, response)))
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }))
// Exits with the parent process.
process.on('disconnect', () => process.exit(0))
