// `?wait=1`: the answer is sent once all resource servers enforce the revocation.
import { expect } from 'chai'
import type { Enforcement } from '../../server/revocation/enforcement.js'
import { aClient, claimsOf } from '../support/client.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

const admin = { username: 'admin', password }

const renew = ({ composed }: TestServer, name: string) => {
  const { verifiers, tail } = composed.parts.revocation
  const applied = { log: tail.logId, seq: tail.position }
  return verifiers.renew({
    ...{ applicationId: 'darvoza', name, applied, version: '1.0.0', keysFetchedAt: null, address: '127.0.0.1' },
  })
}

describe('a change that waits for resource servers (?wait=1)', () => {
  it('refuses wait=5, and wait on a read, with 400 and ends nothing', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(await server.aUser())
    const path = `/api/me/sessions/${claimsOf(access).sid}`
    expect((await client.delete(`${path}?wait=5`, access)).status).to.equal(400)
    expect((await client.get('/api/me?wait=1', access)).status).to.equal(400)
    expect((await client.get('/api/me', access)).status).to.equal(200)
  })

  it('answers at once if no verifier is connected; without wait it answers 204 without a report', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(admin)
    const sidOf = async () => claimsOf((await client.signIn(await server.aUser())).access).sid
    expect((await client.delete(`/api/admin/sessions/${await sidOf()}`, access)).status).to.equal(204)
    const { status, body } = await client.delete(`/api/admin/sessions/${await sidOf()}?wait=1`, access)
    expect(status).to.equal(200)
    expect(body.enforced).to.include({ verifiers: 0, applied: 0, seq: server.composed.parts.revocation.tail.position })
  })

  it('is answered once all verifiers have applied it', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(admin)
    await Promise.all([renew(server, 'a'), renew(server, 'b')])
    let answered = false
    const json = { kind: 'user', subject: String((await server.aUser()).id), effect: 'end' }
    const { tail } = server.composed.parts.revocation
    const before = tail.position
    const ended = client.send('POST', '/api/admin/revocations?wait=1', { json, token: access }).then(answer => {
      answered = true
      return answer
    })
    while (tail.position === before) await new Promise(setImmediate)
    await renew(server, 'a')
    expect(answered).to.equal(false)
    await renew(server, 'b')
    const { status, body } = await ended
    expect(status).to.equal(201)
    expect(body).to.include({ kind: 'user', subject: json.subject })
    expect(body.enforced).to.include({ seq: before + 1, verifiers: 2, applied: 2 })
  })

  it('may be a new username or a new client secret, since both make tokens stale', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(admin)
    const { tail } = server.composed.parts.revocation
    const { id } = await server.aUser()
    const renamed = await client.patch(`/api/admin/users/${id}?wait=1`, { username: 'amelia' }, access)
    expect([renamed.status, renamed.body.username]).to.deep.equal([200, 'amelia'])
    expect(renamed.body.enforced).to.include({ seq: tail.position, verifiers: 0 })
    const web = { client_name: 'Shop', kind: 'web', redirect_uris: ['https://shop.example/cb'] }
    const { client_id } = (await client.post('/api/admin/applications', web, access)).body
    const rotated = await client.post(`/api/admin/applications/${client_id}/secrets?wait=1`, {}, access)
    expect([rotated.status, rotated.body.client_id]).to.deep.equal([201, client_id])
    expect(rotated.body.enforced).to.include({ seq: tail.position })
  })

  it('names the lagging verifiers only to readers who may see resource servers', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { enforcement } = server.composed.parts.revocation
    const leaseUntil = server.clock.now() + 2_000
    const lagging = [{ applicationId: 'orders', name: 'host-7', applied: 3, leaseUntil }]
    const outcome = { log: 'abc', verifiers: 2, applied: 1, afterMs: 5_000, everywhere: false, lagging }
    enforcement.enforced = async (seq: number): Promise<Enforcement> => ({ ...outcome, seq })
    const { access } = await client.signIn(admin)
    const amy = await client.signIn(await server.aUser({ roles: ['support'] }))
    const own = await client.delete('/api/me/sessions?wait=1', amy.access)
    expect([own.status, own.body.waiting, own.body.enforced.applied]).to.deep.equal([202, [], 1])
    const path = `/api/admin/users/${claimsOf(amy.access).sub}/disable?wait=1`
    const { status, body } = await client.post(path, {}, access)
    expect(status).to.equal(202)
    expect(body.is_active).to.equal(false)
    expect(body.waiting).to.deep.equal([
      { application: 'orders', verifier: 'host-7', applied: 3, lease_ends_at: new Date(leaseUntil).toISOString() },
    ])
  })
})

describe('verifiers', () => {
  it('are listed with their applied log position, for readers with the permission', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(admin)
    await renew(server, 'host-7')
    const support = await client.signIn(await server.aUser({ roles: ['support'] }))
    expect((await client.get('/api/admin/verifiers', support.access)).status).to.equal(403)
    await client.delete(`/api/me/sessions/${claimsOf(support.access).sid}`, support.access)
    const position = server.composed.parts.revocation.tail.position
    const list = async (query = '') => (await client.get(`/api/admin/verifiers${query}`, access)).body.results
    const [found] = await list('?application=darvoza')
    const wanted = { application: 'darvoza', verifier: 'host-7', applied: position - 1, behind: 1, connected: true }
    expect(found).to.include(wanted)
    server.clock.advance('4s')
    expect((await list())[0]).to.include({ connected: false })
    expect(await list('?application=another')).to.deep.equal([])
  })

  it('are shown on the page of resource servers', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    expect((await visitor.open('/admin/resource-servers')).text).to.include('There are no verifiers yet')
    await renew(server, 'host-7')
    const { text } = await visitor.open('/admin/resource-servers')
    expect(text).to.include('host-7').and.include('up to date')
  })

  it('record on a revocation when all of them had enforced it', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(admin)
    await renew(server, 'a')
    const subject = String((await server.aUser()).id)
    const json = { kind: 'user', subject, effect: 'end' }
    expect((await client.send('POST', '/api/admin/revocations', { json, token: access })).body.enforced_at).to.equal(
      null,
    )
    server.clock.advance('240ms')
    await renew(server, 'a')
    await server.composed.parts.revocation.verifiers.settled()
    await server.composed.parts.revocation.enforcement.settled()
    const { body } = await client.get('/api/admin/revocations', access)
    const at = new Date(server.clock.now()).toISOString()
    expect(body.results[0]).to.include({ subject, enforced_at: at, enforced_verifiers: 1 })
  })
})
