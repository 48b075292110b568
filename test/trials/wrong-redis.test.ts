// Malformed and hostile answers of Redis: they cost time, but never end the process.
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { aClient, claimsOf, type Pair } from '../support/client.js'
import { onRedis, sqlite } from '../support/engines.js'
import { aFakeRedis, type FakeConnection, type Role } from '../support/fake-redis.js'
import { waitFor } from '../support/mariadb.js'
import { aServerProcess } from '../support/processes.js'
import { aRedis } from '../support/redis.js'
import { password } from '../support/server.js'

const admin = { username: 'admin', password }

/** Answers of a broken, foreign or hostile Redis, by what is wrong with them. */
const shapes: Record<string, string> = {
  'null for an array': '*-1\r\n',
  'null for a text': '$-1\r\n',
  'a number': ':1\r\n',
  'an empty array': '*0\r\n',
  'an empty text': '$0\r\n\r\n',
  'a simple text': '+OK\r\n',
  'an error': '-ERR unknown command\r\n',
  'an empty error': '-\r\n',
  'a message of nulls': '*3\r\n$7\r\nmessage\r\n$-1\r\n$-1\r\n',
  'a message without a channel': '*1\r\n$7\r\nmessage\r\n',
  'a message that is an array': '*3\r\n$7\r\nmessage\r\n$11\r\ndarvoza:log\r\n*2\r\n:1\r\n*0\r\n',
  'an array whose first is null': '*3\r\n$-1\r\n$1\r\na\r\n:1\r\n',
  'a pattern message that is too short': '*2\r\n$8\r\npmessage\r\n$1\r\na\r\n',
  'a subscription to null': '*3\r\n$9\r\nsubscribe\r\n$-1\r\n:1\r\n',
  'an unsubscription that nobody asked for': '*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n',
  'ten answers at once': ':1\r\n'.repeat(10),
  'ten messages and ten answers': `*3\r\n$7\r\nmessage\r\n$11\r\ndarvoza:log\r\n$1\r\nx\r\n:7\r\n`.repeat(10),
  'deep nesting': `${'*1\r\n'.repeat(50_000)}:1\r\n`,
  'an array longer than any': '*4294967296\r\n',
  'an array of a billion': `*1000000000\r\n${':1\r\n'.repeat(10)}`,
  'a text longer than any': '$99999999999999999999\r\nabc',
  'a text of a gigabyte, half said': `$1000000000\r\n${'x'.repeat(2_000_000)}`,
  'a length that is no number': '$abc\r\nabc\r\n',
  'a line without an end': `+${'x'.repeat(2_000_000)}`,
  'another protocol': 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
  'the third version of its own': '%1\r\n+a\r\n:1\r\n>2\r\n+message\r\n_\r\n',
  'bytes of nothing': '\u0000\u0001\u0002\r\n\r\n\r\n',
}

type Case = { shape: string; role: Role }

/** A server and a fake Redis, which sends each wrong answer once on a connection of each kind. */
async function aBesiegedServer(when: 'at first' | 'later') {
  const left: Case[] = (['subscriber', 'commands'] as const).flatMap(role =>
    Object.keys(shapes).map(shape => ({ shape, role })),
  )
  const take = (connection: FakeConnection): string | null => {
    if (connection.spoilt) return null
    const at = left.findIndex(one => one.role === connection.role)
    if (at < 0) return null
    connection.spoilt = true
    // Closes a connection that survived the wrong answer, so that a new one gets the next.
    setTimeout(() => connection.socket.destroy(), 200).unref()
    const [{ shape }] = left.splice(at, 1) as [Case]
    return shapes[shape]!
  }
  const redis = await aFakeRedis(
    when === 'at first'
      ? { instead: take }
      : {
          after(connection) {
            const wrong = take(connection)
            if (wrong !== null) setTimeout(() => connection.socket.write(wrong), 5).unref()
          },
        },
  )
  const server = await aServerProcess(await sqlite.fresh(), {}, { REDIS_URL: `redis://127.0.0.1:${redis.port}` })
  return { redis, server, client: aClient(server), left }
}

async function goesOn(client: ReturnType<typeof aClient>, pair: Pair): Promise<Pair> {
  const other = await client.signIn(admin)
  const refreshed = await client.refresh(pair.refresh)
  expect(refreshed.status, refreshed.text).to.equal(200)
  const ended = await client.delete(`/api/me/sessions/${claimsOf(other.access).sid}/`, refreshed.body.access)
  expect(ended.status, ended.text).to.be.oneOf([200, 204])
  expect((await client.verify(other.access)).status).to.equal(401)
  return refreshed.body
}

/** Further wrong answers, to a request for the slot map of a cluster. */
const slotMaps: Record<string, string> = {
  'a range that is null': '*1\r\n*-1\r\n',
  'a range without an end': '*1\r\n*1\r\n:0\r\n',
  'a range that never ends': '*1\r\n*3\r\n:0\r\n:9007199254740991\r\n*2\r\n$1\r\na\r\n:1\r\n',
  'a node that is null': '*1\r\n*3\r\n:0\r\n:16383\r\n*-1\r\n',
  'a node that is a number': '*1\r\n*3\r\n:0\r\n:16383\r\n:5\r\n',
  'a move to nowhere': '-MOVED\r\n',
  'a move to a place that is none': '-MOVED 12 nowhere\r\n',
}

/** A server on a cluster whose only node sends each wrong answer once when it is asked for the slot map. */
async function aLostServer() {
  const some = Object.fromEntries(Object.entries(shapes).slice(0, 8))
  const left = Object.entries({ ...some, ...slotMaps }).map(([shape, text]) => ({ shape, text }))
  const redis = await aFakeRedis({
    instead: (_, command) => (command === 'cluster' ? (left.shift()?.text ?? null) : null),
  })
  const server = await aServerProcess(await sqlite.fresh(), {}, { REDIS_CLUSTER: `127.0.0.1:${redis.port}` })
  return { redis, server, client: aClient(server), left }
}

type Besieged = Awaited<ReturnType<typeof aBesiegedServer | typeof aLostServer>>

/** Expects the server to stay ready until every wrong answer was sent. */
async function outlast({ client, left }: Besieged): Promise<void> {
  let pair = await client.signIn(admin)
  let degraded = 0
  const startedAt = performance.now()
  while (left.length > 0) {
    const ready = await client.get('/readyz')
    expect(ready.status, ready.text).to.equal(200)
    if (ready.body.redis === 'degraded') degraded++
    pair = await goesOn(client, pair)
    expect(performance.now() - startedAt, `left: ${left.map(one => one.shape).join(', ')}`).to.be.below(90_000)
    await pause(50)
  }
  await pause(300)
  await goesOn(client, pair)
  expect(degraded).to.be.above(0)
}

/** Replaces the fake Redis with a real one. */
async function recover({ redis, server, client }: Besieged): Promise<void> {
  await redis.close()
  await waitFor(async () => expect((await client.get('/readyz')).body.redis).to.equal('degraded'), 10_000)
  const real = await aRedis({ port: redis.port })
  await waitFor(async () => expect((await client.get('/readyz')).body).to.deep.equal(allWell), 15_000)
  await goesOn(client, await client.signIn(admin))
  await real.stop()
  expect(
    server.complaints
      .join('')
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('warn ')),
  ).to.deep.equal([])
}

const allWell = { status: 'ok', database: 'ok', redis: 'ok' }

onRedis('malformed answers of Redis', () => {
  it('end no process on any connection: Redis is degraded, requests go on, a real Redis is found again', async () => {
    const startedAt = performance.now()
    // In parallel: most of the time is spent waiting for the next connection.
    const besieged = [await aBesiegedServer('at first'), await aBesiegedServer('later'), await aLostServer()]
    try {
      await Promise.all(besieged.map(outlast))
      const seconds = Math.round((performance.now() - startedAt) / 100) / 10
      console.log(
        `      ${5 * Object.keys(shapes).length + Object.keys(slotMaps).length} wrong answers in ${seconds} s`,
      )
      await Promise.all(besieged.slice(0, 2).map(recover))
    } finally {
      await Promise.all(besieged.map(({ redis }) => redis.close().catch(() => {})))
    }
  }).timeout(180_000)
})
