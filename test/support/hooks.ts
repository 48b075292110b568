// Mocha's root hooks: what tests have started is closed after each test, and what they share at the end.
import { config } from 'chai'
import { setPoolSize } from '../../server/storage/sqlite-workers.js'
import { closeBrowser, closeVisits } from './browser.js'
import { closeDatabases } from './database.js'
import { stopDjangos } from './django.js'
import { removeFolders } from './engines.js'
import { hurrySharedMariaDb, stopSharedMariaDb } from './mariadb.js'
import { killProcesses } from './processes.js'
import { stopRedises } from './redis.js'
import { closeServers, stopSharedHashing } from './server.js'
import { unmountDisks } from './small-disk.js'

// A failed expectation shows the whole log line or answer: it may not fail a second time.
config.truncateThreshold = 2_000
hurrySharedMariaDb()
// SQLite threads kept for reuse: those of one server, and one more for a second connection.
setPoolSize(4)

export const mochaHooks = {
  async afterEach() {
    await closeVisits()
    await closeServers()
    await closeDatabases()
    await killProcesses()
    unmountDisks()
    await stopRedises()
    await stopDjangos()
  },
}

export async function mochaGlobalTeardown(): Promise<void> {
  await closeBrowser()
  await stopSharedHashing()
  await stopSharedMariaDb()
  removeFolders()
}
