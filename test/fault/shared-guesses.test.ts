// Sign-in guesses counted in Redis: together while Redis answers, by each server alone otherwise, and without waiting
// for it.
import { expect } from 'chai'
import { Cluster, type Redis } from 'ioredis'
import type { RedisLike } from '../../server/identity/sign-in/shared-guess-counts.js'
import { aClient } from '../support/client.js'
import { onRedis } from '../support/engines.js'
import { freePort, waitFor } from '../support/mariadb.js'
import { aRedis, type TestRedis } from '../support/redis.js'
import { aServer, sharedHashing, type TestServer } from '../support/server.js'

const path = '/api/token/'
const wrong = 'a wrong guess'
const limit = 5

/** A server that counts guesses in this Redis, and the number of passwords that it compared. */
async function aCountingServer(redis: RedisLike, beforeHash: () => Promise<void> = async () => {}) {
  const counter = { hashed: 0 }
  const shared = sharedHashing()
  const server = await aServer({
    policy: { sign_in_guesses_per_hour: limit },
    ports: {
      redis,
      hashingWork: {
        hash: shared.hash,
        async matches(...guess) {
          counter.hashed++
          await beforeHash()
          return shared.matches(...guess)
        },
      },
    },
  })
  return { server, counter, client: aClient(server) }
}

async function statusesOf(server: TestServer, count: number, user: { username: string; password: string }) {
  const statuses: number[] = []
  for (let index = 0; index < count; index++) statuses.push((await aClient(server).post(path, user)).status)
  return statuses
}

const tested = Array(limit).fill(401)
const told = (server: TestServer, text: string) => server.logged.filter(line => line.includes(text)).length

onRedis('sign-in guesses counted in Redis by several servers', () => {
  it('a hundred concurrent guesses at two servers: as many as the limit are compared, the rest get 429', async () => {
    const redis = await aRedis()
    const [one, other] = [await aCountingServer(await redis.connect()), await aCountingServer(await redis.connect())]
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        (index % 2 === 0 ? one : other).client.post(path, { username: 'nobody', password: wrong }),
      ),
    )
    expect(one.counter.hashed + other.counter.hashed).to.equal(limit)
    expect(answers.filter(answer => answer.status === 401)).to.have.length(limit)
    expect(answers.filter(answer => answer.status === 429)).to.have.length(100 - limit)
    expect([told(one.server, 'Redis'), told(other.server, 'Redis')]).to.deep.equal([0, 0])
  })

  it('correct passwords are not counted, and leave no key in Redis', async () => {
    const redis = await aRedis()
    const connection = await redis.connect()
    const { server } = await aCountingServer(connection)
    const amy = await server.aUser()
    expect(await statusesOf(server, 3 * limit, amy)).to.deep.equal(Array(3 * limit).fill(200))
    await waitFor(async () => expect(await connection.keys('*')).to.deep.equal([]))
    const guess = { ...amy, password: wrong }
    expect(await statusesOf(server, limit + 1, guess)).to.deep.equal([...tested, 429])
  })

  it('no key names a user or an address, and each key expires with its window', async () => {
    const redis = await aRedis()
    const connection = await redis.connect()
    const { server } = await aCountingServer(connection)
    const amy = await server.aUser({ username: 'amelia' })
    server.clock.advance('17m')
    await statusesOf(server, 2, { ...amy, password: wrong })
    const keys = await connection.keys('*')
    expect(keys).to.have.length(3)
    for (const key of keys) {
      expect(key).to.match(/^\{darvoza\}:guess:\d+:[\w-]{22}$/)
      expect(await connection.get(key)).to.equal('2')
      expect(await connection.pttl(key)).to.be.within(42 * 60_000, 43 * 60_000)
    }
    server.clock.advance('43m')
    expect(await statusesOf(server, limit + 1, { ...amy, password: wrong })).to.deep.equal([...tested, 429])
  })

  it('counts that Redis lost meanwhile never become negative', async () => {
    const redis = await aRedis()
    const connection: Redis = await redis.connect()
    let forget = async () => {}
    const { server, client } = await aCountingServer(connection, () => forget())
    const amy = await server.aUser()
    forget = async () => void (await connection.flushall())
    await Promise.all(Array.from({ length: 3 }, () => client.post(path, amy)))
    forget = async () => {}
    expect(await statusesOf(server, limit + 1, { ...amy, password: wrong })).to.deep.equal([...tested, 429])
  })

  it('guesses in a Redis cluster lie in one slot and are limited', async () => {
    const redis = await aRedis(
      ...['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())],
      ...['--cluster-announce-ip', '127.0.0.1'],
    )
    const node = await redis.connect()
    await node.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383)
    await waitFor(async () => expect(await node.call('CLUSTER', 'INFO')).to.include('cluster_state:ok'))
    const cluster = new Cluster([{ host: '127.0.0.1', port: redis.port }], { redisOptions: { commandTimeout: 300 } })
    try {
      const { server } = await aCountingServer(cluster)
      expect(await statusesOf(server, limit + 1, { username: 'nobody', password: wrong })).to.deep.equal([
        ...tested,
        429,
      ])
      expect(told(server, 'Redis')).to.equal(0)
    } finally {
      cluster.disconnect()
    }
  })

  type Fault = { begin: (redis: TestRedis, node: Redis) => unknown; end: (redis: TestRedis, node: Redis) => unknown }

  const faults: Record<string, Fault> = {
    hangs: { begin: redis => redis.hang(), end: redis => redis.goOn() },
    'is killed': { begin: redis => redis.kill(), end: redis => redis.restart() },
    'is full': {
      begin: (_, node) => node.config('SET', 'maxmemory', '1'),
      end: (_, node) => node.config('SET', 'maxmemory', '0'),
    },
  }

  for (const [what, { begin, end }] of Object.entries(faults)) {
    it(`while Redis ${what}, sign-ins are answered at once, and each server enforces the limit`, async () => {
      const redis = await aRedis()
      const connection = await redis.connect()
      const { server } = await aCountingServer(connection)
      const amy = await server.aUser()
      const ben = await server.aUser()
      await statusesOf(server, 2, { ...ben, password: wrong })

      await begin(redis, connection)
      const startedAt = performance.now()
      expect(await statusesOf(server, 20, amy)).to.deep.equal(Array(20).fill(200))
      const ms = Math.round(performance.now() - startedAt)
      // Each of them would wait for the command timeout of 300 ms, if it asked Redis.
      expect(ms).to.be.lessThan(3_000)
      expect(await statusesOf(server, limit + 1, { ...amy, password: wrong })).to.deep.equal([...tested, 429])
      expect(told(server, 'Redis does not count guesses')).to.equal(1)

      await end(redis, connection)
      await waitFor(async () => {
        await statusesOf(server, 1, { username: 'nobody', password: wrong })
        expect(told(server, 'Redis counts guesses again')).to.equal(1)
      })
      expect((await statusesOf(server, limit + 1, { ...ben, password: wrong })).at(-1)).to.equal(429)
      expect((await connection.keys('{darvoza}:guess:*')).length).to.be.above(0)
      expect(server.logged.filter(line => line.includes(amy.username))).to.deep.equal([])
      console.log(`      20 sign-ins while Redis ${what}: ${ms} ms`)
    }).timeout(30_000)
  }

  it('sign-ins succeed with a Redis that was down from the start', async () => {
    const redis = await aRedis()
    const connection = await redis.connect()
    await redis.kill()
    const { server } = await aCountingServer(connection)
    expect(await statusesOf(server, 3, await server.aUser())).to.deep.equal([200, 200, 200])
  })
})
