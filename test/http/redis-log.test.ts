// The copy of the revocation log in Redis, and how entries that others put there are treated: they may cost time, but
// never hide a revocation.
import { expect } from 'chai'
import { type RedisSettings, readRedisUrl } from '../../config/addresses.js'
import type { Revocation } from '../../server/protocol/log/revocation.js'
import { createRedisLog, keptEntries, logChannel } from '../../server/revocation/redis-log.js'
import { openRedis, type RedisConnections } from '../../server/storage/redis.js'
import { aClient, claimsOf } from '../support/client.js'
import { onRedis } from '../support/engines.js'
import { waitFor } from '../support/mariadb.js'
import { aRedis, type TestRedis } from '../support/redis.js'
import { aServer, password, testSettings } from '../support/server.js'

const admin = { username: 'admin', password }

function entry(seq: number, changes: Partial<Revocation> = {}): Revocation {
  const about = { kind: 'session', subject: `session ${seq}`, effect: 'end', reason: 'session_ended' } as const
  return { seq, ...about, exceptSid: null, expiresAt: 9e12, ...changes }
}

const entries = (after: number, upto: number) => Array.from({ length: upto - after }, (_, at) => entry(after + 1 + at))

onRedis('the copy of the revocation log in Redis', () => {
  let redis: TestRedis
  const open: RedisConnections[] = []
  beforeEach(async () => {
    redis = await aRedis()
  })
  afterEach(() => {
    for (const connections of open.splice(0)) connections.close()
  })

  /** Connects like another server, or like one with another SECRET_KEY. */
  async function aRedisLog(secretKey = testSettings({ engine: 'sqlite', path: '-' }).secretKey!) {
    const connections = await openRedis(readRedisUrl(redis.url) as RedisSettings, { log: { warn() {} } })
    open.push(connections)
    expect(await connections.connect(2_000)).to.equal(true)
    return createRedisLog({ redis: connections, secretKey })
  }

  async function publish(log: Awaited<ReturnType<typeof aRedisLog>>, logId: string, told: Revocation[]) {
    log.publish(logId, told)
    await log.untilPublished()
  }

  it('returns a range only if every number in it is present, once, and of the same log', async () => {
    const log = await aRedisLog()
    await publish(log, 'a', entries(0, 10))
    expect(await log.between('a', 3, 8)).to.deep.equal(entries(3, 8))
    expect(await log.between('a', 8, 11), 'not there yet').to.equal(null)
    expect(await log.between('b', 3, 8), 'another log').to.equal(null)
    await redis.command('ZREMRANGEBYSCORE', '{darvoza:a}:log', 5, 5)
    expect(await log.between('a', 3, 8), 'one is missing').to.equal(null)
    await publish(log, 'a', [entry(5, { subject: 'somebody else' }), entry(6, { subject: 'somebody else' })])
    expect(await log.between('a', 3, 8), 'two of one number').to.equal(null)
    await log.restore('a', 0, 10, entries(0, 10))
    expect(await log.between('a', 3, 8)).to.deep.equal(entries(3, 8))
    expect(await log.highest('a')).to.equal(10)
  })

  it('ignores entries that were not signed with its own key, or were altered', async () => {
    const [log, strange] = [await aRedisLog(), await aRedisLog(Buffer.alloc(32, 'another key'))]
    await publish(log, 'a', entries(0, 3))
    await publish(strange, 'a', entries(3, 5))
    const key = '{darvoza:a}:log'
    const [member] = (await redis.command('ZRANGE', key, 2, 2)) as [string]
    await redis.command('ZADD', key, 4, member, 5, member.replace('session 3', 'session 4'))
    await redis.command('ZADD', key, 2 ** 40, 'x', 2 ** 41, `${'A'.repeat(22)}.{"log":"a","seq":99}`)
    expect(await log.highest('a')).to.equal(3)
    expect(await log.between('a', 2, 5)).to.equal(null)
    expect(await log.above('a', 2)).to.deep.equal(entries(2, 3))
    expect(await log.above('a', 3)).to.deep.equal([])
  })

  it('keeps only the newest entries, under one key (Redis Cluster), with an expiry of about a week', async () => {
    const log = await aRedisLog()
    await log.restore('a', 0, keptEntries + 50, entries(0, keptEntries + 50))
    await log.trim('a', keptEntries + 50)
    const key = '{darvoza:a}:log'
    expect(await redis.command('KEYS', '*')).to.deep.equal([key])
    expect(await redis.command('ZCARD', key)).to.equal(keptEntries)
    expect(await redis.command('ZRANGE', key, 0, 0, 'WITHSCORES')).to.include('51')
    expect(await redis.command('PTTL', key)).to.be.within(6 * 86_400_000, 8 * 86_400_000)
  })

  it('is announced in one message a write, which leaves out the entries if they are many', async () => {
    const log = await aRedisLog()
    const heard: string[] = []
    const listener = open[0]!.listener
    await listener.subscribe(logChannel)
    listener.on('message', (_: string, text: string) => heard.push(text))
    await publish(log, 'a', entries(0, 3))
    await publish(log, 'a', entries(3, 1_003))
    await waitFor(async () => expect(heard).to.have.length(2))
    expect(log.readMessage(heard[0]!)).to.deep.include({ log: 'a', after: 0, upto: 3 })
    expect(log.readMessage(heard[0]!)!.entries.map(one => one.seq)).to.deep.equal([1, 2, 3])
    expect(log.readMessage(heard[1]!)).to.deep.equal({ log: 'a', after: 3, upto: 1_003, entries: [] })
    for (const text of ['', '.', heard[0]!.slice(1), heard[0]!.replace('"upto":3', '"upto":2'), 'x'.repeat(1e6)])
      expect(log.readMessage(text), text.slice(0, 40)).to.equal(null)
  })
})

onRedis('a server with Redis', () => {
  it('ignores forged messages and entries in Redis, warns once, and revocations still take effect', async () => {
    const redis = await aRedis()
    const server = await aServer({ redis: redis.url })
    const client = aClient(server)
    const {
      revocation: { tail },
      devices: { sessions },
    } = server.composed.parts
    const [amy, pair] = [await server.aUser(), await client.signIn(admin)]
    const doomed = await client.signIn(amy)
    const { logId, position } = tail
    const next = position + 1
    const forged = { log: logId, after: position, upto: next, entries: [entry(next)] }
    for (let times = 0; times < 50; times++) {
      await redis.command('PUBLISH', logChannel, `${'A'.repeat(22)}.${JSON.stringify(forged)}`)
      await redis.command('PUBLISH', logChannel, JSON.stringify(forged))
      await redis.command('PUBLISH', logChannel, '\u0000')
    }
    await redis.command('ZADD', `{darvoza:${logId}}:log`, next, JSON.stringify({ log: logId, entry: entry(next) }))
    await waitFor(async () => expect(server.logged.join()).to.include('have no valid MAC'))
    expect(server.logged.filter(line => line.includes('have no valid MAC'))).to.have.length(1)
    expect(tail.position).to.equal(position)
    await sessions.end(claimsOf(doomed.access).sid, amy.id, 'system')
    expect((await client.verify(doomed.access)).status).to.equal(401)
    expect((await client.verify(pair.access)).status).to.equal(200)
    expect((await client.get('/readyz')).body).to.deep.equal({ status: 'ok', database: 'ok', redis: 'ok' })
  })

  it('reads the database when a message names another log or missing entries', async () => {
    const redis = await aRedis()
    const server = await aServer({ redis: redis.url })
    const {
      revocation: { tail },
      storage: { database },
    } = server.composed.parts
    const connections = await openRedis(readRedisUrl(redis.url) as RedisSettings, { log: { warn() {} } })
    await connections.connect(2_000)
    const log = createRedisLog({ redis: connections, secretKey: server.settings.secretKey! })
    try {
      for (const [logId, changed] of [
        ['another', tail.position],
        [tail.logId, tail.position + 1],
      ] as const) {
        // Stopped, so that only a message makes the tail read.
        tail.stop()
        await database.write('UPDATE log_head SET seq = seq + 1')
        const wanted = tail.position + 1
        log.publish(logId, [entry(changed + 1)])
        await waitFor(async () => expect(tail.position).to.equal(wanted), 2_000)
      }
    } finally {
      connections.close()
    }
  })

  it('never logs the Redis password, not even when Redis refuses it', async () => {
    const redis = await aRedis()
    await redis.command('CONFIG', 'SET', 'requirepass', 'the right one')
    const url = redis.url.replace('://', '://default:hunter2hunter2@')
    const server = await aServer({ redis: url })
    expect((await aClient(server).get('/readyz')).body.redis).to.equal('degraded')
    const pair = await aClient(server).signIn(admin)
    expect((await aClient(server).verify(pair.access)).status).to.equal(200)
    await waitFor(async () => expect(server.logged.join('\n')).to.include('Redis is degraded'))
    expect(server.logged.join('\n')).to.include('WRONGPASS').and.not.include('hunter2')
  })

  it('accepts a Redis password from the URL, and /readyz leaves Redis out where none is configured', async () => {
    const redis = await aRedis()
    await redis.command('CONFIG', 'SET', 'requirepass', 'right one')
    const server = await aServer({ redis: redis.url.replace('://', `://:${encodeURIComponent('right one')}@`) })
    expect((await aClient(server).get('/readyz')).body.redis).to.equal('ok')
    const bare = await aServer()
    expect((await aClient(bare).get('/readyz')).body).to.deep.equal({ status: 'ok', database: 'ok' })
  })
})
