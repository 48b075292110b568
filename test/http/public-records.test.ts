// What the parts in identity/ return to handlers at run time, whatever their types promise: no secret column.
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

/** Names of columns that must stay below identity/. */
const secret =
  /^(password_?hash|username_?key|id_?hash|form_?secret|sealed.*|secret_?hash|rotation|refresh_?key_?version|window_?from|client_?device)$/i

type Call = (...asked: unknown[]) => unknown

/** Wraps every function of every part that handlers hold, and searches its results for secrets. */
function watched(server: TestServer) {
  const { people, devices, policies, keys, logs, signIn } = server.composed.parts
  const { signIn: signsIn, browserSessions } = signIn
  const found = new Set<string>()
  const asked = new Set<string>()

  function look(value: unknown, path: string, hashes: ReadonlySet<string>, depth = 0): void {
    if (typeof value === 'string' && hashes.has(value)) found.add(`${path} is a hash`)
    if (typeof value !== 'object' || value === null || depth > 8) return
    if (value instanceof Map) for (const one of value.values()) look(one, `${path}[]`, hashes, depth + 1)
    else if (Array.isArray(value)) for (const one of value) look(one, `${path}[]`, hashes, depth + 1)
    else
      for (const [name, one] of Object.entries(value)) {
        if (secret.test(name)) found.add(`${path}.${name}`)
        look(one, `${path}.${name}`, hashes, depth + 1)
      }
  }

  async function* lookedAt(rows: AsyncIterable<unknown>, path: string, hashes: ReadonlySet<string>) {
    for await (const row of rows) {
      look(row, path, hashes)
      yield row
    }
  }

  const parts: Record<string, object> = {
    ...people,
    ...devices,
    ...policies,
    ...keys,
    ...logs,
    signsIn,
    browserSessions,
  }
  async function begin() {
    const { database } = server.composed.parts.storage
    const rows = await database.read<{ hash: string }>(
      'SELECT password_hash AS hash FROM user UNION ALL SELECT id_hash FROM page_session UNION ALL SELECT form_secret FROM page_session',
    )
    const hashes = new Set(rows.map(row => row.hash))
    for (const [name, part] of Object.entries(parts))
      for (const [act, call] of Object.entries(part) as [string, Call][]) {
        if (typeof call !== 'function') continue
        const path = `${name}.${act}`
        const wrapped: Call = (...values) => {
          const answer = call(...values)
          asked.add(path)
          if (answer instanceof Promise)
            return answer.then(value => {
              look(value, path, hashes)
              return value
            })
          if (typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer)
            return lookedAt(answer as AsyncIterable<unknown>, path, hashes)
          look(answer, path, hashes)
          return answer
        }
        Object.assign(part, { [act]: wrapped })
      }
  }
  return { begin, found, asked }
}

describe('the records returned to handlers', () => {
  it('contain no secret column of a row, for any page or list', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser({ username: 'amy', roles: ['support'] })
    const spent = await client.signIn(amy)
    await client.refresh(spent.refresh)
    server.clock.advance('5m')
    // Records an incident, and ends the session.
    await client.refresh(spent.refresh)
    const pair = await client.signIn(amy)
    const admin = (await client.signIn({ username: 'admin', password })).access
    const visitor = aVisitor(server)
    await visitor.signIn({ username: 'admin', password })

    const { begin, found, asked } = watched(server)
    await begin()
    const { sessionList, deviceList } = server.composed.parts.devices
    const sid = (await sessionList.page({}, { limit: 1 })).results[0]!.session.id
    const device = (await deviceList.page({}, { limit: 1 })).results[0]!.device.id
    const lists = ['users', 'sessions', 'devices', 'audit', 'revocations', 'incidents', 'keys', 'policies', 'roles']
    for (const path of ['users/1', `users/${amy.id}`, 'users?format=csv', 'sessions?format=csv', ...lists])
      expect((await client.get(`/api/admin/${path}`, admin)).status, path).to.equal(200)
    for (const path of ['', 'sessions/', 'devices/'])
      expect((await client.get(`/api/me/${path}`, pair.access)).status, path).to.equal(200)
    const ofOne = [`users/${amy.id}`, `sessions/${sid}`, `devices/${device}`, 'audit/1', 'users/new', 'inspector', '']
    for (const path of [...lists, ...ofOne]) expect((await visitor.open(`/admin/${path}`)).status, path).to.equal(200)
    for (const path of ['', '/password', '/devices', '/events'])
      expect((await visitor.open(`/account${path}`)).status, path).to.equal(200)
    await visitor.submit('/admin/inspector', { token: pair.access }, '/admin/inspector')
    await client.signIn(amy)
    await aVisitor(server).signIn(amy)

    expect([...found]).to.deep.equal([])
    expect([...asked]).to.include.members([
      ...[
        'users.require',
        'userList.page',
        'userList.every',
        'sessionList.page',
        'sessionList.every',
        'deviceList.page',
      ],
      ...[
        'details.session',
        'details.device',
        'details.userHistory',
        'whereSignedIn.devices',
        'whereSignedIn.sessions',
      ],
      ...['incidents.page', 'auditLog.page', 'keyRing.list', 'tokenInspector.inspect', 'signsIn.signIn'],
      ...['browserSessions.find', 'browserSessions.signIn'],
    ])
  })
})
