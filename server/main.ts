// Starts one server and stops it again in good order.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { readSettings, SettingsError } from '../config/settings.js'
import { compose } from './compose.js'

/** How long requests may take to finish once the server is told to stop, in ms. */
const patience = 10_000

async function main(): Promise<void> {
  const settings = readSettings(process.env)
  const log = pino({ level: settings.logLevel, base: undefined }, pino.destination(2))
  const composed = await compose(settings, { log })
  await composed.migrate()
  const administrator = await composed.start()
  composed.jobs.start()

  const server = createServer(
    { requestTimeout: 15_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 },
    composed.app.callback(),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, settings.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  if (administrator) {
    console.log('The first administrator was made. This password is shown once:')
    console.log(`  username  ${administrator.username}`)
    console.log(`  password  ${administrator.password}`)
  }
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

main().catch((error: unknown) => {
  const { message, cause } = error as Error
  const why = cause instanceof Error ? `${message} (${cause.message})` : message
  console.error(error instanceof SettingsError ? message : `Darvoza did not start: ${why}`)
  process.exit(1)
})
