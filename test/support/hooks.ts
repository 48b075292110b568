import { removeFolders } from './engines.js'
import { stopSharedMariaDb } from './mariadb.js'
import { closeServers } from './server.js'

export const mochaHooks = {
  async afterEach() {
    await closeServers()
  },
}

export async function mochaGlobalTeardown(): Promise<void> {
  await stopSharedMariaDb()
  removeFolders()
}
