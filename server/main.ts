// Starts one server and stops it again in good order.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { readSettings, SettingsError } from '../config/settings.js'
import { compose } from './compose.js'
import { claimFile } from './storage/sqlite-claim.js'

/** How long requests may take to finish once the server is told to stop, in ms. */
const patience = 10_000

async function main(): Promise<void> {
  // What this process writes is for its own user alone: the embedded database holds hashes and sealed keys.
  process.umask(0o077)
  const settings = readSettings(process.env)
  const log = pino({ level: settings.logLevel, base: undefined }, pino.destination(2))
  if (settings.database.engine === 'sqlite') claimFile(settings.database.path)
  const composed = await compose(settings, { log })
  await composed.migrate()
  const administrator = await composed.start()
  // Before anything else can fail: it is never shown again.
  if (administrator) {
    console.log('The first administrator was made. This password is shown once:')
    console.log(`  username  ${administrator.username}`)
    console.log(`  password  ${administrator.password}`)
  }
  composed.jobs.start()

  const server = createServer(
    { requestTimeout: 15_000, headersTimeout: 10_000, connectionsCheckingInterval: 5_000, keepAliveTimeout: 65_000 },
    composed.app.callback(),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, settings.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  console.log(`Darvoza is ready at ${settings.issuer} (listening on ${settings.host}:${port})`)

  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    setTimeout(() => server.closeAllConnections(), patience).unref()
    server.close(() => void composed.close().then(() => process.exit(0)))
    server.closeIdleConnections()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** What most often keeps a server from starting, by the code of the error. */
const inWords: Record<string, string> = {
  EADDRINUSE: 'another program listens on this address; set PORT',
  EACCES: 'the address, or the folder DATA_DIR, may not be used by this user',
  ER_ACCESS_DENIED_ERROR: 'the database refuses the user or the password of DATABASE_URL',
  ER_DBACCESS_DENIED_ERROR: 'the database refuses this user of DATABASE_URL its database',
  ER_BAD_DB_ERROR: 'there is no database of the name in DATABASE_URL',
  ECONNREFUSED: 'nobody listens at the address in DATABASE_URL',
}

main().catch((error: unknown) => {
  const { message, cause, code } = error as Error & { code?: string }
  const why = inWords[code ?? ''] ?? inWords[(cause as { code?: string } | undefined)?.code ?? '']
  const raw = cause instanceof Error ? `${message} (${cause.message})` : message
  console.error(error instanceof SettingsError ? message : `Darvoza did not start: ${why ?? raw}`)
  process.exit(1)
})
