// Feed of the revocation log for resource servers: authorization, events, ends of streams, limits and leases.
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { positionText, readPosition, readStretch } from '../../server/protocol/log/feed.js'
import { createProjection } from '../../server/protocol/log/projection.js'
import type { RevocableClaims } from '../../server/protocol/log/revocation.js'
import { aKeyOf } from '../support/api-keys.js'
import { aClient } from '../support/client.js'
import { aFeedReader, aFollower, closeFeedReaders, type FeedReader, renewLease, tokenOf } from '../support/feed.js'
import { aForge, changed } from '../support/forge.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'

const aToken = (jti: string): RevocableClaims => ({ rev: 0, jti, sub: '1', client_id: 'x', roles: [] })
const refuses = (reader: FeedReader, jti: string) => reader.projection().find(aToken(jti), '') !== null
const endOf = (reader: FeedReader) => reader.events.find(({ event }) => event === 'end')?.data as { code: string }

describe('revocation log feed', () => {
  let server: TestServer
  let token: string
  beforeEach(async () => {
    server = await aServer()
    ;({ token } = await aFollower(server))
  })
  afterEach(closeFeedReaders)

  const logOf = () => server.composed.parts.logs.revocationLog
  const revoke = async (subject: string) => {
    await logOf().add({ kind: 'token', subject, effect: 'end', why: '' }, 'system')
    return subject
  }
  const uuid = () => crypto.randomUUID()
  const here = () => {
    const { tail } = server.composed.parts.revocation
    return positionText({ log: tail.logId, seq: tail.position })
  }
  const atHead = (reader: FeedReader) => reader.until('all of it', () => reader.position() === here())
  const ended = (reader: FeedReader, code: string) => reader.until(code, () => endOf(reader)?.code === code)

  describe('authorization', () => {
    const paths = [
      ['GET', '/revocations'],
      ['GET', '/revocations/stream'],
      ['POST', '/revocations/lease'],
    ] as const
    const ask = (method: string, path: string, headers: Record<string, string>) =>
      aClient(server).send(method, path, {
        headers,
        ...(method === 'POST' && { json: { verifier: 'a', applied: '' } }),
      })

    it('refuses users, API keys and application tokens without scope revocations:read', async () => {
      const client = aClient(server)
      const { access } = await client.signIn({ username: 'admin', password })
      const forge = aForge(server)
      const { text: key } = await aKeyOf(server, 1, { scopes: ['darvoza:revocations:read'] })
      const other = await aFollower(server, 'without', { scope: 'darvoza:account' })
      const bearer = (text: string) => ({ Authorization: `Bearer ${text}` })
      const refused: [string, Record<string, string>, number, string][] = [
        ['nobody', {}, 401, 'not_authenticated'],
        ['a person', bearer(access), 403, 'insufficient_scope'],
        [
          'with the scope',
          bearer(forge.access(changed(access, { scope: 'revocations:read' }))),
          403,
          'insufficient_scope',
        ],
        [
          'of an application',
          bearer(forge.access(changed(access, { scope: 'revocations:read', client_id: 'shop-api' }))),
          403,
          'insufficient_scope',
        ],
        ['an own token without it', bearer(other.token), 403, 'insufficient_scope'],
        [
          'a longer word',
          bearer(forge.access(changed(token, { scope: 'revocations:readall x' }))),
          403,
          'insufficient_scope',
        ],
        ['for another', bearer(forge.access(changed(token, { aud: 'https://shop.example' }))), 401, 'token_audience'],
        ['a key', { Authorization: `Token ${key}` }, 401, 'not_authenticated'],
        ['a key as a token', bearer(key), 401, 'token_malformed'],
      ]
      for (const [who, headers, status, code] of refused)
        for (const [method, path] of paths) {
          const answer = await ask(method, path, headers)
          expect(answer.status, `${path} by ${who}`).to.equal(status)
          if (code !== 'not_authenticated') expect(answer.text, `${path} by ${who}`).to.include(code)
          if (status === 403) expect(answer.headers.get('www-authenticate')).to.include('scope="revocations:read"')
        }
      expect(server.composed.parts.revocation.feed.size()).to.equal(0)
    })

    it('allows no other origin by CORS', async () => {
      for (const [method, path] of paths) {
        const { status, headers } = await ask(method, path, { Origin: 'https://evil.example' })
        expect([status, headers.get('access-control-allow-origin')]).to.deep.equal([401, null])
      }
    })
  })

  it('answers 400 to an invalid verifier name, and HEAD without counting a reader', async () => {
    const bad = aFeedReader(server, token, { verifier: 'a b' })
    expect((await bad.opened).status).to.equal(400)
    await bad.closed
    expect(JSON.parse(bad.text())).to.have.keys('verifier')
    for (const path of ['/revocations', '/revocations/stream?verifier=a']) {
      const { status, headers, text } = await aClient(server).send('HEAD', path, { token })
      expect([status, headers.get('cache-control'), text], path).to.deep.equal([200, 'no-store, no-transform', ''])
    }
    expect(server.composed.parts.revocation.feed.size()).to.equal(0)
  })

  it('sends a new reader a reset with all entries, then each entry as it is committed', async () => {
    const early = await revoke(uuid())
    const reader = aFeedReader(server, token)
    const { status, headers } = await reader.opened
    expect([status, headers['content-type']]).to.deep.equal([200, 'text/event-stream'])
    expect(headers['cache-control']).to.equal('no-store, no-transform')
    expect(headers['x-accel-buffering']).to.equal('no')
    expect(headers['content-encoding']).to.equal(undefined)
    await atHead(reader)
    expect(reader.events[0]!.event).to.equal('reset')
    expect(refuses(reader, early)).to.equal(true)
    const late = await revoke(uuid())
    await reader.until('the entry', () => refuses(reader, late))
    expect(reader.events.at(-1)!.id).to.equal(here())
  })

  it('sends entries without usernames, actors and reasons', async () => {
    const amy = await server.aUser()
    await server.composed.parts.people.users.disable(amy.id, 'system')
    const reader = aFeedReader(server, token)
    await atHead(reader)
    const told = reader.events.flatMap(({ event, data }) =>
      event === 'log' ? (data as { entries: object[] }).entries : [],
    )
    expect(told.length).to.be.greaterThan(0)
    for (const entry of told)
      expect(Object.keys(entry)).to.deep.equal(['seq', 'kind', 'subject', 'effect', 'except_sid', 'expires_at'])
    expect(JSON.stringify(told)).to.not.include(amy.username).and.not.include('system')
  })

  it('resumes from the last position of a reader without repeating entries', async () => {
    const reader = aFeedReader(server, token)
    await atHead(reader)
    reader.close()
    const missed = [await revoke(uuid()), await revoke(uuid())]
    const next = aFeedReader(server, token, { from: reader })
    await atHead(next)
    expect(next.events.map(({ event }) => event)).to.deep.equal(['log', 'log'])
    for (const jti of missed) expect(refuses(next, jti)).to.equal(true)
    // Without new entries a reader gets a comment at once, which shows that it is connected.
    const idle = aFeedReader(server, token, { from: next })
    await idle.until('a sign', () => idle.comments.length > 0)
    expect(idle.events).to.deep.equal([])
  })

  it('starts with a reset for an invalid position or one of another log', async () => {
    for (const from of ['0123456789abcdef:1', 'garbage', `${here()}0000000000000000`]) {
      const reader = aFeedReader(server, token, { from })
      await reader.until('a reset', () => reader.events[0]?.event === 'reset')
      await reader.until('all of it', () => reader.events.some(({ id }) => id === here()))
    }
  })

  it('answers 503 log_went_back to a position ahead of the database, and stays ready', async () => {
    const { log, seq } = readPosition(here())!
    const reader = aFeedReader(server, token, { from: positionText({ log, seq: seq + 7 }) })
    expect((await reader.opened).status).to.equal(503)
    expect((await reader.opened).headers['retry-after']).to.equal('5')
    await reader.closed
    expect(reader.text()).to.include('log_went_back')
    // The position is not trusted as evidence: a reader of the log must not be able to stop the server.
    expect((await aClient(server).get('/readyz')).status).to.equal(200)
  })

  it('is available as one snapshot at /revocations, complete up to its position', async () => {
    const jti = await revoke(uuid())
    const { status, body, headers } = await aClient(server).get('/revocations', token)
    expect([status, positionText(body)]).to.deep.equal([200, here()])
    expect(headers.get('cache-control')).to.equal('no-store, no-transform')
    expect(body.now).to.equal(server.clock.now())
    const projection = createProjection()
    projection.apply(readStretch({ after: 0, upto: body.seq, entries: body.entries })!)
    expect(projection.find(aToken(jti), '')?.effect).to.equal('end')
  })

  describe('ends a stream with an error code', () => {
    const streams: [string, (of: { id: string; token: string }) => Promise<unknown>, string][] = [
      [
        'the application is disabled',
        ({ id }) => server.composed.parts.applications.applications.disable(id, 'system'),
        'application_disabled',
      ],
      [
        'it is ended by hand',
        ({ id }) => logOf().add({ kind: 'application', subject: id, effect: 'end', why: '' }, 'system'),
        'session_ended',
      ],
      [
        'everybody’s claims are stale',
        () => logOf().add({ kind: 'all', subject: '', effect: 'refresh', why: '' }, 'system'),
        'token_stale',
      ],
      [
        'its scope is taken',
        async ({ id }) =>
          server.composed.parts.applications.applications.change(
            id,
            { metadata: { grant_types: ['client_credentials'], scope: '' } },
            'system',
          ),
        'token_stale',
      ],
      [
        'its secret is rotated',
        ({ id }) => server.composed.parts.applications.secretChanges.rotate(id, { overlapSeconds: 0 }, 'system'),
        'token_stale',
      ],
      [
        'its token is revoked',
        async of => revoke(JSON.parse(Buffer.from(of.token.split('.')[1]!, 'base64url').toString()).jti),
        'token_revoked',
      ],
    ]
    for (const [what, act, code] of streams)
      it(`once ${what}`, async () => {
        const follower = await aFollower(server, `of-${code}-${what.length}`)
        const { token: bystander } = await aFollower(server, `by-${what.length}`)
        const [reader, other] = [aFeedReader(server, follower.token), aFeedReader(server, bystander)]
        await Promise.all([atHead(reader), atHead(other)])
        await act(follower)
        await ended(reader, code)
        await reader.closed
        if (!what.startsWith('everybody')) {
          await atHead(other)
          expect(endOf(other)).to.equal(undefined)
        }
        // The same token is refused when the reader connects again.
        const again = aFeedReader(server, follower.token, { from: reader })
        expect((await again.opened).status).to.equal(401)
      })

    it('once its token has expired', async () => {
      const { id, secret } = await aFollower(server, 'of-expiry')
      const reader = aFeedReader(server, await tokenOf(server, id, secret))
      await atHead(reader)
      server.clock.advance('59m')
      await settle(server.composed)
      const later = aFeedReader(server, await tokenOf(server, id, secret))
      await atHead(later)
      server.clock.advance('1m')
      await ended(reader, 'token_expired')
      expect(endOf(later)).to.equal(undefined)
      ;({ token } = await aFollower(server, 'after-expiry'))
    })

    it('once its signing key is revoked', async () => {
      const own = await aServer()
      const reader = aFeedReader(own, (await aFollower(own)).token)
      await reader.until('a position', () => reader.position())
      const { keyRing } = own.composed.parts.keys
      const key = (await keyRing.list()).find(({ state, algorithm }) => state === 'active' && algorithm === 'ES256')!
      await keyRing.revoke(key.kid, 'system')
      await ended(reader, 'token_key_revoked')
    })
  })

  describe('limits the number of streams', () => {
    it('per application and in total; a new stream replaces that of the same verifier name', async () => {
      const own = await aServer({ ports: { feedLimits: { ofOne: 2, all: 3 } } })
      const [one, other] = [await aFollower(own, 'one'), await aFollower(own, 'other')]
      const open = async (token: string, verifier: string) => {
        const reader = aFeedReader(own, token, { verifier })
        const { status, headers } = await reader.opened
        return { reader, status, retry: headers['retry-after'] }
      }
      const first = await open(one.token, 'a')
      await open(one.token, 'b')
      expect(await open(one.token, 'c')).to.include({ status: 429, retry: '10' })
      expect((await open(one.token, 'a')).status).to.equal(200)
      await ended(first.reader, 'too_many_streams')
      const third = await open(other.token, 'a')
      expect(third.status, 'a name of another application').to.equal(200)
      expect(await open(other.token, 'b')).to.include({ status: 503, retry: '5' })
      expect((await aClient(own).get('/revocations', other.token)).status).to.equal(503)
      third.reader.close()
      await third.reader.closed
      await own.composed.parts.revocation.tail.readNow()
      const { feed } = own.composed.parts.revocation
      while (feed.size() > 2) await new Promise(resolve => setImmediate(resolve))
      expect((await open(other.token, 'b')).status).to.equal(200)
    })
  })

  it('ends with code stopping when the server stops, and answers new readers with 503', async () => {
    const own = await aServer()
    const { token: follower } = await aFollower(own)
    const reader = aFeedReader(own, follower)
    await reader.until('a position', () => reader.position())
    own.composed.leave()
    await ended(reader, 'stopping')
    await reader.closed
    const late = aFeedReader(own, follower)
    expect((await late.opened).status).to.equal(503)
    expect(own.logged.filter(line => line.startsWith('a reader of the revocation log disconnected'))).to.have.length(1)
  })

  it('cuts off a reader that reads nothing for 30 s, and sends idle readers a comment every 15 s', async () => {
    let ahead = 0
    const own = await aServer({
      ports: {
        clocks: { wall: Date.now, uptime: () => performance.now(), monotonic: () => performance.now() + ahead },
      },
    })
    const { token: follower } = await aFollower(own)
    const [dead, quick] = [aFeedReader(own, follower, { verifier: 'dead' }), aFeedReader(own, follower)]
    await Promise.all([dead, quick].map(reader => reader.until('a position', () => reader.position())))
    dead.pause()
    const { tail, feed } = own.composed.parts.revocation
    // Entries as from another server, more than all buffers on the way can hold.
    tail.stop()
    for (let round = 0; round < 12; round++) {
      const after = tail.position
      const entries = Array.from({ length: 1_000 }, (_, index) => {
        const subject = `${after + index} ${'.'.repeat(900)}`
        const about = { kind: 'token', effect: 'end', exceptSid: null, reason: '', expiresAt: 5e12 } as const
        return { ...about, seq: after + 1 + index, subject }
      })
      tail.applyRemote({ after, upto: after + 1_000, entries })
      await quick.until('all of it', () => quick.seq() === tail.position)
    }
    const heard = quick.comments.length
    ahead += 15_000
    await quick.until('a sign', () => quick.comments.length > heard)
    expect(feed.size()).to.equal(2)
    ahead += 15_000
    await quick.until('the dead one is gone', () => feed.size() === 1)
    expect(
      own.logged.filter(line => line.includes('the reader has stalled') && line.includes('"dead"')),
    ).to.have.length(1)
    expect(quick.comments.length).to.be.at.least(heard + 1)
  })

  describe('leases', () => {
    it('are refused with 400 and the name of the invalid member', async () => {
      const good = { verifier: 'shop-1', applied: here() }
      const wrong: [object, string][] = [
        [{ ...good, verifier: undefined }, 'verifier'],
        [{ ...good, verifier: '' }, 'verifier'],
        [{ ...good, verifier: 'a/b' }, 'verifier'],
        [{ ...good, verifier: 'a'.repeat(101) }, 'verifier'],
        [{ ...good, verifier: ['a'] }, 'verifier'],
        [{ ...good, applied: undefined }, 'applied'],
        [{ ...good, applied: '17' }, 'applied'],
        [{ ...good, applied: 'xyz:1' }, 'applied'],
        [{ ...good, applied: `${here()}.5` }, 'applied'],
        [{ ...good, version: 'v'.repeat(101) }, 'version'],
        [{ ...good, keys_fetched_at: 'soon' }, 'keys_fetched_at'],
        [{ ...good, keys_fetched_at: -1 }, 'keys_fetched_at'],
      ]
      for (const [json, member] of wrong) {
        const { status, body } = await renewLease(server, token, json)
        expect([status, Object.keys(body)], JSON.stringify(json)).to.deep.equal([400, [member]])
      }
    })

    it('last two seconds and return the log position, read from the database after the request', async () => {
      // Unknown members, as of a newer verifier, are ignored.
      const more = { version: '1.2.3', keys_fetched_at: 1_767_600_000, later: true }
      const { storage, revocation } = server.composed.parts
      const { position, logId } = revocation.tail
      const { status, body } = await renewLease(server, token, { verifier: 'shop-1', applied: '', ...more })
      expect([status, body]).to.deep.equal([
        200,
        { log: logId, seq: position, now: server.clock.now(), lease_ms: 2_000 },
      ])
      // As if another process had committed, which this process has not read yet.
      await storage.database.write('UPDATE log_head SET seq = seq + 1 WHERE id = 1', [])
      expect((await renewLease(server, token, { verifier: 'shop-1', applied: here() })).body.seq).to.equal(position + 1)
    })

    it('share at most eight database reads among 40 concurrent requests', async () => {
      const { database } = server.composed.parts.storage
      const { read } = database
      let heads = 0
      Object.assign(database, {
        async read(sql: string, values: never) {
          if (!sql.includes('FROM log_head')) return read(sql, values)
          heads++
          await pause(100)
          return read(sql, values)
        },
      })
      const asked = Array.from({ length: 40 }, (_, index) => {
        return renewLease(server, token, { verifier: `v${index}`, applied: here() })
      })
      expect((await Promise.all(asked)).map(({ status }) => status)).to.deep.equal(Array(40).fill(200))
      expect(heads).to.be.within(1, 8)
    })

    it('are refused with 503 and Retry-After while the database does not answer', async () => {
      const { database } = server.composed.parts.storage
      const { read } = database
      const held = Object.assign(database, {
        read: (sql: string, values: never) =>
          sql.includes('FROM log_head') ? new Promise<never>(() => {}) : read(sql, values),
      })
      const { status, body, headers } = await renewLease(server, token, { verifier: 'a', applied: '' })
      expect([status, body.code, headers.get('retry-after')]).to.deep.equal([503, 'database_unavailable', '1'])
      held.read = read
    })

    it('are refused with 503 log_went_back for an applied position ahead of the database', async () => {
      const { log, seq } = readPosition(here())!
      const ahead = { verifier: 'a', applied: positionText({ log, seq: seq + 1 }) }
      const { status, body, headers } = await renewLease(server, token, ahead)
      expect([status, body.code, headers.get('retry-after')]).to.deep.equal([503, 'log_went_back', '5'])
      // A position in another log says nothing about this one.
      const other = { verifier: 'a', applied: positionText({ log: 'ab', seq: seq + 1 }) }
      expect((await renewLease(server, token, other)).status).to.equal(200)
      expect((await aClient(server).get('/readyz')).status).to.equal(200)
    })
  })
})
