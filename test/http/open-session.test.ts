import { expect } from 'chai'
import type { Evidence } from '../../server/identity/sign-in/open-session.js'
import { EvidenceOutdated } from '../../server/identity/sign-in/open-session.js'
import { Refusal, refuse } from '../../server/protocol/errors.js'
import type { Queries } from '../../server/storage/database.js'
import { passwordGrant } from '../../server/storage/session-rows.js'
import { aClient, claimsOf } from '../support/client.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer, settle, type TestServer } from '../support/server.js'
import { devicesOf, sessionsOf } from '../support/sessions.js'

const origin = { address: '192.0.2.7', userAgent: 'a device that polls', requestId: 'r1' }

onEachEngine('opening a session on evidence', engine => {
  it('is refused, and writes nothing, when the evidence no longer holds', async () => {
    const { server, open, id } = await aHouse(engine)
    expect(await outcome(open({ stillHolds: async () => false }))).to.equal('outdated')
    expect(await outcome(open({ stillHolds: refusesAfter(marked) }))).to.equal('not_found')
    expect(await marks(server), 'what it wrote before').to.equal(0)
    expect(await written(server, id)).to.deep.equal({ sessions: 0, devices: 0, entries: 0 })
  })

  it('is refused for an unknown or disabled user, and for a disabled application', async () => {
    const { server, open, id } = await aHouse(engine)
    expect(await outcome(open({ userId: 4_711 }))).to.equal('outdated')
    await server.composed.parts.people.users.disable(id, 'system')
    expect(await outcome(open({ seq: await seqOf(server) }))).to.equal('outdated')
    await server.composed.parts.people.users.enable(id, 'system')
    const { database } = server.composed.parts.storage
    await database.write("UPDATE application SET active = ? WHERE id = 'darvoza'", [false])
    expect(await outcome(open({ seq: await seqOf(server) }))).to.equal('application_disabled')
    expect((await written(server, id)).sessions).to.equal(0)
  })

  it('is refused when all sessions were ended after the credential was checked', async () => {
    const { server, open, id } = await aHouse(engine)
    const seq = await seqOf(server)
    await server.composed.parts.devices.sessions.endAll(id, 'system')
    expect(await outcome(open({ seq, stillHolds: marked }))).to.equal('outdated')
    expect(await marks(server), 'what the evidence wrote').to.equal(0)
    expect(await outcome(open({ seq: await seqOf(server) }))).to.equal('opened')
  })

  it('succeeds once when the same evidence is spent 12 times concurrently', async () => {
    const { server, open, id } = await aHouse(engine)
    await marked(server.composed.parts.storage.database)
    const spends = async (tx: Queries) => (await tx.write("DELETE FROM last_number WHERE name = 'mark'")) === 1
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => outcome(open({ stillHolds: spends }))))
    expect(outcomes.filter(one => one === 'opened')).to.have.length(1)
    expect(outcomes.filter(one => one === 'outdated')).to.have.length(11)
    expect((await written(server, id)).sessions).to.equal(1)
  })

  it('reads a policy change of another process, and applies it to the session', async () => {
    const { server, open } = await aHouse(engine)
    const second = await aServer({ settings: server.settings, policy: null, clock: server.clock })
    await second.composed.parts.policies.policies.set({ access_token_lifetime: 120 }, 'system', 'test')
    const { standing, eras } = await open({})
    expect(eras.of(standing.session).access_token_lifetime).to.equal(120)
  })

  it('stores time and log number of the credential check, and its tokens are accepted', async () => {
    const { server, open, id } = await aHouse(engine)
    const seq = await seqOf(server)
    const authenticatedAt = server.clock.now()
    server.clock.advance('3m')
    await settle(server.composed)
    const { standing, eras, issuedAt } = await open({ seq, authenticatedAt })
    expect(standing.session).to.include({ userId: id, seq, authenticatedAt, address: origin.address })
    const { issue } = server.composed.parts.tokens
    const access = issue.accessOf(standing, issuedAt, eras.of(standing.session)).token
    expect(claimsOf(access)).to.include({ auth_time: Math.floor(authenticatedAt / 1000), sid: standing.session.id })
    const client = aClient(server)
    expect((await client.verify(access)).status).to.equal(200)
    const refreshed = await client.refresh(issue.refresh(standing.session, standing.user.username))
    expect(refreshed.status).to.equal(200)
  })

  it('returns the user with roles and permissions', async () => {
    const { server, open, id } = await aHouse(engine)
    const { roles, users } = server.composed.parts.people
    await roles.create('clerk', ['orders:read'], 'system')
    await users.setRoles(id, ['clerk', 'support'], 'system')
    await users.setPermissions(id, ['orders:write'], 'system')
    const { user } = (await open({ seq: await seqOf(server) })).standing
    expect(user).to.deep.equal(
      await server.composed.parts.storage.userStore.find(server.composed.parts.storage.database, id),
    )
    expect(user.allPermissions).to.include.members(['orders:read', 'orders:write', 'darvoza:users:read'])
  })
})

async function aHouse(engine: Engine) {
  const server = await aServer({ engine })
  const { id } = await server.aUser({ username: 'amy' })
  const { openSession } = server.composed.parts.signIn
  const seq = await seqOf(server)
  const open = (changes: Partial<Evidence>) => {
    const evidence: Evidence = {
      userId: id,
      seq,
      authenticatedAt: server.clock.now(),
      stillHolds: async () => true,
      ...changes,
    }
    return openSession(evidence, 'darvoza', { device: { deviceProof: null }, origin, grant: passwordGrant })
  }
  return { server, id, open }
}

/** The log's number, as it is read before a credential is checked. */
async function seqOf({ composed }: TestServer): Promise<number> {
  const { revocationStore, database } = composed.parts.storage
  return (await revocationStore.head(database)).seq
}

async function outcome(opening: Promise<unknown>): Promise<string> {
  try {
    await opening
    return 'opened'
  } catch (error) {
    if (error instanceof EvidenceOutdated) return 'outdated'
    if (error instanceof Refusal) return error.code
    throw error
  }
}

/** Writes a row, as evidence may when it is used. */
async function marked(tx: Queries): Promise<boolean> {
  await tx.write("INSERT INTO last_number (name, value) VALUES ('mark', 1)")
  return true
}

const refusesAfter = (work: (tx: Queries) => Promise<unknown>) => async (tx: Queries) => {
  await work(tx)
  throw refuse('not_found')
}

async function marks({ composed }: TestServer): Promise<number> {
  return (await composed.parts.storage.database.read("SELECT name FROM last_number WHERE name = 'mark'")).length
}

/** How many rows opening a session has written. */
async function written(server: TestServer, userId: number) {
  const entries = await server.composed.parts.storage.database.read<{ seq: number }>(
    "SELECT seq FROM audit_entry WHERE action = 'signed_in'",
  )
  return {
    sessions: (await sessionsOf(server, userId)).length,
    devices: (await devicesOf(server, userId)).length,
    entries: entries.length,
  }
}
