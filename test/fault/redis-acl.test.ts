// Redis refuses the credentials or single commands: /readyz and one log line name what is missing.
import { expect } from 'chai'
import { type RedisSettings, readRedisCluster, readRedisUrl } from '../../config/addresses.js'
import { redisAcl } from '../../server/storage/redis-acl.js'
import { aClient } from '../support/client.js'
import { onRedis, sqlite } from '../support/engines.js'
import { waitFor } from '../support/mariadb.js'
import { aRedis, aRedisCluster, type TestRedis } from '../support/redis.js'
import { aServer, password, testSettings } from '../support/server.js'

const admin = { username: 'admin', password }

async function aServerAt(redis: RedisSettings | string) {
  if (typeof redis === 'string') throw new Error(redis)
  const server = await aServer({ settings: { ...testSettings(await sqlite.fresh()), redis } })
  const client = aClient(server)
  const ready = async () => (await client.get('/readyz')).body
  return { server, client, ready }
}

const urlFor = ({ port }: TestRedis, credentials: string) => readRedisUrl(`redis://${credentials}127.0.0.1:${port}`)

async function allow(redis: TestRedis, rules: readonly string[], user = 'darvoza'): Promise<void> {
  await redis.command('ACL', 'SETUSER', user, 'reset', 'on', '>a password', ...rules)
}

const rules = redisAcl.split(' ')
const credentials = 'darvoza:a%20password@'

/** Whatever libraries write to the console during the run. */
async function saidOnConsole(run: () => Promise<void>): Promise<unknown[]> {
  const said: unknown[] = []
  const { warn, error } = console
  console.warn = console.error = (...words) => said.push(...words)
  try {
    await run()
  } finally {
    Object.assign(console, { warn, error })
  }
  return said
}

onRedis('a Redis that refuses credentials or commands', () => {
  const doors: [what: string, secret: string | null, credentials: string, code: string][] = [
    ['a wrong password', 'right', ':wrong@', 'WRONGPASS'],
    ['a user that is not there', null, 'nobody:wrong@', 'WRONGPASS'],
    ['no password where one is asked for', 'right', '', 'NOAUTH'],
  ]
  for (const [what, secret, given, code] of doors) {
    it(`${what}: /readyz and one log line name the error code, and the console stays empty`, async () => {
      const redis = await aRedis()
      if (secret !== null) await redis.command('CONFIG', 'SET', 'requirepass', secret)
      const said = await saidOnConsole(async () => {
        const { server, client, ready } = await aServerAt(urlFor(redis, given))
        const { status, redis: state, redis_reason } = await ready()
        expect([status, state]).to.deep.equal(['ok', 'degraded'])
        expect(redis_reason).to.match(new RegExp(`^${code}: Redis (refuses|asks)`))
        await client.signIn(admin)
        await waitFor(async () => expect((await ready()).redis_reason).to.match(new RegExp(`^${code}`)))
        const lines = server.logged.filter(line => line.includes('Redis is degraded'))
        expect(lines).to.have.length(1)
        expect(lines[0]).to.include(`"failure":"${code}"`)
        expect(server.logged.join()).to.not.include('wrong@').and.not.include('"wrong"')
      })
      expect(said).to.deep.equal([])
    })
  }

  it('a password that Redis does not need is logged, and Redis is used', async () => {
    const redis = await aRedis()
    const said = await saidOnConsole(async () => {
      const { server, ready } = await aServerAt(urlFor(redis, ':needless@'))
      expect(await ready()).to.deep.equal({ status: 'ok', database: 'ok', redis: 'ok' })
      expect(server.logged.filter(line => line.includes('requires no password')).length).to.be.above(0)
    })
    expect(said).to.deep.equal([])
  })

  const lacks: Record<string, { without: string[]; reason: RegExp }> = {
    'count guesses': { without: ['+@scripting'], reason: /^NOPERM: .* count guesses$/ },
    'read the copy of the log': {
      without: ['+@read'],
      reason: /^NOPERM: .* (keep a copy of the revocation log|count guesses)$/,
    },
    'write the copy of the log': {
      without: ['+@write'],
      reason: /^NOPERM: .* (keep a copy of the revocation log|count guesses)$/,
    },
    'touch our keys': {
      without: ['~{darvoza*'],
      reason: /^NOPERM: .* (keep a copy of the revocation log|count guesses)$/,
    },
    'use our channels': { without: ['&darvoza:log*'], reason: /^NOPERM: .* (publish to|listen to) the other servers$/ },
    'publish and subscribe': { without: ['+@pubsub'], reason: /^NOPERM: .* (publish to|listen to) the other servers$/ },
  }
  it('one missing ACL rule: redis_reason in /readyz names its purpose; redis is ok after the grant', async () => {
    const redis = await aRedis()
    const said = await saidOnConsole(async () => {
      // All at once: most of the time passes waiting for the next retry.
      await Promise.all(
        Object.entries(lacks).map(async ([what, { without, reason }], at) => {
          const user = `user${at}`
          await allow(redis, rules, user)
          const { server, client, ready } = await aServerAt(urlFor(redis, `${user}:a%20password@`))
          expect(await ready(), what).to.deep.equal({ status: 'ok', database: 'ok', redis: 'ok' })
          await allow(
            redis,
            rules.filter(rule => !without.includes(rule)),
            user,
          )
          await waitFor(async () => expect((await ready()).redis_reason, what).to.match(reason), 15_000)
          await client.signIn(admin)
          await allow(redis, rules, user)
          await waitFor(async () => expect((await ready()).redis, what).to.equal('ok'), 15_000)
          expect(server.logged.filter(line => /CLOSED/.test(line))).to.deep.equal([])
        }),
      )
    })
    expect(said).to.deep.equal([])
  }).timeout(60_000)
})

onRedis('an ACL user with the rules of README', () => {
  async function mayDoAll(nodes: TestRedis[], setting: RedisSettings | string): Promise<void> {
    for (const node of nodes) await allow(node, rules)
    const { server, client, ready } = await aServerAt(setting)
    await waitFor(
      async () => expect(await ready()).to.deep.equal({ status: 'ok', database: 'ok', redis: 'ok' }),
      10_000,
    )
    const amy = await server.aUser()
    expect((await client.post('/api/token/', { ...amy, password: 'wrong' })).status).to.equal(401)
    await server.composed.parts.people.users.disable(amy.id, 'system')
    await waitFor(async () => {
      const keys = (await Promise.all(nodes.map(node => node.command('KEYS', '*')))).flat() as string[]
      expect(keys.filter(key => key.endsWith(':log'))).to.have.length(1)
      expect(keys.filter(key => key.startsWith('{darvoza}:guess:')).length).to.be.above(0)
    })
    // The copy is checked at every fifth heartbeat; this is the last command of the check.
    await waitFor(async () => {
      const asked = await Promise.all(nodes.map(node => node.command('INFO', 'commandstats')))
      expect(asked.join()).to.include('cmdstat_zremrangebyscore')
    }, 15_000)
    expect(await ready()).to.deep.equal({ status: 'ok', database: 'ok', redis: 'ok' })
    for (const node of nodes) expect(await node.command('ACL', 'LOG')).to.deep.equal([])
  }

  it('may run every command that a server sends', async () => {
    const redis = await aRedis()
    await mayDoAll([redis], urlFor(redis, credentials))
  }).timeout(30_000)

  it('may run every command in a Redis Cluster', async () => {
    const cluster = await aRedisCluster()
    await mayDoAll(cluster.nodes, readRedisCluster(`redis://${credentials}${cluster.setting}`))
  }).timeout(60_000)

  it('may not read other keys, use other channels or empty the database', async () => {
    const redis = await aRedis()
    await allow(redis, rules)
    const connection = await redis.connect()
    await connection.auth('darvoza', 'a password')
    for (const [name, ...args] of [
      ['GET', 'other'],
      ['FLUSHALL'],
      ['KEYS', '*'],
      ['PUBLISH', 'other', 'x'],
      ['CONFIG', 'GET', '*'],
    ] as const) {
      const refused = await connection.call(name, ...args).catch((error: Error) => error.message)
      expect(refused, name).to.match(/NOPERM/)
    }
  })
})
