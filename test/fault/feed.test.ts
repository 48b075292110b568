// The revocation feed over real connections: concurrent readers, several servers, an nginx proxy with default settings,
// and the stop of the real program.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { positionText } from '../../server/protocol/log/feed.js'
import type { RevocableClaims } from '../../server/protocol/log/revocation.js'
import { aClient } from '../support/client.js'
import { aFolder, onMariaDb, onRedis } from '../support/engines.js'
import { aFeedReader, aFollower, closeFeedReaders, type FeedReader, tokenOf } from '../support/feed.js'
import { ended, freePort, waitFor } from '../support/mariadb.js'
import { anNginxProxy, onNginxProxy, stopNginxProxies } from '../support/nginx-proxy.js'
import { aRedis } from '../support/redis.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { tied } from '../support/tied.js'

const aToken = (jti: string): RevocableClaims => ({ rev: 0, jti, sub: '1', client_id: 'x', roles: [] })
const refuses = (reader: FeedReader, jti: string) => reader.projection().find(aToken(jti), '') !== null

async function revoke({ composed }: TestServer): Promise<string> {
  const jti = crypto.randomUUID()
  await composed.parts.logs.revocationLog.add({ kind: 'token', subject: jti, effect: 'end', why: '' }, 'system')
  return jti
}

const here = ({ composed }: TestServer) => {
  const { logId, position } = composed.parts.revocation.tail
  return positionText({ log: logId, seq: position })
}

/** Many entries at once, as if committed by another server. */
async function fill({ composed }: TestServer, count: number): Promise<void> {
  const { database, revocationStore } = composed.parts.storage
  await database.transaction(async tx => {
    const { seq } = await revocationStore.raise(tx, count)
    const about = { kind: 'token', effect: 'end', exceptSid: null, reason: '', expiresAt: 5e12 } as const
    for (let at = 0; at < count; at += 500)
      await revocationStore.insertAll(
        tx,
        Array.from({ length: Math.min(500, count - at) }, (_, index) => {
          const number = seq - count + 1 + at + index
          return { ...about, seq: number, subject: `filled-${number}`, actor: 'system', createdAt: 1 }
        }),
      )
  })
  await composed.parts.revocation.tail.readNow()
}

describe('the revocation feed under concurrency', () => {
  afterEach(closeFeedReaders)

  it('50 readers that connect, disconnect and resume during writes miss no entry', async () => {
    const server = await aServer({ ports: { feedLimits: { ring: 60 } } })
    const { token } = await aFollower(server)
    // Two pages, so that entries are written while the snapshot from the beginning is sent.
    await fill(server, 4_200)
    const revoked: string[] = []
    const writing = Array.from({ length: 3 }, async () => {
      for (let count = 0; count < 50; count++) revoked.push(await revoke(server))
    })
    const readers = Array.from({ length: 50 }, async (_, index) => {
      await pause(index * 20)
      let reader = aFeedReader(server, token)
      for (let round = 0; round < index % 3; round++) {
        // At any instant, also during the snapshot.
        await pause(7 * ((index + round) % 11))
        reader.close()
        await reader.closed
        reader = aFeedReader(server, token, { from: reader })
      }
      return reader
    })
    const [all] = await Promise.all([Promise.all(readers), Promise.all(writing)])
    expect(revoked).to.have.length(150)
    for (const reader of all) {
      await reader.until('all of it', () => reader.position() === here(server))
      expect(revoked.filter(jti => !refuses(reader, jti))).to.deep.equal([])
      expect(reader.projection().size()).to.equal(4_350)
    }
  }).timeout(60_000)

  it('a reader that stops reading is cut off, and the other readers are not delayed', async () => {
    const server = await aServer({ ports: { feedLimits: { ring: 2_000 } } })
    const { token } = await aFollower(server)
    const [slow, quick] = [aFeedReader(server, token), aFeedReader(server, token)]
    await Promise.all([slow, quick].map(reader => reader.until('a position', () => reader.position())))
    slow.pause()
    const { tail, feed } = server.composed.parts.revocation
    // As from another server, and more than the buffers of the connection hold.
    tail.stop()
    const about = { kind: 'token', effect: 'end', exceptSid: null, reason: '', expiresAt: 5e12 } as const
    for (let round = 0; round < 60; round++) {
      const after = tail.position
      const entries = Array.from({ length: 1_000 }, (_, index) => ({
        ...about,
        seq: after + 1 + index,
        subject: `one of many, with a long name, ${'.'.repeat(60)} ${after + index}`,
      }))
      expect(tail.applyRemote({ after, upto: after + 1_000, entries })).to.equal(true)
      await quick.until('all of it', () => quick.position() === here(server))
    }
    expect(feed.size()).to.equal(2)
    slow.resume()
    await slow.closed
    expect(slow.position()).to.not.equal(here(server))
    expect(feed.size()).to.equal(1)
  }).timeout(60_000)
})

onMariaDb('the revocation feed of two servers', engine => {
  afterEach(closeFeedReaders)

  onRedis('with a Redis channel between them', () => {
    it('a reader at one server gets what was committed at the other, without a database read', async () => {
      const redis = await aRedis()
      const server = await aServer({ engine, redis: redis.url })
      const other = await aServer({ settings: server.settings, clock: server.clock })
      const { token } = await aFollower(server)
      const reader = aFeedReader(other, token)
      await reader.until('a position', () => reader.position())
      for (const one of [server, other])
        await waitFor(async () => expect((await aClient(one).get('/readyz')).body.redis).to.equal('ok'))
      other.composed.parts.revocation.tail.stop()
      const { database } = other.composed.parts.storage
      Object.assign(database, { read: () => Promise.reject(new Error('asked')) })
      const revoked = await Promise.all(Array.from({ length: 20 }, () => revoke(server)))
      for (const jti of revoked) await reader.until('the entry', () => refuses(reader, jti))
    })
  })

  it('a reader resumes at the other server, also from a position that server has not read yet', async () => {
    const server = await aServer({ engine })
    const other = await aServer({ settings: server.settings, clock: server.clock })
    const { token } = await aFollower(server)
    const reader = aFeedReader(server, token)
    await reader.until('a position', () => reader.position())
    for (let round = 0; round < 5; round++) {
      const jti = await revoke(server)
      await reader.until('the entry', () => refuses(reader, jti))
      const next = aFeedReader(round % 2 === 0 ? other : server, token, { from: reader })
      expect((await next.opened).status, 'ahead of who it comes to').to.equal(200)
      await next.until('a sign', () => next.comments.length > 0)
      expect(next.events.map(({ event }) => event)).to.not.include('reset')
      next.close()
    }
  })

  it('a log advance makes the feed send reset, and end with code session_ended', async () => {
    const server = await aServer({ engine })
    const { token } = await aFollower(server)
    const reader = aFeedReader(server, token)
    await reader.until('a position', () => reader.position())
    const before = server.composed.parts.revocation.tail.logId
    await server.composed.parts.tokens.logAdvance({ seen: 0, userIds: 0 }, 'system')
    await server.composed.parts.revocation.tail.readNow()
    await reader.closed
    expect(reader.events.slice(-2).map(({ event }) => event)).to.deep.equal(['reset', 'end'])
    expect(reader.events.at(-1)!.data).to.deep.equal({ code: 'session_ended' })
    expect(server.composed.parts.revocation.tail.logId).to.not.equal(before)
  })
})

onNginxProxy('the revocation feed behind a reverse proxy with default settings', () => {
  afterEach(async () => {
    closeFeedReaders()
    await stopNginxProxies()
  })

  it('entries arrive within a second and completely, and so do a resumed feed and its end', async () => {
    const server = await aServer()
    const { id, token } = await aFollower(server)
    await fill(server, 10_000)
    const proxy = await anNginxProxy(server.url)
    const reader = aFeedReader(proxy, token)
    await reader.until('all of it', () => reader.position() === here(server))
    expect(reader.projection().size()).to.equal(10_000)
    for (let round = 0; round < 5; round++) {
      const jti = await revoke(server)
      const begun = performance.now()
      await reader.until('the entry', () => refuses(reader, jti))
      expect(performance.now() - begun).to.be.lessThan(1_000)
    }
    const resumed = aFeedReader(proxy, token, { from: reader })
    await resumed.until('a sign', () => resumed.comments.length > 0)
    expect(resumed.events).to.deep.equal([])
    const once = await fetch(`${proxy.url}/revocations`, { headers: { Authorization: `Bearer ${token}` } })
    expect(((await once.json()) as { entries: unknown[] }).entries).to.have.length(10_005)
    await server.composed.parts.applications.applications.disable(id, 'system')
    await Promise.all([reader.closed, resumed.closed])
    expect(reader.events.at(-1)!.data).to.deep.equal({ code: 'application_disabled' })
  })
})

describe('the revocation feed of the real program', () => {
  afterEach(closeFeedReaders)

  it('ends with code stopping at SIGTERM, and the stop waits for no reader', async () => {
    const [port, folder] = [await freePort(), aFolder()]
    const secret = 'a secret of the file that is long enough'
    const shop = {
      ...{ client_id: 'shop-api', client_name: 'Shop', client_secret: secret, kind: 'machine' },
      ...{ grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic' },
      scope: 'revocations:read',
    }
    const applications = join(folder, 'applications.json')
    writeFileSync(applications, JSON.stringify([shop]))
    const main = fileURLToPath(new URL('../../server/main.js', import.meta.url))
    const child = spawn(...tied(process.execPath, [main]), {
      cwd: folder,
      stdio: 'ignore',
      env: {
        ...{ PATH: process.env.PATH, PORT: String(port), DATA_DIR: folder },
        ...{ ADMIN_PASSWORD: password, APPLICATIONS_FILE: applications },
      },
    })
    try {
      const server = { url: `http://127.0.0.1:${port}` }
      await waitFor(async () => expect((await fetch(`${server.url}/readyz`)).status).to.equal(200))
      const token = await tokenOf(server, 'shop-api', secret)
      const readers = Array.from({ length: 20 }, () => aFeedReader(server, token))
      await Promise.all(readers.map(reader => reader.until('a position', () => reader.position())))
      // One reader that stops reading.
      const [silent, ...others] = readers
      silent!.pause()
      const begun = performance.now()
      const gone = ended(child, 'SIGTERM')
      await Promise.all(others.map(({ closed }) => closed))
      for (const { events } of others) expect(events.at(-1)).to.include({ event: 'end' })
      for (const { events } of others) expect(events.at(-1)!.data).to.deep.equal({ code: 'stopping' })
      await gone
      expect(child.exitCode).to.equal(0)
      // A stop waits up to ten seconds for unfinished answers.
      expect(performance.now() - begun).to.be.lessThan(5_000)
    } finally {
      await ended(child, 'SIGKILL')
    }
  }).timeout(60_000)
})
