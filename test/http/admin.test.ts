// The admin API of users, roles and revocations: permissions, and whom an actor may act on.
import { expect } from 'chai'
import type { Access } from '../../server/http/kinds/kinds.js'
import type { RouteRow } from '../../server/http/route.js'
import { type RouteName, routes } from '../../server/http/routes.js'
import { builtInRoles } from '../../server/policy/permissions.js'
import { type Answer, aClient, type Client, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const byPermission = (Object.entries(routes) as [RouteName, RouteRow<Access>][]).flatMap(([name, row]) =>
  row.access.kind === 'permission' ? [{ name, row, access: row.access }] : [],
)
const pathOf = ({ path }: RouteRow) => path.replace(/:\w+/g, '1')

async function aWorld(server: TestServer) {
  const client = aClient(server)
  const signIn = async (roles: string[], permissions?: string[]) => {
    const user = await server.aUser({ roles })
    if (permissions) await server.composed.parts.people.users.setPermissions(user.id, permissions, 'system')
    return { ...user, token: (await client.signIn(user)).access }
  }
  const admin = (await client.signIn({ username: 'admin', password })).access
  return { server, client, signIn, admin }
}

describe('the admin API', () => {
  it('answers 403 on every route that the roles do not permit, and changes nothing', async () => {
    const { server, client, signIn } = await aWorld(await aServer())
    for (const role of ['none', 'support', 'auditor'] as const) {
      const { token } = await signIn(role === 'none' ? [] : [role])
      const allowed: readonly string[] = role === 'none' ? [] : builtInRoles[role]
      const before = await snapshotOf(server)
      for (const { name, row, access } of byPermission) {
        if (allowed.includes(access.permission)) continue
        const answer = await client.send(row.method, pathOf(row), { token, ...(row.method !== 'GET' && { json: {} }) })
        expect([answer.status, answer.body.detail], `${role} ${name}`).to.deep.equal([
          403,
          'You do not have permission to perform this action.',
        ])
      }
      expect(await snapshotOf(server), role).to.equal(before)
    }
  })

  it('answers 401 insufficient_user_authentication on sensitive routes 301 s after the sign-in', async () => {
    const { server, client, admin } = await aWorld(await aServer())
    server.clock.advance('301s')
    const before = await snapshotOf(server)
    const recent = byPermission.filter(({ access }) => access.recentlyAuthenticated)
    expect(recent.length).to.be.at.least(10)
    for (const { name, row } of recent) {
      const answer = await client.send(row.method, pathOf(row), { token: admin, json: {} })
      expect([answer.status, answer.body.code], name).to.deep.equal([401, 'insufficient_user_authentication'])
      expect(answer.headers.get('www-authenticate'), name).to.include('max_age="300"')
    }
    const made = { username: 'mallory', password: 'a good password 9' }
    const mighty = await client.post('/api/admin/users/', { ...made, roles: ['admin'] }, admin)
    expect([mighty.status, mighty.body.code]).to.deep.equal([401, 'insufficient_user_authentication'])
    expect(await snapshotOf(server)).to.equal(before)
    // Requests that neither grant nor remove a right need no recent sign-in.
    expect((await client.get('/api/admin/users/', admin)).status).to.equal(200)
    expect((await client.post('/api/admin/users/', made, admin)).status).to.equal(201)
  })

  it('reads permissions from the database where the access token says permissions_omitted', async () => {
    const { client, signIn } = await aWorld(await aServer())
    const many = Array.from({ length: 80 }, (_, number) => `orders:permission-number-${number}`)
    const reader = await signIn([], [...many, 'darvoza:users:read'])
    expect(claimsOf(reader.token)).to.include({ permissions_omitted: true })
    expect((await client.get('/api/admin/users/', reader.token)).status).to.equal(200)
    const other = await signIn([], many)
    expect((await client.get('/api/admin/users/', other.token)).status).to.equal(403)
  })

  it('answers 404 for an invalid user id, and 400 for an invalid limit, cursor or list of roles', async () => {
    const { server, client, admin } = await aWorld(await aServer())
    const before = await snapshotOf(server)
    for (const id of ['0', '-1', '007', '1e3', '99999', 'a', '%00', '9007199254740993']) {
      expect((await client.get(`/api/admin/users/${id}`, admin)).status, id).to.equal(404)
    }
    for (const query of [
      'limit=0',
      'limit=201',
      'limit=x',
      'limit=1&limit=2',
      'after=-1',
      `username=${'a'.repeat(201)}`,
    ]) {
      expect((await client.get(`/api/admin/users/?${query}`, admin)).status, query).to.equal(400)
    }
    for (const roles of ['admin', null, [1], [null], [''], { a: 1 }, ['no such role']]) {
      const answer = await client.send('PUT', '/api/admin/users/1/roles', { token: admin, json: { roles } })
      expect([answer.status, Object.keys(answer.body)], JSON.stringify(roles)).to.deep.equal([400, ['roles']])
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('applies all changes of one PATCH or none', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer())
    const { id, username } = await signIn([])
    await insist(client.post('/api/admin/roles/', { name: 'clerk', permissions: ['a:b'] }, admin), 201)
    const before = await snapshotOf(server)
    const user = `/api/admin/users/${id}`
    await insist(client.patch(user, { first_name: 'Amy', username: 'no spaces' }, admin), 400)
    await insist(client.patch(user, { first_name: 'Amy', username: 'admin' }, admin), 400)
    await insist(client.patch('/api/admin/roles/clerk', { permissions: ['a:c'], name: 'admin' }, admin), 400)
    await insist(client.patch('/api/admin/roles/clerk', { permissions: ['A C'], name: 'seller' }, admin), 400)
    expect(await snapshotOf(server)).to.equal(before)
    const changed = (await insist(client.patch(user, { first_name: 'Amy', username: `${username}2` }, admin))).body
    expect(changed).to.include({ first_name: 'Amy', username: `${username}2` })
  })

  it('pages through users and sessions without losing or repeating a row', async () => {
    const { server, client, admin } = await aWorld(await aServer())
    for (let number = 0; number < 25; number++) await client.signIn(await server.aUser())
    for (const path of ['/api/admin/users/', '/api/admin/sessions/']) {
      const seen: string[] = []
      for (let next: string | number | null = ''; next !== null; ) {
        const answer: Answer = await insist(client.get(`${path}?limit=7&after=${next}`, admin))
        const { results, next: after } = answer.body
        seen.push(...results.map((one: { id?: string; user_id: string }) => one.id ?? one.user_id))
        next = after
      }
      expect(seen.length, path).to.equal(26)
      expect(new Set(seen).size, path).to.equal(26)
    }
  })
})

onEachEngine('rights of an actor over other users', engine => {
  async function forbidden(client: Client, token: string, calls: [string, string, object?][]) {
    for (const [method, path, json] of calls) {
      const answer = await client.send(method, path, { token, ...(json && { json }) })
      expect(answer.status, `${method} ${path} ${answer.text}`).to.equal(403)
    }
  }

  it('support may end sessions of ordinary users, not sessions or devices of an administrator', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    const { token } = await signIn(['support'])
    const device = (await client.get('/api/admin/users/1/devices', admin)).body.results[0].id
    const before = await snapshotOf(server)
    await forbidden(client, token, [
      ['DELETE', `/api/admin/sessions/${claimsOf(admin).sid}`],
      ['DELETE', '/api/admin/users/1/sessions'],
      ['DELETE', `/api/admin/devices/${device}`],
    ])
    expect(await snapshotOf(server)).to.equal(before)
    const amy = await signIn([])
    await insist(client.delete(`/api/admin/sessions/${claimsOf(amy.token).sid}`, token), 204)
    await insist(client.verify(amy.token), 401)
  })

  it('a writer of users and roles may not act on users with more rights, nor grant rights it lacks', async () => {
    const { server, client, signIn } = await aWorld(await aServer({ engine }))
    const helper = ['darvoza:users:read', 'darvoza:users:write', 'darvoza:roles:write', 'orders:read']
    const { token, id } = await signIn([], helper)
    const amy = await signIn([])
    await server.composed.parts.people.roles.create('clerk', ['orders:write'], 'system')
    const before = await snapshotOf(server)
    await forbidden(client, token, [
      ['POST', '/api/admin/users/1/disable', {}],
      ['POST', '/api/admin/users/1/password', { password: 'a good password 9' }],
      ['PATCH', '/api/admin/users/1', { username: 'root' }],
      ['DELETE', '/api/admin/users/1'],
      ['PUT', '/api/admin/users/1/roles', { roles: [] }],
      ['PUT', `/api/admin/users/${id}/roles`, { roles: ['admin'] }],
      ['PUT', `/api/admin/users/${amy.id}/roles`, { roles: ['admin'] }],
      ['PUT', `/api/admin/users/${amy.id}/roles`, { roles: ['clerk'] }],
      ['PUT', `/api/admin/users/${amy.id}/permissions`, { permissions: ['orders:write'] }],
      ['PUT', `/api/admin/users/${amy.id}/permissions`, { permissions: ['darvoza:keys:write'] }],
      ['POST', '/api/admin/users/', { username: 'mallory', password: 'a good password 9', roles: ['admin'] }],
      ['POST', '/api/admin/users/', { username: 'mallory', password: 'a good password 9', roles: ['clerk'] }],
      ['POST', '/api/admin/roles/', { name: 'mighty', permissions: ['darvoza:keys:write'] }],
      ['PATCH', '/api/admin/roles/clerk', { permissions: ['orders:write', 'darvoza:keys:write'] }],
      ['PATCH', '/api/admin/roles/support', { permissions: [] }],
      ['DELETE', '/api/admin/roles/auditor'],
    ])
    expect(await snapshotOf(server)).to.equal(before)
    await insist(
      client.send('PUT', `/api/admin/users/${amy.id}/permissions`, { token, json: { permissions: ['orders:read'] } }),
    )
  })

  it('only administrators set an administrator’s password; changing a role needs all its permissions', async () => {
    const { server, client, signIn } = await aWorld(await aServer({ engine }))
    const { roles } = server.composed.parts.people
    await roles.create('mighty', builtInRoles.admin, 'system')
    await roles.create('warehouse', ['orders:refund'], 'system')
    const mighty = await signIn(['mighty'])
    const clerk = await signIn([], ['darvoza:roles:write'])
    await signIn(['warehouse'])
    const before = await snapshotOf(server)
    // The new password would let the actor sign in as an administrator, a role that it may not grant.
    await forbidden(client, mighty.token, [['POST', '/api/admin/users/1/password', { password: 'a good password 9' }]])
    await forbidden(client, clerk.token, [
      ['PATCH', '/api/admin/roles/warehouse', { permissions: [] }],
      ['PATCH', '/api/admin/roles/warehouse', { name: 'store' }],
      ['DELETE', '/api/admin/roles/warehouse'],
    ])
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('each granted right is checked by itself, whatever the receiver has or the same call removes', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    const { roles, users } = server.composed.parts.people
    await roles.create('mighty', builtInRoles.admin, 'system')
    await roles.create('payer', ['payments:pay'], 'system')
    const mighty = await signIn(['mighty'])
    const other = await signIn(['admin'])
    const holder = await signIn([], ['payments:pay'])
    const payer = await signIn(['payer'])
    const before = await snapshotOf(server)
    await forbidden(client, mighty.token, [
      // An administrator may do this already, but the role payer would outlive the role admin.
      ['PUT', `/api/admin/users/${other.id}/roles`, { roles: ['payer'] }],
      ['PUT', `/api/admin/users/${other.id}/roles`, { roles: ['admin', 'payer'] }],
      ['PUT', `/api/admin/users/${other.id}/permissions`, { permissions: ['payments:pay'] }],
      ['PUT', `/api/admin/users/${holder.id}/roles`, { roles: ['payer'] }],
      ['PUT', `/api/admin/users/${payer.id}/permissions`, { permissions: ['payments:pay'] }],
      ['PUT', `/api/admin/users/${mighty.id}/roles`, { roles: ['payer'] }],
      ['PUT', `/api/admin/users/${payer.id}/roles`, { roles: ['payer', 'admin'] }],
      ['PATCH', '/api/admin/roles/mighty', { permissions: ['payments:pay'] }],
      ['POST', '/api/admin/users/', { username: 'mallory', password: 'a good password 9', roles: ['payer'] }],
    ])
    const path = '/api/admin/bulk/add-role'
    const chosen = { ids: [other.id, holder.id].map(String), role: 'payer' }
    const preview = (await insist(client.post(path, chosen, mighty.token))).body
    expect([preview.count, preview.left_out.length]).to.deep.equal([0, 2])
    const { at } = preview
    await insist(client.post(path, { ...chosen, at, count: 2 }, mighty.token), 409)
    const done = (await insist(client.post(path, { ...chosen, at, count: 0 }, mighty.token))).body
    expect([done.done, done.left_out.length]).to.deep.equal([0, 2])
    expect(await snapshotOf(server)).to.equal(before)
    // Roles that a user already has may stay, and may be removed.
    const set = (json: object) =>
      insist(client.send('PUT', `/api/admin/users/${payer.id}/roles`, { token: mighty.token, json }))
    await set({ roles: ['payer', 'support'] })
    expect((await users.require(payer.id)).roles).to.deep.equal(['payer', 'support'])
    await set({ roles: [] })
    await insist(client.send('PUT', `/api/admin/users/${other.id}/roles`, { token: admin, json: { roles: ['payer'] } }))
  })

  it('a helpdesk may set passwords of users with more application rights, which the audit entry names', async () => {
    const { server, client, signIn } = await aWorld(await aServer({ engine }))
    const {
      people: { roles },
      logs: { auditLog },
    } = server.composed.parts
    await roles.create('payer', ['payments:pay', 'orders:read'], 'system')
    const helper = await signIn([], ['darvoza:users:read', 'darvoza:users:write', 'orders:read'])
    const [amy, bob] = [await signIn(['payer']), await signIn([], ['orders:read'])]
    for (const { id } of [amy, bob])
      await insist(client.post(`/api/admin/users/${id}/password`, { password: 'a good password 9' }, helper.token), 204)
    const { results } = await auditLog.page({ action: 'password_reset' }, { limit: 10 })
    expect(results.map(one => [one.subject, one.afterJson])).to.deep.equal([
      [String(bob.id), null],
      [String(amy.id), '{"usable_rights":["payments:pay"]}'],
    ])
  })

  it('a user who may write users but not roles creates only users without roles', async () => {
    const { server, client, signIn } = await aWorld(await aServer({ engine }))
    await server.composed.parts.people.roles.create('maker', ['darvoza:users:read', 'darvoza:users:write'], 'system')
    const { token } = await signIn(['maker'])
    const made = { username: 'mallory', password: 'a good password 9' }
    const before = await snapshotOf(server)
    await forbidden(client, token, [['POST', '/api/admin/users/', { ...made, roles: ['maker'] }]])
    expect(await snapshotOf(server)).to.equal(before)
    await insist(client.post('/api/admin/users/', made, token), 201)
  })

  it('the actor’s rights at the moment of the change count, not those of the token', async () => {
    const { server, client, signIn } = await aWorld(await aServer({ engine }))
    const { users } = server.composed.parts.people
    const { token, id } = await signIn(['admin'])
    const amy = await signIn([])
    // Like a process that is behind the revocation log: the actor by name, without its outdated token.
    await users.setRoles(id, ['support'], 'system')
    const late = {
      name: `user:${id}`,
      origin: { address: '', userAgent: '', requestId: '' },
      credential: null,
    } as const
    const refused = await users.setRoles(amy.id, ['admin'], late).catch((error: { code: string }) => error.code)
    expect(refused).to.equal('permission_denied')
    await insist(client.get('/api/admin/users/', token), 401)
  })

  it('built-in roles cannot be changed or deleted, not even by an administrator', async () => {
    const { server, client, admin } = await aWorld(await aServer({ engine }))
    const before = await snapshotOf(server)
    for (const role of Object.keys(builtInRoles)) {
      const path = `/api/admin/roles/${role}`
      expect((await insist(client.patch(path, { permissions: [] }, admin), 409)).body.code).to.equal('built_in_role')
      await insist(client.patch(path, { name: 'other' }, admin), 409)
      await insist(client.delete(path, admin), 409)
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('the last administrator cannot be removed, not even when two demote each other at once', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer({ engine }))
    for (const [method, path, json] of [
      ['PUT', '/api/admin/users/1/roles', { roles: [] }],
      ['POST', '/api/admin/users/1/disable', {}],
      ['DELETE', '/api/admin/users/1', undefined],
    ] as const) {
      const answer = await client.send(method, path, { token: admin, ...(json && { json }) })
      expect([answer.status, answer.body.code], path).to.deep.equal([409, 'last_administrator'])
    }
    const second = await signIn(['admin'])
    const demote = (id: number, token: string) =>
      client.send('PUT', `/api/admin/users/${id}/roles`, { token, json: { roles: [] } })
    const answers = await Promise.all([demote(1, second.token), demote(second.id, admin)])
    expect(answers.filter(answer => answer.status === 200)).to.have.length(1)
    const { database, userStore } = server.composed.parts.storage
    expect(await database.transaction(tx => userStore.lockHolders(tx, 'admin'))).to.have.length(1)
  })
})

describe('POST /api/admin/revocations/', () => {
  it('answers 400 for an invalid entry, and 403 for a subject that the actor may not act on', async () => {
    const { server, client, signIn, admin } = await aWorld(await aServer())
    const before = await snapshotOf(server)
    for (const entry of [
      {},
      { kind: 'nothing', subject: '1' },
      { kind: '__proto__', subject: '1' },
      { kind: 'user', subject: '999' },
      { kind: 'user', subject: '01' },
      { kind: 'user', subject: '1', effect: 'forget' },
      { kind: 'user', subject: '1', effect: '__proto__' },
      { kind: 'role', subject: 'admin', effect: 'end' },
      { kind: 'role', subject: 'nobody', effect: 'refresh' },
      { kind: 'application', subject: 'unknown' },
      { kind: 'all', subject: 'x' },
      { kind: 'token', subject: 'short' },
      { kind: 'session', subject: claimsOf(admin).sid },
    ]) {
      const answer = await client.post('/api/admin/revocations/', entry, admin)
      expect(answer.status, JSON.stringify(entry)).to.equal(400)
    }
    expect(await snapshotOf(server)).to.equal(before)
    const { token } = await signIn([], ['darvoza:revocations:write'])
    const one = await snapshotOf(server)
    for (const entry of [{ kind: 'all' }, { kind: 'user', subject: '1' }, { kind: 'application', subject: 'darvoza' }])
      await insist(client.post('/api/admin/revocations/', entry, token), 403)
    expect(await snapshotOf(server)).to.equal(one)
  })

  it('answers the entry as the revocation log lists it, and audits its reason', async () => {
    const { client, signIn, admin } = await aWorld(await aServer())
    const amy = await signIn([])
    const entry = { kind: 'user', subject: String(amy.id), reason: 'lost phone' }
    const { body } = await insist(client.post('/api/admin/revocations/', entry, admin), 201)
    expect(body).to.include({ kind: 'user', effect: 'end', reason: 'all_ended', actor: 'user:1' })
    const { results } = (await insist(client.get('/api/admin/audit/?limit=1', admin))).body
    expect(results[0]).to.deep.include({ action: 'revocation_added', actor: 'user:1', subject: String(amy.id) })
    expect(results[0].after).to.include({ why: 'lost phone' })
    expect((await client.get('/api/admin/revocations/?limit=1', admin)).body.results[0]).to.deep.equal(body)
  })
})

async function insist(answering: Promise<Answer>, status = 200): Promise<Answer> {
  const answer = await answering
  expect(answer.status, answer.text).to.equal(status)
  return answer
}
