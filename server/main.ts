// Starts one server, or several processes that share its port, and stops them again in good order.
import cluster from 'node:cluster'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { readSettings, type Settings, SettingsError } from '../config/settings.js'
import type { Log } from './app.js'
import { type Composed, compose } from './compose.js'
import { claimFile } from './storage/sqlite-claim.js'
import { inWordsOf } from './wording.js'
import { createWorkers } from './workers.js'

/** How long requests may take to finish once the server is told to stop, in ms. */
const patience = 10_000

async function main(): Promise<void> {
  // What this process writes is for its own user alone: the embedded database holds hashes and sealed keys.
  process.umask(0o077)
  const settings = readSettings(process.env)
  const log = pino({ level: settings.logLevel, base: undefined }, pino.destination(2))
  if (cluster.isWorker) await work(settings, log)
  else if (settings.workers > 1) await lead(settings, log)
  else {
    if (settings.database.engine === 'sqlite') claimFile(settings.database.path)
    const { port } = await serve(await prepare(settings, log), settings)
    announce(settings, port)
  }
}

/** What is done once, however many processes serve: the schema, and the first administrator. */
async function prepare(settings: Settings, log: Log): Promise<Composed> {
  const composed = await compose(settings, { log })
  await composed.migrate()
  const administrator = await composed.start()
  // Before anything else can fail: it is never shown again.
  if (administrator) {
    console.log('The first administrator was made. This password is shown once:')
    console.log(`  username  ${administrator.username}`)
    console.log(`  password  ${administrator.password}`)
  }
  return composed
}

/** Serves until it is told to stop. */
async function serve({ app, jobs, close }: Composed, { port, host }: Settings): Promise<{ port: number }> {
  jobs.start()
  const server = createServer(
    { requestTimeout: 15_000, headersTimeout: 10_000, connectionsCheckingInterval: 5_000, keepAliveTimeout: 65_000 },
    app.callback(),
  )
  onStop(() => {
    setTimeout(() => server.closeAllConnections(), patience).unref()
    server.close(() => void close().then(() => process.exit(0)))
    server.closeIdleConnections()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return server.address() as AddressInfo
}

/** One of several; who leads them has prepared everything. */
async function work(settings: Settings, log: Log): Promise<void> {
  const composed = await compose(settings, { log })
  await composed.start()
  await serve(composed, settings)
}

async function lead(settings: Settings, log: Log): Promise<void> {
  const composed = await prepare(settings, log)
  await composed.close()
  const workers = createWorkers({ count: settings.workers, patience: patience + 5_000, log })
  onStop(() => void workers.stop().then(() => process.exit(0)))
  const { port } = await workers.start()
  announce(settings, port)
}

function announce({ issuer, host }: Settings, port: number): void {
  console.log(`Darvoza is ready at ${issuer} (listening on ${host}:${port})`)
}

/** Once: whoever asks again is heard already. */
function onStop(stop: () => void): void {
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!stopping) stop()
      stopping = true
    })
  }
}

main().catch((error: unknown) => {
  const { message, cause } = error as Error
  const raw = cause instanceof Error ? `${message} (${cause.message})` : message
  const why = () => inWordsOf(error, readSettings(process.env)) ?? raw
  console.error(error instanceof SettingsError ? message : `Darvoza did not start: ${why()}`)
  process.exit(1)
})
