import { expect } from 'chai'
import { aFolder, onMariaDb, onRedis } from '../support/engines.js'
import { freePort } from '../support/mariadb.js'
import { secretKey, urlOf } from '../support/processes.js'
import { aRedis } from '../support/redis.js'
import { type Restarts, restartUnderLoad } from '../support/restarts.js'

async function settings(more: Record<string, string>): Promise<Record<string, string>> {
  const given = { ISSUER: 'http://localhost:4000', DATA_DIR: aFolder(), ADMIN_PASSWORD: 'correct horse battery' }
  return { ...given, PORT: String(await freePort()), SECRET_KEY: secretKey, ...more }
}

function expectNobodyCut({ answered, cut, stops }: Restarts): void {
  expect(cut).to.deep.equal([])
  expect(answered).to.be.above(50)
  // 250 ms of notice, then the requests under way, on a machine that may be busy; not the 10 s limit of a request.
  for (const ms of stops) expect(ms).to.be.within(250, 8_000)
}

describe('a server that is restarted under load', () => {
  it('cuts off no request', async () => {
    expectNobodyCut(await restartUnderLoad(3, await settings({})))
  }).timeout(60_000)
})

onMariaDb('workers that are restarted under load', engine =>
  onRedis('with Redis', () => {
    it('cut off no request', async () => {
      const stores = { DATABASE_URL: urlOf(await engine.fresh()), REDIS_URL: (await aRedis()).url }
      expectNobodyCut(await restartUnderLoad(5, await settings({ ...stores, WORKERS: '2' })))
    }).timeout(120_000)
  }),
)
