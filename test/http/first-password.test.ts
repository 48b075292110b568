// must_change_password: while another person knows the password, as the printed one of the first administrator, the
// tokens of its user authorize a change of the password, and no other route of this server but the own profile.
import { expect } from 'chai'
import { type Access, senderOf } from '../../server/http/kinds/kinds.js'
import type { RouteRow } from '../../server/http/route.js'
import { routes } from '../../server/http/routes.js'
import { aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const longPassword = 'a much better horse'
const pathOf = ({ path }: RouteRow) => path.replace(/:\w+/g, '1')
const closed = Object.entries(routes as Record<string, RouteRow<Access>>).filter(([, row]) => senderOf(row) === 'token')
/** Routes that are allowed before the password is changed. */
const allowed = ['me', 'changeMe', 'changePassword']

onEachEngine('tokens of a user who must change the password', engine => {
  it('authorize only the own profile and password, even of an administrator', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const root = await server.aUser({ username: 'root', roles: ['admin'], mustChangePassword: true })
    const pair = await client.signIn(root)
    expect(pair).to.include({ must_change_password: true })
    const claims = claimsOf(pair.access)
    expect(claims).to.include({ scope: 'darvoza:account', must_change_password: true })
    expect([claims.roles, claims.permissions]).to.deep.equal([['admin'], []])
    // A refresh does not lift the restriction.
    const { access } = (await client.refresh(pair.refresh)).body
    expect(claimsOf(access)).to.include({ scope: 'darvoza:account', must_change_password: true })

    const before = await snapshotOf(server)
    for (const [name, row] of closed) {
      if (allowed.includes(name)) continue
      const isOauth = row.access.kind === 'scope'
      const body = row.method === 'GET' || isOauth ? {} : { json: {} }
      const answer = await client.send(row.method, pathOf(row), { token: access, ...body })
      // OAuth routes and routes for applications refuse it by its scope, which is `darvoza:account` alone.
      const isByScope = isOauth || row.access.kind === 'program'
      const expected = isByScope ? 'insufficient_scope' : 'password_change_required'
      expect([answer.status, answer.body.code ?? answer.body.error], name).to.deep.equal([403, expected])
    }
    // A resource server that goes by its roles must not get it verified as valid.
    const verified = await client.verify(access)
    expect([verified.status, verified.body.code]).to.deep.equal([403, 'password_change_required'])
    expect(await snapshotOf(server)).to.equal(before)
    expect((await client.get('/api/me/', access)).status).to.equal(200)
    expect((await client.patch('/api/me/', { first_name: 'Root' }, access)).status).to.equal(200)
  })

  it('are issued after an administrator sets must_change_password on creation or password reset', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const { access } = await client.signIn({ username: 'admin', password })
    const users = '/api/admin/users/'
    const made = { username: 'amy', password: longPassword, must_change_password: 'perhaps' }
    const refused = await client.post(users, made, access)
    expect([refused.status, refused.body]).to.deep.equal([400, { must_change_password: ['Must be a valid boolean.'] }])
    const { user_id: id } = (await client.post(users, { ...made, must_change_password: true }, access)).body
    const amy = { username: 'amy', password: longPassword }
    expect(await client.signIn(amy)).to.include({ must_change_password: true })
    const reset = (json: object) => client.post(`${users}${id}/password/`, { password, ...json }, access)
    expect((await reset({})).status).to.equal(204)
    expect(await client.signIn({ ...amy, password })).to.not.have.property('must_change_password')
    expect((await reset({ must_change_password: true })).status).to.equal(204)
    expect(await client.signIn({ ...amy, password })).to.include({ must_change_password: true })
  })

  it('become stale after a password change; a refresh of the session returns unrestricted ones', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const root = await server.aUser({ username: 'root', roles: ['admin'], mustChangePassword: true })
    const pair = await client.signIn(root)
    const change = (new_password: string) =>
      client.post('/api/me/password/', { old_password: password, new_password }, pair.access)
    expect((await change(password)).status).to.equal(400)
    expect((await change(longPassword)).status).to.equal(204)
    expect((await client.get('/api/me/', pair.access)).body).to.include({ reason: 'token_stale' })
    const whole = (await client.refresh(pair.refresh)).body
    const claims = claimsOf(whole.access)
    expect(claims).to.include({ scope: 'darvoza:account darvoza:admin', sid: claimsOf(pair.access).sid })
    expect(claims).to.not.have.property('must_change_password')
    expect((await client.get('/api/admin/users/', whole.access)).status).to.equal(200)
    expect(await client.signIn({ ...root, password: longPassword })).to.not.have.property('must_change_password')
  })

  it('are refused by the database row on changes, even if issued before without restriction', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const { access } = await client.signIn({ username: 'admin', password })
    await server.composed.parts.storage.database.write('UPDATE user SET must_change_password = 1 WHERE id = 1')
    const before = await snapshotOf(server)
    for (const [method, path] of [
      ['DELETE', '/api/me/devices/'],
      ['POST', '/api/admin/users/1/disable'],
    ] as const) {
      const { status, body } = await client.send(method, path, { token: access, json: {} })
      expect([status, body.code], path).to.deep.equal([403, 'password_change_required'])
    }
    expect(await snapshotOf(server)).to.equal(before)
    expect((await client.patch('/api/me/', { first_name: 'Root' }, access)).status).to.equal(200)
  })
})
