// Bulk actions of the admin API: what a preview promises, what its run changes, and who is left out.
import { expect } from 'chai'
import { builtInRoles } from '../../server/policy/permissions.js'
import { insertRows } from '../../server/storage/bulk.js'
import { writtenSession } from '../../server/storage/session-rows.js'
import { type Answer, aClient, type Client, claimsOf } from '../support/client.js'
import { aSessionRow } from '../support/database.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

async function aWorld(server: TestServer) {
  const client = aClient(server)
  const signIn = async (roles: string[] = [], times = 1) => {
    const user = await server.aUser({ roles })
    const tokens: string[] = []
    for (let time = 0; time < times; time++) tokens.push((await client.signIn(user)).access)
    return { ...user, tokens, token: tokens[0]! }
  }
  const admin = (await client.signIn({ username: 'admin', password })).access
  return { server, client, signIn, admin }
}

const sidOf = (token: string) => claimsOf(token).sid as string

/** A preview and its run. @returns the answers of both */
async function both(
  client: Client,
  token: string,
  path: string,
  body: object = {},
): Promise<[preview: Answer['body'], done: Answer['body']]> {
  const preview = await insist(client.post(path, body, token))
  const { at, count } = preview.body
  return [preview.body, (await insist(client.post(path, { ...body, at, count }, token))).body]
}

async function insist(sent: Promise<Answer>, status = 200): Promise<Answer> {
  const answer = await sent
  expect(answer.status, answer.text).to.equal(status)
  return answer
}

onEachEngine('a bulk action that includes the actor', engine => {
  it('leaves the actor out, and acts on the users before and after', async () => {
    const { client, signIn } = await aWorld(await aServer({ engine }))
    const [before, administrator, behind] = [
      await signIn(['support']),
      await signIn(['admin']),
      await signIn(['support', 'admin']),
    ]
    const self = { user_id: String(administrator.id), username: administrator.username, count: 1, why: 'self' }
    for (const [path, body, count] of [
      ['/api/admin/bulk/sign-out-users', {}, 3],
      ['/api/admin/bulk/remove-role', { role: 'admin' }, 1],
      ['/api/admin/bulk/disable-users?role=support', {}, 2],
    ] as const) {
      const [preview, done] = await both(client, administrator.token, path, body)
      expect(preview.count, path).to.be.at.least(count)
      expect(done.done, path).to.equal(preview.count)
      if (!path.includes('?'))
        expect(JSON.stringify(done.left_out), path).to.include('"why":"self"').and.include(self.username)
      await insist(client.get('/api/me/', administrator.token))
    }
    for (const { token } of [before, behind]) await insist(client.get('/api/me/', token), 401)
  })
})

onEachEngine('POST /api/admin/bulk/end-sessions', engine => {
  it('previews without a change, then ends the previewed sessions but no later one', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    const amy = await signIn([], 3)
    const bob = await signIn()
    const path = `/api/admin/bulk/end-sessions?user=${amy.id}`
    const before = await snapshotOf(server)
    const preview = (await insist(client.post(path, {}, admin))).body
    expect(preview).to.include({ preview: true, count: 3, users: 1, devices: 3 })
    expect(await snapshotOf(server)).to.equal(before)

    server.clock.advance('1s')
    const later = await client.signIn(amy)
    const { at, count } = preview
    const done = (await insist(client.post(path, { at, count, why: 'a lost laptop' }, admin))).body
    expect(done).to.deep.equal({ preview: false, done: 3, differ: 0, left_out: [] })
    for (const token of amy.tokens) await insist(client.verify(token), 401)
    for (const token of [later.access, bob.token, admin]) await insist(client.verify(token))
    const { results } = await server.composed.parts.logs.auditLog.page({ action: 'session_ended' }, { limit: 10 })
    expect(results.map(one => one.subject).sort()).to.deep.equal(amy.tokens.map(sidOf).sort())
    for (const entry of results)
      expect([entry.actor, entry.afterJson]).to.deep.equal(['user:1', '{"why":"a lost laptop"}'])
    expect((await server.composed.parts.logs.auditLog.verify()).broken).to.equal(null)
  })

  it('answers 409 preview_outdated with the present count once the selection has changed', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    const amy = await signIn([], 3)
    const path = `/api/admin/bulk/end-sessions?user=${amy.id}`
    const { at, count } = (await insist(client.post(path, {}, admin))).body
    await insist(client.delete(`/api/admin/sessions/${sidOf(amy.token)}`, admin), 204)
    const before = await snapshotOf(server)
    for (const previewed of [count, count - 2, 0, 999]) {
      const refused = (await insist(client.post(path, { at, count: previewed }, admin), 409)).body
      expect(refused).to.include({ code: 'preview_outdated', count: 2 })
    }
    const ids = amy.tokens.map(sidOf)
    const named = await insist(client.post('/api/admin/bulk/end-sessions', { ids, at, count: 3 }, admin), 409)
    expect(named.body).to.include({ count: 2 })
    expect(await snapshotOf(server)).to.equal(before)
    expect((await both(client, admin, path))[1]).to.include({ done: 2, differ: 0 })
  })

  it('reports how many sessions differ because they ended after the preview', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    const amy = await signIn([], 3)
    const { sessionEnds } = server.composed.parts.devices
    const selection = { filter: { userId: amy.id } }
    const previewed = await sessionEnds.preview(selection, 'system')
    await insist(client.delete(`/api/admin/sessions/${sidOf(amy.token)}`, admin), 204)
    expect(await sessionEnds.run(selection, previewed, 'system')).to.include({ done: 2, differ: -1 })
    expect(await sessionEnds.run(selection, previewed, 'system')).to.include({ done: 0, differ: -3 })
  })

  it('ends nothing for a time in the future or malformed, or a count that no preview gave', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    await signIn([], 3)
    await insist(client.post('/api/admin/bulk/end-sessions', {}, admin))
    const before = await snapshotOf(server)
    const paths = ['end-sessions', 'end-devices', 'disable-users?username=nobody', 'sign-out-users?text=nobody']
    for (const path of paths) {
      const future = await insist(
        client.post(`/api/admin/bulk/${path}`, { at: '2100-01-01T00:00:00Z', count: 0 }, admin),
        400,
      )
      expect(Object.keys(future.body), path).to.deep.equal(['at'])
    }
    const at = new Date(server.composed.parts.revocation.now()).toISOString()
    for (const path of ['end-sessions', 'end-devices', 'disable-users', 'sign-out-users'])
      await insist(client.post(`/api/admin/bulk/${path}`, { at, count: 0 }, admin), 409)
    for (const wrong of ['1', '2026', '01/02/2026', at.replace('Z', '')])
      await insist(client.post('/api/admin/bulk/end-sessions', { at: wrong, count: 3 }, admin), 400)
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('answers 400 for an unknown, empty or repeated filter, and for a filter together with ids', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    const amy = await signIn([], 3)
    const before = await snapshotOf(server)
    const at = new Date(server.composed.parts.revocation.now()).toISOString()
    const wrong: Record<string, [query: string, told: string][]> = {
      'end-sessions': [
        [`user_id=${amy.id}`, 'Did you mean "user"?'],
        [`User=${amy.id}`, 'Did you mean "user"?'],
        ['adress=192.0.2.7', 'Did you mean "address"?'],
        ['user=', 'blank'],
        ['user=%20', 'blank'],
        [`user=${amy.id}&user=${amy.id}`, 'once'],
        [`${'&'.repeat(1_100)}user_id=${amy.id}`, 'Did you mean "user"?'],
        ['limit=1', 'Unknown'],
        ['all=false&state=live&all=true', 'once'],
        ['all=perhaps', 'true or false'],
      ],
      'end-devices': [
        ['user_id=1', 'Did you mean "user"?'],
        ['browsr=Firefox', 'Did you mean "browser"?'],
      ],
      'disable-users': [
        ['usename=nobody', 'Did you mean "username"?'],
        ['live=', 'blank'],
        ['order=name', 'Unknown'],
      ],
      'sign-out-users': [
        ['usename=nobody', 'Did you mean "username"?'],
        ['text=%09', 'blank'],
      ],
      'add-role': [['roles=clerk', 'Did you mean "role"?']],
      'remove-role': [['roles=clerk', 'Did you mean "role"?']],
    }
    for (const [path, queries] of Object.entries(wrong)) {
      const role = path.endsWith('role') ? { role: 'support' } : {}
      for (const [query, told] of queries)
        for (const body of [{}, { at, count: 3 }]) {
          const refused = await insist(
            client.post(`/api/admin/bulk/${path}?${query}`, { ...body, ...role }, admin),
            400,
          )
          expect(refused.text.replaceAll('\\"', '"'), query).to.include(told)
        }
    }
    const ids = [sidOf(amy.token)]
    const mixed = await insist(client.post(`/api/admin/bulk/end-sessions?user=${amy.id}`, { ids }, admin), 400)
    expect(Object.keys(mixed.body)).to.deep.equal(['ids'])
    const member = await insist(client.post('/api/admin/bulk/end-sessions', { id: ids }, admin), 400)
    expect(member.body.id[0]).to.include('Did you mean "ids"?')
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('names users whom the actor may not act on as left out, and keeps the actor’s session', async () => {
    const { client, signIn, admin } = await aWorld(await aServer({ engine }))
    const helper = await signIn(['support'])
    const auditor = await signIn(['auditor'])
    const [amy, bob] = [await signIn(), await signIn()]
    const [preview, done] = await both(client, helper.token, '/api/admin/bulk/end-sessions')
    const denied = [
      { user_id: 1, username: 'admin', count: 1, why: 'permission_denied' },
      { user_id: auditor.id, username: auditor.username, count: 1, why: 'permission_denied' },
    ]
    const byId = (a: { user_id: number }, b: { user_id: number }) => a.user_id - b.user_id
    expect(preview).to.include({ count: 2, users: 2 })
    expect(preview.left_out.sort(byId)).to.deep.equal(denied)
    expect(done).to.include({ done: 2, differ: 0 })
    expect(done.left_out.sort(byId)).to.deep.equal(denied)
    for (const { token } of [amy, bob]) await insist(client.verify(token), 401)
    for (const token of [admin, auditor.token, helper.token]) await insist(client.verify(token))
  })

  it('applies present rights: a user with more rights since the preview is left out, once', async () => {
    const { server, client, signIn } = await aWorld(await aServer({ engine }))
    const helper = await signIn(['support'])
    const [amy, bob] = [await signIn([], 60), await signIn([], 2)]
    const { access } = await client.signIn(amy)
    const path = '/api/admin/bulk/end-sessions'
    const { at, count } = (await insist(client.post(path, {}, helper.token))).body
    expect(count).to.equal(63)
    await server.composed.parts.people.users.setRoles(amy.id, ['admin'], 'system')
    expect((await insist(client.post(path, { at, count }, helper.token), 409)).body).to.include({ count: 2 })
    const [preview, done] = await both(client, helper.token, path)
    expect([preview.count, done.done, done.differ]).to.deep.equal([2, 2, 0])
    const ofAmy = done.left_out.filter((one: { user_id: number }) => one.user_id === amy.id)
    expect(ofAmy).to.deep.equal([{ user_id: amy.id, username: amy.username, count: 61, why: 'permission_denied' }])
    expect((await client.verify(access)).body).to.include({ reason: 'token_stale' })
    for (const token of bob.tokens) await insist(client.verify(token), 401)
  })

  it('ends the named sessions, and ignores ended, unknown and own ones', async () => {
    const { client, signIn, admin } = await aWorld(await aServer({ engine }))
    const amy = await signIn([], 3)
    await insist(client.delete(`/api/admin/sessions/${sidOf(amy.tokens[2]!)}`, admin), 204)
    const ids = [sidOf(amy.tokens[0]!), sidOf(amy.tokens[0]!), sidOf(amy.tokens[2]!), 'none', sidOf(admin)]
    const [preview, done] = await both(client, admin, '/api/admin/bulk/end-sessions', { ids })
    expect([preview.count, done.done, done.differ]).to.deep.equal([1, 1, 0])
    await insist(client.verify(amy.tokens[1]!))
    await insist(client.verify(admin))
  })

  it('answers 400 for invalid bodies and filters, refuses more than 10,000 sessions, and ends none', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    const amy = await signIn()
    const before = await snapshotOf(server)
    const bodies = [
      { at: 'yesterday', count: '1' },
      { at: new Date().toISOString() },
      { at: new Date().toISOString(), count: '-1' },
      { count: '1' },
      { ids: 'all' },
      { ids: [null] },
      [],
    ]
    for (const body of bodies)
      await insist(client.post(`/api/admin/bulk/end-sessions?user=${amy.id}`, body, admin), 400)
    for (const query of ['state=gone', 'user=x', 'since=soon', 'state=live&state=idle'])
      await insist(client.post(`/api/admin/bulk/end-sessions?${query}`, {}, admin), 400)
    expect(await snapshotOf(server)).to.equal(before)

    const {
      storage: { database },
      devices: { sessionEnds },
      revocation: { now },
    } = server.composed.parts
    const many = Array.from({ length: 10_001 }, (_, index) =>
      aSessionRow(`many${index}`, now() - 1, { userId: amy.id }),
    )
    await database.transaction(tx => insertRows(tx, 'session', many.map(writtenSession)))
    for (const selection of [{ filter: {} }, { ids: many.map(one => one.id) }]) {
      const refused = await sessionEnds.preview(selection, 'system').catch((error: { code: string }) => error.code)
      expect(refused).to.equal('invalid_fields')
      const run = sessionEnds.run(selection, { at: now(), count: 1 }, 'system')
      expect(await run.catch((error: { code: string }) => error.code)).to.equal('invalid_fields')
    }
    const open = await sessionEnds.preview({ filter: { userId: 1 } }, 'system')
    expect(open.count).to.equal(1)
  }).timeout(60_000)

  it('counts a session once, also when three runs end the same sessions at once', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    const people = [await signIn([], 4), await signIn([], 4), await signIn([], 4)]
    const {
      devices: { sessionEnds },
      revocation: { now },
    } = server.composed.parts
    const previewed = await sessionEnds.preview({ filter: {} }, 'system', { keep: sidOf(admin) })
    expect(previewed.count).to.equal(12)
    server.clock.advance('1s')
    const results = await Promise.all(
      Array.from({ length: 3 }, () => sessionEnds.run({ filter: {} }, previewed, 'system', { keep: sidOf(admin) })),
    )
    expect(results.reduce((sum, { done }) => sum + done, 0)).to.equal(12)
    for (const { tokens } of people) for (const token of tokens) await insist(client.verify(token), 401)
    const { results: entries } = await server.composed.parts.logs.auditLog.page(
      { action: 'session_ended' },
      { limit: 50 },
    )
    expect(entries).to.have.length(12)
    expect(now()).to.be.above(previewed.at)
  })
})

onEachEngine('POST /api/admin/bulk/end-devices', engine => {
  it('ends devices with their sessions, but for the actor’s own and those of users with more rights', async () => {
    const { client, signIn, admin } = await aWorld(await aServer({ engine }))
    const helper = await signIn(['support'])
    const amy = await signIn([], 2)
    const bob = await signIn()
    const [preview, done] = await both(client, helper.token, '/api/admin/bulk/end-devices?state=live')
    expect(preview).to.include({ count: 3, users: 2, sessions: 3 })
    expect(preview.left_out).to.deep.equal([{ user_id: 1, username: 'admin', count: 1, why: 'permission_denied' }])
    expect(done).to.include({ done: 3, sessions: 3, differ: 0 })
    for (const token of [...amy.tokens, bob.token]) await insist(client.verify(token), 401)
    for (const token of [admin, helper.token]) await insist(client.verify(token))
    const listed = (await insist(client.get('/api/admin/devices?state=ended', admin))).body.results
    expect(listed.map((one: { user_id: number }) => one.user_id).sort()).to.deep.equal([amy.id, amy.id, bob.id])
  })

  it('keeps a device that was added after the preview', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    const amy = await signIn()
    const path = `/api/admin/bulk/end-devices?user=${amy.id}`
    const { at, count } = (await insist(client.post(path, {}, admin))).body
    server.clock.advance('1s')
    const later = await client.signIn(amy)
    expect((await client.post(path, { at, count }, admin)).body).to.include({ done: 1, differ: 0 })
    await insist(client.verify(later.access))
  })
})

onEachEngine('bulk actions on users', engine => {
  it('disable all but the last administrator, and count users already disabled as unchanged', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    await server.composed.parts.people.roles.create('mighty', builtInRoles.admin, 'system')
    const people = [await signIn([], 2), await signIn()]
    const already = await signIn()
    await insist(client.post(`/api/admin/users/${already.id}/disable`, {}, admin))
    const ids = [1, already.id, ...people.map(one => one.id)].map(String)
    // Has all permissions of an administrator, but not the role.
    const { token } = await signIn(['mighty'])
    const [preview, done] = await both(client, token, '/api/admin/bulk/disable-users', { ids })
    expect(preview).to.include({ count: 3, sessions: 4, unchanged: 1 })
    expect(done).to.include({ done: 2, differ: -1 })
    expect(done.left_out).to.deep.equal([{ user_id: 1, username: 'admin', count: 1, why: 'last_administrator' }])
    for (const { tokens } of people) for (const token of tokens) await insist(client.verify(token), 401)
    await insist(client.verify(admin))
  })

  it('sign out all users that a filter finds, but none created after the preview', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    await server.composed.parts.people.roles.create('clerk', [], 'system')
    const people = [await signIn(['clerk'], 2), await signIn(['clerk'])]
    const other = await signIn()
    const path = '/api/admin/bulk/sign-out-users?role=clerk'
    const preview = (await insist(client.post(path, {}, admin))).body
    expect(preview).to.include({ count: 2, sessions: 3 })
    server.clock.advance('1s')
    const later = await signIn(['clerk'])
    const { at, count } = preview
    expect((await client.post(path, { at, count }, admin)).body).to.include({ done: 2, differ: 0 })
    for (const { tokens } of people) for (const token of tokens) await insist(client.verify(token), 401)
    for (const token of [other.token, later.token]) await insist(client.verify(token))
  })

  it('add and remove a role without touching other roles, as far as the actor’s rights allow', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    const { users, roles } = server.composed.parts.people
    for (const name of ['clerk', 'driver']) await roles.create(name, [`${name}:work`], 'system')
    const amy = await signIn(['driver'])
    const bob = await signIn(['clerk'])
    const ids = [String(amy.id), String(bob.id)]
    const rolesOf = async (id: number) => (await users.require(id)).roles
    const [preview, done] = await both(client, admin, '/api/admin/bulk/add-role', { ids, role: 'clerk' })
    expect(preview).to.include({ count: 1, unchanged: 1, sessions: 1 })
    expect(done).to.include({ done: 1, differ: 0 })
    expect([await rolesOf(amy.id), await rolesOf(bob.id)]).to.deep.equal([['clerk', 'driver'], ['clerk']])
    const [, taken] = await both(client, admin, '/api/admin/bulk/remove-role', { ids, role: 'clerk' })
    expect(taken).to.include({ done: 2 })
    expect([await rolesOf(amy.id), await rolesOf(bob.id)]).to.deep.equal([['driver'], []])

    await users.setPermissions(bob.id, ['darvoza:roles:write'], 'system')
    const { access } = await client.signIn(bob)
    const [refused, nothing] = await both(client, access, '/api/admin/bulk/add-role', {
      ids: [String(amy.id)],
      role: 'admin',
    })
    expect(refused).to.include({ count: 0 })
    expect(refused.left_out).to.deep.equal([
      { user_id: amy.id, username: amy.username, count: 1, why: 'permission_denied' },
    ])
    expect(nothing).to.include({ done: 0 })
    expect(await rolesOf(amy.id)).to.deep.equal(['driver'])
    await insist(client.post('/api/admin/bulk/add-role', { ids, role: 'none' }, admin), 400)
    await insist(client.post('/api/admin/bulk/add-role', { ids }, admin), 400)
    await insist(client.post('/api/admin/bulk/add-role', { ids: ['a'], role: 'clerk' }, admin), 400)
  })

  it('leave the actor out where that option is given, and report it', async () => {
    const { server, signIn } = await aWorld(await aServer({ engine }))
    const { userActs, users } = server.composed.parts.people
    const [ann, amy] = [await signIn(['admin']), await signIn()]
    const ids = [ann.id, amy.id]
    const [act, actor, options] = [{ what: 'disable' }, `user:${ann.id}`, { keep: ann.id }] as const
    const spared = [{ userId: ann.id, username: ann.username, count: 1, why: 'self' }]
    const previewed = await userActs.preview({ ids }, act, actor, options)
    expect(previewed).to.deep.include({ count: 1, sessions: 1, leftOut: spared })
    expect(await userActs.run({ ids }, act, previewed, actor, options)).to.deep.equal({
      done: 1,
      differ: 0,
      leftOut: spared,
    })
    expect([(await users.require(ann.id)).active, (await users.require(amy.id)).active]).to.deep.equal([true, false])
  })

  it('lose no role when several roles are added to the same users at once', async () => {
    const { server, client, signIn } = await aWorld(await aServer({ engine }))
    const { roles, userActs, users } = server.composed.parts.people
    const names = ['clerk', 'driver', 'seller']
    for (const name of names) await roles.create(name, [], 'system')
    const people = [await signIn(), await signIn(), await signIn()]
    const ids = people.map(one => one.id)
    const previewed = { at: server.clock.now(), count: 3 }
    await Promise.all(names.map(role => userActs.run({ ids }, { what: 'add_role', role }, previewed, 'system')))
    for (const id of ids) expect((await users.require(id)).roles).to.deep.equal(names)
    for (const { token } of people) await insist(client.verify(token), 401)
  })
})
