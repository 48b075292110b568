// A database that went back to an older state: detection, refusals meanwhile, and how `log advance` ends it.
import { expect } from 'chai'
import { compose } from '../../server/compose.js'
import { aClient, type Client, claimsOf } from '../support/client.js'
import { onEachEngine, onRedis } from '../support/engines.js'
import { aForge, changed } from '../support/forge.js'
import { waitFor } from '../support/mariadb.js'
import { aRedis } from '../support/redis.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'

const admin = { username: 'admin', password }
const sign = 'operator:test' as const
const nothing = { seen: 0, userIds: 1_000 }

function errorsIn({ logged }: TestServer): string[] {
  return logged.filter(line => line.startsWith('the database went back'))
}

async function expectStopped(client: Client, pair: { access: string; refresh: string }): Promise<void> {
  const answers = [
    await client.verify(pair.access),
    await client.get('/api/me/', pair.access),
    await client.refresh(pair.refresh),
    await client.post('/api/token/', admin),
    await client.post('/api/token/blacklist/', { refresh: pair.refresh }),
    await client.get('/readyz'),
  ]
  for (const { status, headers, body } of answers) {
    expect([status, body.code]).to.deep.equal([503, 'log_went_back'])
    expect(Number(headers.get('retry-after'))).to.be.above(0)
    expect(body.detail).to.include('darvoza log advance')
  }
  expect((await client.get('/healthz')).status).to.equal(200)
}

async function expectOver(client: Client, pair: { access: string; refresh: string }): Promise<void> {
  const verified = await client.verify(pair.access)
  expect([verified.status, verified.body.reason]).to.deep.equal([401, 'session_ended'])
  const refreshed = await client.refresh(pair.refresh)
  expect([refreshed.status, refreshed.body.reason]).to.deep.equal([401, 'session_ended'])
}

async function headOf({ composed }: TestServer) {
  const { revocationStore: revocations, database } = composed.parts.storage
  return revocations.head(database)
}

onEachEngine('a database that went back to an older state', engine => {
  it('is not inferred from an unsigned, absurd or expired token: it is refused, readyz stays 200', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const pair = await client.signIn(admin)
    const forge = aForge(server)
    const [header, , signature] = pair.access.split('.')
    const unsigned = `${header}.${Buffer.from(JSON.stringify(changed(pair.access, { rev: 9 }))).toString('base64url')}.${signature}`
    expect((await client.verify(unsigned)).body.reason).to.equal('token_signature')
    // Validly signed, but with a rev beyond any real log: it would leave the log no numbers.
    const absurd = forge.access(changed(pair.access, { rev: 2 ** 51 }))
    expect((await client.verify(absurd)).body.reason).to.equal('token_claims')
    // An expired token is refused with any rev.
    const expired = forge.access(changed(pair.access, { rev: 9, iat: 1, exp: 2 }))
    expect((await client.verify(expired)).status).to.equal(401)
    expect((await client.get('/readyz')).status).to.equal(200)
    expect((await headOf(server)).seenSeq).to.equal(0)
    expect(errorsIn(server)).to.deep.equal([])
  })

  it('is detected by a valid token with a newer rev: 503 log_went_back until the log is advanced', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const pair = await client.signIn(admin)
    const fromTheFuture = aForge(server).access(changed(pair.access, { rev: 500 }))
    const many = await Promise.all(Array.from({ length: 20 }, () => client.verify(fromTheFuture)))
    expect(new Set(many.map(answer => `${answer.status} ${answer.body.code}`))).to.deep.equal(
      new Set(['503 log_went_back']),
    )
    await expectStopped(client, pair)
    expect(errorsIn(server)).to.have.length(1)
    expect((await headOf(server)).seenSeq).to.equal(500)

    // A server that starts later refuses as well.
    const later = await aServer({ settings: server.settings, clock: server.clock, policy: null })
    await expectStopped(aClient(later), pair)

    const { after, seen, lost } = await server.composed.parts.tokens.logAdvance(nothing, sign)
    expect([seen, lost]).to.deep.equal([500, null])
    expect(after.seq).to.equal(500 + 2 ** 20)
    await settle(later.composed)
    for (const one of [server, later]) {
      expect((await aClient(one).get('/readyz')).status).to.equal(200)
      await expectOver(aClient(one), pair)
      await expectOver(aClient(one), { ...pair, access: fromTheFuture })
      const again = await aClient(one).signIn(admin)
      expect(claimsOf(again.access).rev).to.be.at.least(after.seq)
      expect((await aClient(one).refresh(again.refresh)).status).to.equal(200)
    }
    const [entry] = (await server.composed.parts.logs.revocationLog.page({ kind: 'all' }, { limit: 1 })).results
    expect(entry).to.deep.include({ kind: 'all', subject: '', effect: 'end', reason: 'log_advanced', actor: sign })
    expect((await server.composed.parts.logs.auditLog.verify()).broken).to.equal(null)
  })

  it('is detected by the position in memory, and ends by itself when only a lagging replica answered', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const pair = await client.signIn(admin)
    const {
      storage: { revocationStore: revocations },
      devices: { sessions },
      revocation: { tail },
    } = server.composed.parts
    const { database } = server.composed.parts.storage
    const old = await revocations.head(database)
    const real = revocations.head
    const doomed = await client.signIn(amy)
    await sessions.end(claimsOf(doomed.access).sid, amy.id, 'system')

    // Like a replica that does not have the end yet.
    revocations.head = async () => ({ ...old, held: null })
    await tail.readNow()
    await expectStopped(client, pair)
    revocations.head = real
    await tail.readNow()
    expect((await client.verify(pair.access)).status).to.equal(200)
    expect((await client.verify(doomed.access)).body.reason).to.equal('session_ended')
    expect((await client.get('/readyz')).status).to.equal(200)
    expect((await real(database)).seenSeq, 'the database itself had it all the time').to.equal(0)
    expect(errorsIn(server)).to.have.length(1)
  })

  it('is not reported when this process is merely behind the revocation log', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const {
      storage: { database },
      revocation: { tail },
    } = server.composed.parts
    const pair = await client.signIn(admin)
    // Committed by another process without a notification; its tokens arrive here at once.
    await database.write('UPDATE log_head SET seq = seq + 1')
    const [row] = await database.read<{ seq: number }>('SELECT seq FROM log_head')
    await database.write(
      `INSERT INTO revocation (seq, kind, subject, effect, except_sid, reason, actor, created_at, expires_at)
       VALUES (?, 'user', ?, 'end', NULL, 'all_ended', 'system', ?, ?)`,
      [row!.seq, String(amy.id), server.clock.now(), server.clock.now() + 3_600_000],
    )
    const newer = aForge(server).access(changed(pair.access, { rev: row!.seq }))
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.verify(newer)))
    expect(answers.map(answer => answer.status)).to.deep.equal(Array(10).fill(200))
    expect(tail.position).to.equal(row!.seq)
    expect(errorsIn(server)).to.deep.equal([])
  })

  it('is detected when another history has reached the same log number', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const [amy, pair] = [await server.aUser(), await client.signIn(admin)]
    const {
      storage: { database },
      devices: { sessions },
      revocation: { tail },
    } = server.composed.parts
    await sessions.endAll(amy.id, 'system')
    await database.write("UPDATE revocation SET subject = '999' WHERE seq = ?", [tail.position])
    await tail.readNow()
    await expectStopped(client, pair)
    // Further entries do not bring back the missing one.
    await database.write('UPDATE log_head SET seq = seq + 100')
    await tail.readNow()
    await expectStopped(client, pair)
    await server.composed.parts.tokens.logAdvance(nothing, sign)
    await expectOver(client, pair)
    await client.signIn(admin)
  })

  it('does not reuse lost user ids; log advance continues beyond the number given by the operator', async () => {
    const server = await aServer({ engine })
    const amy = await server.aUser()
    const { database } = server.composed.parts.storage
    // A counter below the ids in the table, as after a restore by hand.
    await database.write("UPDATE last_number SET value = 1 WHERE name = 'user'")
    const { after, lastUserId } = await server.composed.parts.tokens.logAdvance({ seen: 7_000_000, userIds: 50 }, sign)
    expect(after.seq).to.equal(7_000_000 + 2 ** 20)
    expect(lastUserId).to.equal(amy.id + 50)
    expect((await server.aUser()).id).to.equal(amy.id + 51)
  })

  it('still ends every token when the lost policy had a longer access token lifetime', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    await server.setPolicy({ access_token_lifetime: 86_400 })
    const { access, refresh } = await client.signIn(admin)
    // Like an older backup: the policy versions, and what the log head says of them.
    const {
      storage: { database },
      revocation: { tail },
    } = server.composed.parts
    await database.write('DELETE FROM policy_version WHERE version > 1')
    await database.write('UPDATE log_head SET access_lifetime = 60, horizon = 0, policy_version = 1')
    await tail.readNow()
    await server.composed.parts.tokens.logAdvance(nothing, sign)
    server.clock.advance('23h')
    await server.composed.jobs.runAll()
    await tail.readNow()
    expect((await client.verify(access)).status).to.equal(401)
    expect((await client.refresh(refresh)).status).to.equal(401)
    const restarted = await aServer({ settings: server.settings, clock: server.clock, policy: null })
    expect((await aClient(restarted).verify(access)).body.reason).to.equal('session_ended')
  })

  it('can be advanced repeatedly and concurrently, each time to a new log id', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const {
      tokens: { logAdvance },
      storage: { database },
      logs: { auditLog },
    } = server.composed.parts
    const first = await logAdvance(nothing, sign)
    const pair = await client.signIn(admin)
    const [one, two] = await Promise.all([logAdvance(nothing, sign), logAdvance(nothing, sign)])
    const logs = [first, one!, two!].map(({ after }) => after)
    expect(new Set(logs.map(log => log.logId)).size).to.equal(3)
    expect(Math.abs(one!.after.seq - two!.after.seq)).to.equal(2 ** 20)
    await settle(server.composed)
    await expectOver(client, pair)
    await client.signIn(admin)
    const entries = await database.read<{ seq: number }>("SELECT seq FROM revocation WHERE reason = 'log_advanced'")
    expect(entries).to.have.length(3)
    expect((await auditLog.verify()).broken).to.equal(null)
  })

  it('has its policy reloaded when another policy has the same version number', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const {
      storage: { database },
      revocation: { tail },
      policies: { policies },
    } = server.composed.parts
    await policies.set({ access_token_lifetime: 120 }, 'system', 'lost by the restore')
    const { version } = await policies.show()
    await tail.readNow()
    await database.write('UPDATE policy_version SET policy = ? WHERE version = ?', [
      ...[JSON.stringify({ password_cost: 4, access_token_lifetime: 240 }), version],
    ])
    await database.write('UPDATE log_head SET access_lifetime = 240')
    await server.composed.parts.tokens.logAdvance(nothing, sign)
    const { iat, exp } = claimsOf((await client.signIn(admin)).access)
    expect(exp - iat).to.equal(240)
  })
})

onRedis('a database that went back to an older state, with Redis', () => {
  it('is detected at startup by the log in Redis; log advance lists the lost entries', async () => {
    const redis = await aRedis()
    const server = await aServer({ redis: redis.url })
    const client = aClient(server)
    const [pair, amy] = [await client.signIn(admin), await server.aUser()]
    await server.composed.parts.people.users.disable(amy.id, 'system')
    const {
      storage: { database },
      revocation: { tail },
    } = server.composed.parts
    const { logId, position } = tail
    await waitFor(async () => expect(await redis.command('ZCARD', `{darvoza:${logId}}:log`)).to.equal(position))
    await server.close()

    const bare = await compose(server.settings, { log: { debug() {}, info() {}, warn() {}, error() {} } })
    await bare.parts.storage.database.write('DELETE FROM revocation WHERE seq = ?', [position])
    await bare.parts.storage.database.write('UPDATE log_head SET seq = seq - 1')
    await bare.close()
    const failure = await database.read('SELECT 1').then(
      () => null,
      (error: Error & { cause: Error }) => error,
    )
    expect(failure?.cause.message).to.contain('closed')

    const restarted = await aServer({ settings: server.settings, clock: server.clock, policy: null })
    await expectStopped(aClient(restarted), pair)
    const { seen, lost, after } = await restarted.composed.parts.tokens.logAdvance(nothing, sign)
    expect(seen).to.equal(position)
    expect(lost).to.have.length(1)
    expect(lost![0]).to.deep.include({ kind: 'user', subject: String(amy.id), reason: 'user_disabled' })
    await expectOver(aClient(restarted), pair)
    await aClient(restarted).signIn(admin)
    const { logId: next } = restarted.composed.parts.revocation.tail
    expect(next).to.equal(after.logId)
    await waitFor(async () => expect(await redis.command('ZCARD', `{darvoza:${next}}:log`)).to.equal(1))
  })
})
