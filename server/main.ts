// Starts one server, or several processes that share its port, and stops them again in good order.
import cluster from 'node:cluster'
import { existsSync } from 'node:fs'
import type { AddressInfo, Server } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { type Environment, readEnvironment } from '../config/environment.js'
import { readSettings, type Settings, SettingsError } from '../config/settings.js'
import { type Composed, compose } from './compose.js'
import type { Log } from './composition/ports.js'
import type { Connections } from './http/connections.js'
import { whyNotAdministrator } from './identity/people/first-administrator.js'
import { firstPolicy } from './policy/policies.js'
import { announceFailure, announcePassword, announceReady } from './process/announcements.js'
import { closeListening } from './process/close-listening.js'
import { captureOutput, createProcessLog, type ProcessLog } from './process/log.js'
import { watchLoop } from './process/loop-load.js'
import { startErrorText } from './start-errors.js'
import { migrationStatus } from './storage/migrate.js'
import { createWorkers, serveForLeader } from './workers.js'

/** How long the server is not ready, and still accepts connections, once it is told to stop; ms. */
const notReadyTime = 250
/** How long requests may take to finish after that, in ms. */
const drainTimeout = 10_000
/** How long what goes on behind the answers may take to finish, in ms: kill -9 at any instant must lose nothing either. */
const closeTimeout = 1_500

/** How long the last lines of the log may take to be written, in ms. */
const logTimeout = 500

/** What a signal does. Until something is served nothing is lost by an end. */
let stop: () => Promise<void> = async () => {}
let stopping = false
/** null until the settings are read, both. */
let settings: Settings | null = null
let processLog: ProcessLog | null = null

async function main(): Promise<void> {
  // What this process writes is for its own user alone: the embedded database holds hashes and sealed keys.
  process.umask(0o077)
  listenToSignals()
  const environment = readEnvironment(process.env, process.cwd())
  settings = readSettings(environment.variables)
  processLog = createProcessLog(settings.logLevel)
  captureOutput(processLog)
  const { log } = processLog
  if (cluster.isWorker) await work(settings, log)
  else if (settings.workers > 1) await lead(settings, log, environment)
  else {
    const { database } = settings
    if (database.engine === 'sqlite' && !existsSync(database.path)) requireAdministrator(settings)
    // Loaded for SQLite alone, with its driver.
    if (database.engine === 'sqlite') (await import('./storage/sqlite-claim.js')).claimFile(database.path)
    await serveAlone(await prepare(settings, log), settings, log, environment)
  }
}

/** What is done once, however many processes serve: the schema, and the first administrator. */
async function prepare(settings: Settings, log: Log): Promise<Composed> {
  const composed = await compose(settings, { log, mostUnderWay: watchLoop() })
  if ((await migrationStatus(composed.parts.storage.database)).every(({ done }) => !done))
    requireAdministrator(settings)
  await composed.migrate()
  const administrator = await composed.start()
  // Before anything else can fail: it is never shown again.
  if (administrator) announcePassword(administrator.username, administrator.password)
  return composed
}

/** Before the first start makes anything. Later the settings of an administrator who is there do not matter. */
function requireAdministrator({ adminUsername: username, adminPassword: password }: Settings): void {
  const problems = whyNotAdministrator({ username, password }, firstPolicy)
  if (problems.length > 0) throw new SettingsError(problems)
}

async function serveAlone(composed: Composed, settings: Settings, log: Log, environment: Environment): Promise<void> {
  const { server, connections } = composed.app.createServer()
  composed.jobs.start()
  const port = await listen(server, settings, log)
  stop = async () => {
    composed.leave()
    connections.leave()
    await pause(notReadyTime)
    await closeListening(server)
    await finish(composed, connections)
  }
  announce(settings, environment, port)
}

/** A worker process; the leader process has migrated the schema and made the first administrator. */
async function work(settings: Settings, log: Log): Promise<void> {
  // Terminals and systemd signal workers too: ignored, the leader process still accepts connections and says when to stop.
  stop = () => new Promise(() => {})
  const composed = await compose(settings, { log, mostUnderWay: watchLoop() })
  await composed.start()
  composed.jobs.start()
  const { server, connections } = composed.app.createServer()
  serveForLeader(server, {
    leave() {
      composed.leave()
      connections.leave()
    },
    stop: () => exitAfter(finish(composed, connections)),
  })
}

async function lead(settings: Settings, log: Log, environment: Environment): Promise<void> {
  const composed = await prepare(settings, log)
  await composed.close()
  const workers = createWorkers({ count: settings.workers, stopTimeout: drainTimeout + 5_000, log })
  stop = async () => {
    workers.leave()
    await pause(notReadyTime)
    await closeListening(workers.front)
    await workers.stop()
  }
  await workers.start()
  const port = await listen(workers.front, settings, log)
  await workers.allServing()
  announce(settings, environment, port)
}

/** Answers what was begun, and closes everything. */
async function finish(composed: Composed, connections: Connections): Promise<void> {
  await connections.drain(drainTimeout)
  await Promise.race([composed.close(), pause(closeTimeout)])
}

function listen(server: Server, { port, host }: Settings, log: Log): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      // accept(2) failed, as with ENOBUFS: that connection is lost, and no reason to end the others.
      server.on('error', error => log.warn({ err: error }, 'a connection could not be accepted'))
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** One address, which a browser opens; where a proxy stands before it, also the one that the proxy needs. */
function announce({ issuer, host }: Settings, { file, passedOver }: Environment, port: number): void {
  const listening = issuer.startsWith('http:') ? '' : ` (listening on ${host}:${port})`
  const read = file === null ? '' : `; settings were read from ${file}`
  const unread = passedOver.length === 0 ? '' : `; ignored: ${passedOver.join(', ')}`
  const details = { issuer, host, port, ...(file && { settings: file }), ...(unread && { passedOver }) }
  announceReady(`Darvoza is ready at ${issuer}${listening}${read}${unread}`, details)
}

/** Once what is still to be logged is written, if that can be. */
async function exit(code: number): Promise<never> {
  await processLog?.flush(logTimeout)
  if (processLog?.isStuck()) process.kill(process.pid, 'SIGKILL')
  process.exit(code)
}

/** Ends the process after its shutdown; one that failed is logged, with exit code 1. */
function exitAfter(shutdown: Promise<void>): void {
  void shutdown.then(
    () => exit(0),
    (error: unknown) => {
      processLog?.log.error({ err: error }, 'the shutdown failed')
      return exit(1)
    },
  )
}

/** Installed first: signals without a handler are ignored by PID 1 of a container. Only the first signal counts. */
function listenToSignals(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!stopping) exitAfter(stop())
      stopping = true
    })
  }
}

main().catch((error: unknown) => {
  const { message, cause } = error as Error
  const raw = cause instanceof Error ? `${message} (${cause.message})` : message
  if (stopping) return
  if (error instanceof SettingsError)
    announceFailure('Darvoza did not start: the settings are not usable', error.problems)
  else announceFailure(`Darvoza did not start: ${startErrorText(error, settings) ?? raw}`)
  void exit(1)
})
