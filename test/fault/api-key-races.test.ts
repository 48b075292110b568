// Races of an API key against its end or its user's loss of a right. The audit log shows the order in which changes
// were committed: no change by the key follows the entry that ended it.
import { expect } from 'chai'
import type { Actor } from '../../server/policy/actor.js'
import { Refusal } from '../../server/protocol/errors.js'
import { aKeyOf, byKey } from '../support/api-keys.js'
import { aClient } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, type TestServer } from '../support/server.js'

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve))
}

type Entry = { seq: number; action: string; after_json: string | null }

/** Audit entries in the order of their commits. */
const auditOf = ({ composed }: TestServer) =>
  composed.parts.storage.database.read<Entry>('SELECT seq, action, after_json FROM audit_entry ORDER BY seq')

/** How many changes by a key were committed before the last entry of an action, and after it. */
async function changesAround(server: TestServer, id: string, action: string) {
  const entries = await auditOf(server)
  const at = entries.findLast(entry => entry.action === action)!.seq
  const byThisKey = entries.filter(entry => entry.after_json?.includes(`"by_api_key":"${id}"`))
  return {
    before: byThisKey.filter(({ seq }) => seq < at).length,
    behind: byThisKey.filter(({ seq }) => seq > at).length,
  }
}

onEachEngine('requests with an API key while the key ends', engine => {
  // Real races, on a machine that may be busy.
  const patience = 60_000

  const ends: Record<string, (server: TestServer, userId: number, id: string) => Promise<unknown>> = {
    api_key_ended: ({ composed }, userId, id) => composed.parts.apiKeys.apiKeys.end(id, userId, 'system'),
    user_disabled: ({ composed }, userId) => composed.parts.people.users.disable(userId, 'system'),
    password_reset: ({ composed }, userId) =>
      composed.parts.people.users.setPassword(userId, 'an even newer one 78', 'system'),
  }
  for (const [action, end] of Object.entries(ends)) {
    it(`${action}: no request begun after its answer succeeds, and no change is committed after it`, async () => {
      const server = await aServer({ engine, policy: { api_key_requests_per_minute: 0 } })
      const client = aClient(server)
      let before = 0
      for (let trial = 0; trial < 2; trial++) {
        const amy = await server.aUser()
        const { key, text } = await aKeyOf(server, amy.id, { scopes: ['darvoza:account'] })
        const { get, send } = byKey(client, text)
        let isOver = false
        const requests = Array.from({ length: 50 }, async (_, index) => {
          await turns(index * 4)
          const late = isOver
          const change = index % 3 === 0
          const { status } = change
            ? await send('PATCH', '/api/me/', { first_name: `Amelia ${index}` })
            : await get('/api/me/')
          return { late, status, change }
        })
        const ending = turns(40 + 20 * trial).then(async () => {
          await end(server, amy.id, key.id)
          isOver = true
        })
        const answers = await Promise.all(requests)
        await ending
        answers.push(
          ...(await Promise.all(
            Array.from({ length: 10 }, async () => ({
              late: true,
              status: (await get('/api/me/')).status,
              change: false,
            })),
          )),
        )
        expect(answers.filter(({ late, status }) => late && status !== 401)).to.deep.equal([])
        expect(answers.filter(({ status }) => status !== 200 && status !== 401)).to.deep.equal([])
        const around = await changesAround(server, key.id, action)
        expect(around.behind).to.equal(0)
        expect(around.before).to.equal(answers.filter(({ change, status }) => change && status === 200).length)
        before += around.before
      }
      expect(before, 'some were in time').to.be.above(0)
    }).timeout(patience)
  }

  it("no change is committed after the user's role with the required permission was removed", async () => {
    const server = await aServer({ engine, policy: { api_key_requests_per_minute: 0 } })
    const client = aClient(server)
    const { users } = server.composed.parts.people
    const results = { made: 0, refused: 0 }
    for (let trial = 0; trial < 2; trial++) {
      const administrator = await server.aUser({ roles: ['admin'] })
      const { key, text } = await aKeyOf(server, administrator.id, { scopes: ['darvoza:users:write'] })
      const { post } = byKey(client, text)
      const requests = Array.from({ length: 20 }, async (_, index) => {
        await turns(index * 5)
        return post('/api/admin/users', { username: `made-${trial}-${index}` })
      })
      const taking = turns(30 + 15 * trial).then(() => users.setRoles(administrator.id, ['support'], 'system'))
      const answers = await Promise.all(requests)
      await taking
      const { before, behind } = await changesAround(server, key.id, 'roles_changed')
      expect(behind).to.equal(0)
      expect(before).to.equal(answers.filter(({ status }) => status === 201).length)
      const refused = answers.filter(({ status }) => status !== 201)
      for (const { status } of refused) expect(status).to.equal(403)
      results.made += before
      results.refused += refused.length
    }
    expect(results.refused).to.be.above(0)
  }).timeout(patience)

  it('the credential is judged again inside the transaction of a change', async () => {
    const server = await aServer({ engine })
    const { users } = server.composed.parts.people
    const administrator = await server.aUser({ roles: ['admin'] })
    const other = await server.aUser()
    const scopes = ['darvoza:users:write']
    const { key } = await aKeyOf(server, administrator.id, { scopes })
    const brief = await aKeyOf(server, administrator.id, { scopes, expiresIn: 3_600_000 })
    const origin = { address: '192.0.2.1', userAgent: 'test', requestId: 'test' }
    const credential = { apiKeyId: key.id, permission: 'darvoza:users:write', recent: false, ceiling: scopes } as const
    const actor: Actor = { name: `user:${administrator.id}`, origin, credential }
    const change = (by: Actor = actor) =>
      users.update(other.id, { firstName: 'Amelia' }, by).then(
        () => 'done',
        (error: unknown) => (error instanceof Refusal ? error.code : error),
      )
    expect(await change()).to.equal('done')
    expect(await change({ ...actor, credential: { ...credential, recent: true } })).to.equal('api_key_not_elevated')
    expect(await change({ ...actor, credential: { ...credential, permission: null } })).to.equal('api_key_scope')
    expect(await change({ ...actor, name: 'user:1' }), 'another one’s key').to.equal('api_key_unknown')
    await users.setRoles(administrator.id, [], 'system')
    expect(await change()).to.equal('permission_denied')
    await users.setRoles(administrator.id, ['admin'], 'system')
    const { userStore, database } = server.composed.parts.storage
    await userStore.update(database, administrator.id, { mustChangePassword: true })
    expect(await change()).to.equal('password_change_required')
    await userStore.update(database, administrator.id, { mustChangePassword: false })
    const byBrief = { ...actor, credential: { ...credential, apiKeyId: brief.key.id } }
    expect(await change(byBrief)).to.equal('done')
    server.clock.advance('1h')
    expect(await change(byBrief)).to.equal('api_key_expired')
    expect(await change()).to.equal('done')
    await users.setPassword(administrator.id, 'an even newer one 78', 'system')
    expect(await change()).to.equal('api_key_ended')
    await users.disable(administrator.id, 'system')
    expect(await change()).to.equal('user_inactive')
  })
})
