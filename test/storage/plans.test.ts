// Query plans of the statements that each page and form runs first.
import { expect } from 'chai'
import { createBrowserSessionStore } from '../../server/storage/browser-sessions.js'
import type { Queries, Value } from '../../server/storage/database.js'
import { createDeviceStore } from '../../server/storage/devices.js'
import { aDatabase, closeDatabases } from '../support/database.js'
import { sqlite } from '../support/engines.js'

describe('SQLite query plans use an index', () => {
  afterEach(closeDatabases)

  it('for the browser session of a cookie, and for a device with its open sessions', async () => {
    const database = await aDatabase(sqlite)
    const steps: string[] = []
    const explain = async (sql: string, values?: readonly Value[]) => {
      const plan = await database.read<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, values)
      steps.push(...plan.map(row => row.detail))
      return []
    }
    const explained: Queries = {
      read: explain,
      cells: explain,
      write: () => Promise.reject(new Error('nothing is written')),
    }
    await createBrowserSessionStore().find(explained, 'a-hash')
    await createDeviceStore(database.dialect).withOpenSessions(explained, 1, ['one', 'two'], 200)
    expect(steps.length).to.be.above(5)
    // The head of the log is a table of one row.
    expect(steps.filter(step => step.startsWith('SCAN'))).to.deep.equal(['SCAN h'])
  })
})
