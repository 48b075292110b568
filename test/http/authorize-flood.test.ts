// Unauthenticated authorization requests fill neither storage nor memory (`npm run bench:authorize-flood`: 100,000).
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { aWebsite } from '../support/authorizations.js'
import { floodAuthorize } from '../support/authorize-flood.js'
import { aServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** The heap in use after a garbage collection, in bytes. */
function inUse(): number {
  collect()
  return process.memoryUsage().heapUsed
}

describe('a flood of unauthenticated authorization requests', () => {
  it('writes no row and keeps less than 300 bytes of heap per request', async () => {
    const server = await aServer()
    await aWebsite(server, 'shop')
    const flood = (count: number) => floodAuthorize({ url: server.url, applicationId: 'shop', count, width: 8 })
    // Warm-up: templates are compiled, connections opened, and caches of bounded size filled.
    await flood(6_000)
    server.logged.length = 0
    const [rows, bytes] = [await snapshotOf(server), inUse()]
    const outcomes = await flood(2_000)
    expect([...outcomes.keys()].sort()).to.deep.equal([
      'GET /login 200',
      'GET /oauth/authorize 303',
      'GET /oauth/authorize 400',
      'POST /oauth/authorize 303',
    ])
    expect(await snapshotOf(server)).to.equal(rows)
    server.logged.length = 0
    expect((inUse() - bytes) / 2_000, 'bytes kept for a request').to.be.below(300)
  }).timeout(180_000)
})
