// Two servers on one database and one Redis: an ended session is refused by the other server within milliseconds, and
// within a second in any state of Redis; no request fails because of Redis.
import { expect } from 'chai'
import { quantiles, trials } from '../support/bursts.js'
import { aClient, type Client, claimsOf, type Pair } from '../support/client.js'
import { lastLetIn } from '../support/enforcement.js'
import { type Engine, onMariaDb, onRedis } from '../support/engines.js'
import { waitFor } from '../support/mariadb.js'
import { aServerProcess, type ServerProcess } from '../support/processes.js'
import { aRedis, aRedisCluster, type TestRedis } from '../support/redis.js'
import { aRelay } from '../support/relay.js'
import { password } from '../support/server.js'

const admin = { username: 'admin', password }

type Two = { servers: [ServerProcess, ServerProcess]; here: Client; there: Client }

async function twoServers(engine: Engine, settings: Record<string, string>): Promise<Two> {
  const database = await engine.migrated()
  const servers = [await aServerProcess(database, {}, settings), await aServerProcess(database, {}, settings)] as [
    ServerProcess,
    ServerProcess,
  ]
  return { servers, here: aClient(servers[0]), there: aClient(servers[1]) }
}

/** Ends a session at one server. @returns ms after which the other server last accepted its token */
async function endAndSee({ here, there }: Two): Promise<number> {
  const [own, other] = [await here.signIn(admin), await here.signIn(admin)]
  expect((await there.verify(other.access)).status, 'before its end').to.equal(200)
  const { sid } = claimsOf(other.access)
  expect((await here.delete(`/api/me/sessions/${sid}/`, own.access)).status).to.be.oneOf([200, 204])
  return lastLetIn(there, other.access)
}

/** Ordinary requests at both servers until it is stopped. @returns the answers that were errors */
function bystander({ here, there }: Two, pair: Pair) {
  let going = true
  const failed: string[] = []
  let present = pair
  const run = (async () => {
    for (let turn = 0; going; turn++) {
      const client = turn % 2 === 0 ? here : there
      const refreshed = await client.refresh(present.refresh)
      if (refreshed.status === 200) present = refreshed.body
      const answers = [refreshed, await there.verify(present.access), await here.get('/api/me/', present.access)]
      for (const answer of answers) if (answer.status >= 400) failed.push(`${answer.status} ${answer.text}`)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  })()
  return {
    async stop() {
      going = false
      await run
      return failed
    },
  }
}

async function redisOf(client: Client): Promise<string> {
  const answer = await client.get('/readyz')
  expect(answer.status).to.equal(200)
  return answer.body.redis
}

async function bothSay(two: Two, status: string): Promise<void> {
  await waitFor(async () => {
    expect([await redisOf(two.here), await redisOf(two.there)]).to.deep.equal([status, status])
  }, 15_000)
}

/** The highest log number in the copy, and the number of its entries. */
async function copyIn(redis: TestRedis): Promise<{ count: number; highest: number }> {
  const [key] = (await redis.command('KEYS', '{darvoza:*}:log')) as string[]
  if (!key) return { count: 0, highest: 0 }
  const [, score] = (await redis.command('ZREVRANGE', key, 0, 0, 'WITHSCORES')) as string[]
  return { count: Number(await redis.command('ZCARD', key)), highest: Number(score) }
}

onMariaDb('two servers on one database and one Redis', engine =>
  onRedis('when sessions end and Redis fails', () => {
    it('P1: a session ended at one server is refused by the other within 150 ms', async () => {
      const redis = await aRedis()
      const two = await twoServers(engine, { REDIS_URL: redis.url })
      await bothSay(two, 'ok')
      const times: number[] = []
      for (let trial = 0; trial < trials(60); trial++) times.push(await endAndSee(two))
      const [p50, p99] = quantiles(times, 0.5, 0.99)
      console.log(
        `      P1: what ends at one server, the other last let in p50/p99 ${p50}/${p99} ms later, with Redis (${times.length} ends)`,
      )
      expect(p99!).to.be.at.most(150)
      expect(two.servers.flatMap(server => server.complaints)).to.deep.equal([])
    }).timeout(60_000 + trials(60) * 500)

    it('start without Redis, /readyz says degraded, and they reconnect once it runs', async () => {
      const redis = await aRedis()
      await redis.kill()
      const startedAt = performance.now()
      const two = await twoServers(engine, { REDIS_URL: redis.url })
      expect(performance.now() - startedAt).to.be.below(15_000)
      await bothSay(two, 'degraded')
      expect(await endAndSee(two)).to.be.below(1_000)
      await redis.restart()
      await bothSay(two, 'ok')
      expect(await endAndSee(two)).to.be.below(1_000)
      await waitFor(async () => expect((await copyIn(redis)).count).to.equal(2), 10_000)
    }).timeout(60_000)

    it('start while Redis hangs, and reconnect once it answers', async () => {
      const redis = await aRedis()
      redis.hang()
      const two = await twoServers(engine, { REDIS_URL: redis.url })
      await bothSay(two, 'degraded')
      expect(await endAndSee(two)).to.be.below(1_000)
      redis.goOn()
      await bothSay(two, 'ok')
      expect(await endAndSee(two)).to.be.below(1_000)
    }).timeout(60_000)

    it('replace a connection to Redis that died silently', async () => {
      const redis = await aRedis()
      const relay = await aRelay(redis.port)
      try {
        const two = await twoServers(engine, { REDIS_URL: `redis://127.0.0.1:${relay.port}` })
        await bothSay(two, 'ok')
        const watch = bystander(two, await two.there.signIn(admin))
        relay.freeze()
        const frozenAt = performance.now()
        expect(await endAndSee(two)).to.be.below(1_000)
        await bothSay(two, 'degraded')
        expect(await endAndSee(two)).to.be.below(1_000)
        await bothSay(two, 'ok')
        console.log(
          `      in touch again ${Math.round((performance.now() - frozenAt) / 100) / 10} s after the wire was cut`,
        )
        expect(await endAndSee(two)).to.be.below(1_000)
        expect(await watch.stop()).to.deep.equal([])
      } finally {
        relay.close()
      }
    }).timeout(60_000)

    type Fault = {
      what: string
      status: 'ok' | 'degraded'
      strike: (redis: TestRedis) => Promise<void> | void
      mend: (redis: TestRedis) => Promise<void> | void
    }
    const faults: Fault[] = [
      { what: 'killed', status: 'degraded', strike: redis => redis.kill(), mend: redis => redis.restart() },
      { what: 'hung', status: 'degraded', strike: redis => redis.hang(), mend: redis => redis.goOn() },
      {
        what: 'full',
        status: 'degraded',
        strike: async redis => void (await redis.command('CONFIG', 'SET', 'maxmemory', '1')),
        mend: async redis => void (await redis.command('CONFIG', 'SET', 'maxmemory', '0')),
      },
      { what: 'flushed', status: 'ok', strike: async redis => void (await redis.command('FLUSHALL')), mend: () => {} },
      { what: 'restored old', status: 'ok', strike: redis => redis.restore(), mend: () => {} },
    ]
    it('killed, hung, full, flushed or old Redis: an end holds within 1 s, and no request fails', async () => {
      // Each with its own servers, all at once: most of the time passes waiting.
      const stages = await Promise.all(
        faults.map(async fault => {
          const redis = await aRedis()
          const two = await twoServers(engine, { REDIS_URL: redis.url })
          await bothSay(two, 'ok')
          return { ...fault, redis, two }
        }),
      )
      await Promise.all(stages.map(suffer))
    }).timeout(120_000)

    async function suffer({ what, status, strike, mend, redis, two }: Fault & { redis: TestRedis; two: Two }) {
      await endAndSee(two)
      await redis.dump()
      await endAndSee(two)
      const watch = bystander(two, await two.there.signIn(admin))

      await strike(redis)
      const times: number[] = []
      for (let end = 0; end < 8; end++) times.push(await endAndSee(two))
      if (status === 'degraded') await bothSay(two, status)
      for (let end = 0; end < 4; end++) times.push(await endAndSee(two))
      await mend(redis)
      for (let end = 0; end < 4; end++) times.push(await endAndSee(two))
      await bothSay(two, 'ok')
      const { count, highest } = await waitFor(async () => {
        const copy = await copyIn(redis)
        expect(copy, what).to.deep.equal({ count: 18, highest: 18 })
        return copy
      }, 15_000)
      times.push(await endAndSee(two))
      expect(await watch.stop(), what).to.deep.equal([])
      const [p50, max] = quantiles(times, 0.5, 1)
      console.log(
        `      ${what}: last let in p50/max ${p50}/${max} ms later; ${count} entries up to ${highest} in Redis again`,
      )
      expect(max!, what).to.be.below(1_000)
    }
  }),
)

onMariaDb('two servers on one database and a Redis Cluster', engine =>
  onRedis('when sessions end and nodes fail', () => {
    it('enforce an end within 300 ms, and within 1 s when a node hangs or is killed', async () => {
      const cluster = await aRedisCluster()
      const two = await twoServers(engine, { REDIS_CLUSTER: cluster.setting })
      await bothSay(two, 'ok')
      const times: number[] = []
      for (let end = 0; end < 20; end++) times.push(await endAndSee(two))
      const [p50, max] = quantiles(times, 0.5, 1)
      console.log(`      last let in p50/max ${p50}/${max} ms later through a cluster`)
      expect(max!).to.be.below(300)
      await waitFor(async () => {
        const copies = await Promise.all(cluster.nodes.map(copyIn))
        expect(copies.map(copy => copy.count).sort()).to.deep.equal([0, 0, 20])
      }, 10_000)
      const watch = bystander(two, await two.there.signIn(admin))
      for (const node of cluster.nodes) {
        node.hang()
        expect(await endAndSee(two)).to.be.below(1_000)
        await new Promise(resolve => setTimeout(resolve, 1_500))
        expect(await endAndSee(two)).to.be.below(1_000)
        node.goOn()
        await bothSay(two, 'ok')
        expect(await endAndSee(two)).to.be.below(1_000)
      }
      await cluster.nodes[0]!.kill()
      expect(await endAndSee(two)).to.be.below(1_000)
      expect(await watch.stop()).to.deep.equal([])
    }).timeout(120_000)
  }),
)
