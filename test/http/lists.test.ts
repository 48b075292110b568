// Lists of the admin API: query parameters, CSV files, filters and fields.

import { expect } from 'chai'
import { composeDemo } from '../../server/composition/demo.js'
import { type Answer, aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password, type TestServer } from '../support/server.js'

async function aWorld(server: TestServer) {
  const client = aClient(server)
  const admin = (await client.signIn({ username: 'admin', password })).access
  const list = async (path: string) => {
    const answer: Answer = await client.get(`/api/admin/${path}`, admin)
    expect(answer.status, `${path} ${answer.text}`).to.equal(200)
    return answer.body
  }
  return { server, client, admin, list }
}

const namesOf = (body: Answer['body']): string[] => body.results.map((one: { username: string }) => one.username)

describe('lists of the admin API', () => {
  it('answer 400 for an invalid or unknown query parameter, and name it', async () => {
    const { client, admin } = await aWorld(await aServer())
    const wrong: Record<string, string[]> = {
      users: [
        'id=x',
        'id=0',
        'state=gone',
        'live=maybe',
        'order=best',
        'after=x',
        'after=-1',
        'after=1.5',
        'format=xml',
      ],
      devices: ['user=me', 'state=idle', 'since=soon', 'until=', 'after=5', 'after=x.y', `browser=${'a'.repeat(201)}`],
      sessions: ['user=me', 'state=over', 'since=soon', 'after=5', 'after=.x', 'state=live&state=idle', 'address=%00'],
      audit: ['since=soon', 'after=5', 'after=1.x', 'limit=201'],
      revocations: ['after=x', 'limit=0'],
      incidents: ['user=me', 'after=7'],
      overview: ['range=1y', 'rang=24h'],
      'policies/versions': ['after=3', 'limit=0'],
      'users/1/sessions': ['user=2', 'format=csv'],
    }
    Object.assign(wrong, {
      users: [...wrong.users!, 'usename=amy', 'count=maybe', 'separator=;', 'limit=10&format=csv', 'text=%20'],
      sessions: [...wrong.sessions!, 'user_id=1', 'since=1', 'all=no', 'all&state=live'],
      audit: [...wrong.audit!, 'subject=7', 'subject_kind=user', 'subject_kind=person&subject=7', 'zone=UTC'],
      revocations: [...wrong.revocations!, 'subject=amy', 'kind=person', 'format=csv'],
    })
    const named: Record<string, string> = {
      'subject=7': 'subject_kind',
      'subject_kind=user': 'subject',
      'subject=amy': 'kind',
    }
    for (const [path, queries] of Object.entries(wrong)) {
      for (const query of queries) {
        const answer = await client.get(`/api/admin/${path}?${query}`, admin)
        if (query === 'until=') expect(answer.status, 'nothing asked for').to.equal(200)
        else
          expect([answer.status, Object.keys(answer.body)], `${path}?${query}`).to.deep.equal([
            400,
            [named[query] ?? query.split(/[=&]/)[0]],
          ])
      }
    }
  })

  it('answer format=csv with a file of all rows, and 401 or 403 without the permission', async () => {
    const { server, client, admin } = await aWorld(await aServer())
    await server.aUser({ username: 'amy', firstName: '=cmd|calc', roles: ['support'] })
    for (let time = 0; time < 300; time++) server.composed.parts.tokens.counters.count('sign_ins')
    for (const [path, head] of [
      ['users', 'user_id,username,first_name'],
      ['sessions', 'id,user_id,username'],
      ['audit', 'seq,at,actor'],
    ] as const) {
      const answer = await client.get(`/api/admin/${path}?format=csv`, admin)
      expect(answer.status).to.equal(200)
      expect(answer.headers.get('content-type')).to.equal('text/csv; charset=utf-8')
      expect(answer.headers.get('content-disposition')).to.equal(`attachment; filename="${path}.csv"`)
      expect(answer.text.replace('\ufeff', '').startsWith(head), path).to.equal(true)
      expect((await client.get(`/api/admin/${path}?format=csv`)).status).to.equal(401)
    }
    const users = (await client.get('/api/admin/users?format=csv', admin)).text
    expect(users).to.include("amy,'=cmd|calc,")
    for (const [query, head] of [
      ['separator=;', 'user_id;username'],
      ['separator=semicolon', 'user_id;username'],
      ['separator=tab', 'user_id\tusername'],
      ['zone=Asia/Tashkent', 'user_id,username'],
    ] as const) {
      const { text } = await client.get(`/api/admin/users?format=csv&${query}`, admin)
      expect(text.startsWith(head), query).to.equal(true)
      expect(text.includes('created_at (Asia/Tashkent)'), query).to.equal(query.startsWith('zone'))
    }
    for (const query of ['separator=|', 'zone=Mars/Base', 'zone=../etc'])
      expect((await client.get(`/api/admin/users?format=csv&${query}`, admin)).status, query).to.equal(400)
    const nobody = (await client.signIn(await server.aUser())).access
    expect((await client.get('/api/admin/users?format=csv', nobody)).status).to.equal(403)
  })

  it('write each row once into a CSV file that is longer than one page', async () => {
    const { server, client, admin } = await aWorld(await aServer())
    await composeDemo(server.composed.parts).make({ users: 300, sessions: 700, seed: 's', password: null })
    for (const [path, rows] of [
      ['users?format=csv&order=name', null],
      ['sessions?all&format=csv', 701],
    ] as const) {
      const { text } = await client.get(`/api/admin/${path}`, admin)
      const lines = text.trimEnd().split('\r\n').slice(1)
      const { count } = (await client.get(`/api/admin/${path.replace('format=csv', 'count=true')}&limit=1`, admin)).body
      expect(lines.length).to.equal(count)
      if (rows !== null) expect(count).to.equal(rows)
      expect(new Set(lines.map(line => line.split(',')[0])).size).to.equal(count)
    }
  }).timeout(60_000)
})

onEachEngine('admin lists of users, sessions, incidents and logs', engine => {
  it('find users by a prefix of username or e-mail in any case, by id and by IP address', async () => {
    const { server, list } = await aWorld(await aServer({ engine }))
    const anna = await server.aUser({ username: 'Anna', email: 'Anna.K@Example.org' })
    await server.aUser({ username: 'annika', email: 'nika@example.org' })
    await server.aUser({ username: 'анна' })
    expect(namesOf(await list('users?username=ANN&order=name'))).to.deep.equal(['Anna', 'annika'])
    expect(namesOf(await list('users?email=anna.k@'))).to.deep.equal(['Anna'])
    expect(namesOf(await list('users?text=АНН'))).to.deep.equal(['анна'])
    expect(namesOf(await list('users?text=NIKA'))).to.deep.equal(['annika'])
    expect(namesOf(await list(`users?id=${anna.id}`))).to.deep.equal(['Anna'])
    expect(namesOf(await list(`users?text=${anna.id}`))).to.deep.equal(['Anna'])
    expect(namesOf(await list('users?text=127.0.0.1'))).to.deep.equal(['admin'])
    expect(namesOf(await list('users?address=127.0.0.1&count=true'))).to.deep.equal(['admin'])
    expect(namesOf(await list('users?text=%25'))).to.deep.equal([])
    expect(namesOf(await list('users?order=oldest'))).to.deep.equal(['admin', 'Anna', 'annika', 'анна'])
    expect(await list('users?count=true&limit=1')).to.include({ count: 4, more: false })
  })

  it('find a user by the new e-mail address only, and a deleted user only by state=deleted', async () => {
    const { server, client, list, admin } = await aWorld(await aServer({ engine }))
    const amy = await server.aUser({ username: 'amy', email: 'old@example.org' })
    await client.patch(`/api/admin/users/${amy.id}`, { email: 'New@example.org' }, admin)
    expect(namesOf(await list('users?email=old'))).to.deep.equal([])
    expect(namesOf(await list('users?email=new@'))).to.deep.equal(['amy'])
    await client.delete(`/api/admin/users/${amy.id}`, admin)
    expect(namesOf(await list('users?email=new@'))).to.deep.equal([])
    const deleted = await list('users?state=deleted&order=name')
    expect(deleted.results).to.have.length(1)
    expect(deleted.results[0]).to.include({ user_id: amy.id, state: 'deleted' })
  })

  it('show roles, last sign-in and the number of live sessions of each user', async () => {
    const { server, client, list } = await aWorld(await aServer({ engine }))
    const amy = await server.aUser({ username: 'amy', roles: ['support'] })
    for (let time = 0; time < 3; time++) await client.signIn(amy)
    const [found] = (await list('users?role=support')).results
    expect(found).to.deep.include({ username: 'amy', roles: ['support'], state: 'active', live_sessions: 3 })
    expect(Date.parse(found.last_login)).to.equal(server.clock.now())
    expect(namesOf(await list('users?live=true&order=name'))).to.deep.equal(['admin', 'amy'])
    server.clock.advance('25h')
    const { access } = await client.signIn({ username: 'admin', password })
    const later = (await client.get('/api/admin/users?live=false', access)).body
    expect(namesOf(later)).to.deep.equal(['amy'])
    expect(later.results[0].live_sessions).to.equal(0)
  })

  it('show the current state of each session, and actor and reason of the end of an ended one', async () => {
    const { server, client, admin, list } = await aWorld(await aServer({ engine }))
    const amy = await server.aUser({ username: 'amy' })
    const phone = aClient(
      server,
      'Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
    )
    const [lost, kept] = [await phone.signIn(amy), await client.signIn(amy)]
    await client.delete(`/api/admin/sessions/${claimsOf(lost.access).sid}`, admin)
    const [ended] = (await list(`sessions?state=ended&user=${amy.id}`)).results
    expect(ended).to.deep.include({
      id: claimsOf(lost.access).sid,
      username: 'amy',
      state: 'ended',
      ended_reason: 'session_ended',
      ended_by: 'user:1',
      ended_by_username: 'admin',
      application: 'darvoza',
      address: '127.0.0.1',
    })
    expect(ended.device.name).to.equal('Chrome · Android')
    const sids = (body: Answer['body']) => body.results.map((one: { id: string }) => one.id)
    expect(sids(await list(`sessions?user=${amy.id}`))).to.deep.equal([claimsOf(kept.access).sid])
    expect(sids(await list(`sessions?all&user=${amy.id}`))).to.have.members(
      [lost, kept].map(pair => claimsOf(pair.access).sid),
    )
    expect(sids(await list(`sessions?device=${ended.device.id}&all`))).to.deep.equal([ended.id])
    expect(await list('sessions?application=darvoza&count=true')).to.include({ count: 2, more: false })
    expect(sids(await list('sessions?application=none'))).to.deep.equal([])

    await server.setPolicy({ refresh_token_lifetime: 60 })
    server.clock.advance('2m')
    const { access } = await client.signIn({ username: 'admin', password })
    const states = async () => {
      const { results } = (await client.get('/api/admin/sessions?all', access)).body
      return results.map((one: { state: string }) => one.state).sort()
    }
    expect(await states()).to.deep.equal(['ended', 'idle', 'idle', 'live'])
    // Idle sessions are not marked as ended: undoing the stricter policy makes them live again.
    await server.setPolicy({ refresh_token_lifetime: 86_400 })
    expect(await states()).to.deep.equal(['ended', 'live', 'live', 'live'])
  })

  it('judge sessions by the policy of their era where a change applies to new sessions only', async () => {
    const { server, client } = await aWorld(await aServer({ engine }))
    const amy = await client.signIn(await server.aUser({ username: 'amy' }))
    await server.composed.parts.policies.policies.set({ refresh_token_lifetime: 600 }, 'system', '', { apply: 'new' })
    await server.composed.parts.revocation.tail.readNow()
    const bob = await client.signIn(await server.aUser({ username: 'bob' }))
    server.clock.advance('11m')
    const { access } = await client.signIn({ username: 'admin', password })
    const of = async (state: string) =>
      namesOf((await client.get(`/api/admin/sessions?state=${state}`, access)).body).sort()
    expect([await of('live'), await of('idle')]).to.deep.equal([['admin', 'admin', 'amy'], ['bob']])
    expect((await client.refresh(amy.refresh)).status).to.equal(200)
    expect((await client.refresh(bob.refresh)).status).to.equal(401)
    const users = (await client.get('/api/admin/users?live=true&order=name', access)).body
    expect(namesOf(users)).to.deep.equal(['admin', 'amy'])
  })

  it('show in an incident the client with the spent refresh token and the device of the session', async () => {
    const { server, client, list } = await aWorld(await aServer({ engine }))
    const amy = await server.aUser({ username: 'amy' })
    const owner = aClient(server, 'Savdo/4.12 (Android 14)')
    const pair = await owner.signIn(amy)
    await owner.refresh(pair.refresh)
    server.clock.advance('5m')
    expect((await aClient(server, 'thief/1').refresh(pair.refresh)).status).to.equal(401)
    const { results } = await list(`incidents?user=${amy.id}&count=true`)
    expect(results).to.have.length(1)
    expect(results[0]).to.include({
      username: 'amy',
      user_agent: 'thief/1',
      presented_generation: 1,
      present_generation: 2,
    })
    expect(results[0].session.device.user_agent).to.equal('Savdo/4.12 (Android 14)')
    expect((await list(`incidents?session=${claimsOf(pair.access).sid}`)).results).to.have.length(1)
    expect((await list('incidents?user=1')).results).to.have.length(0)
    expect((await client.refresh(pair.refresh)).status).to.equal(401)
    expect((await list('incidents?count=true')).count, 'the session was over: no second incident').to.equal(1)
  })

  it('filter audit entries and revocations by actor, action, subject, address and time', async () => {
    const { server, client, list } = await aWorld(await aServer({ engine }))
    const amy = await server.aUser({ username: 'amy' })
    const pair = await client.signIn(amy)
    const before = new Date(server.clock.now() + 1).toISOString()
    server.clock.advance('30m')
    await server.composed.parts.people.users.disable(amy.id, 'operator:test')
    const actions = async (query: string) =>
      (await list(`audit?${query}`)).results.map((one: { action: string }) => one.action)
    expect(await actions(`subject_kind=user&subject=${amy.id}`)).to.deep.equal([
      'user_disabled',
      'signed_in',
      'user_imported',
    ])
    expect(await actions(`actor=user:${amy.id}`)).to.deep.equal(['signed_in'])
    expect(await actions(`subject_kind=user&subject=${amy.id}&until=${before}`)).to.deep.equal([
      'signed_in',
      'user_imported',
    ])
    expect(await actions(`since=${before}`)).to.deep.equal(['user_disabled'])
    expect(await actions('address=127.0.0.1')).to.deep.equal(['signed_in', 'signed_in'])
    expect(await actions(`actor=operator:test&action=signed_in`)).to.deep.equal([])
    const entries = async (query: string) =>
      (await list(`revocations?${query}`)).results.map((one: { reason: string }) => one.reason)
    expect(await entries(`kind=user&subject=${amy.id}`)).to.deep.equal(['user_disabled'])
    expect(await entries('reason=user_disabled&actor=operator:test')).to.deep.equal(['user_disabled'])
    expect(await entries('kind=role')).to.deep.equal([])
    expect((await client.verify(pair.access)).status).to.equal(401)
  })
})
