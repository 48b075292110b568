// Invalid ids, numbers and times in paths, filters and bodies: refused at the input, and never a server error.
import { expect } from 'chai'
import { routes } from '../../server/http/routes.js'
import { aClient } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const hostile = [
  ...['amy', 'NaN', 'Infinity', '-Infinity', '1e400', '1e3', '0x10', '-1', '0', '01', '1.5', ' 1', '1 ', '1,2', '١'],
  ...[
    '9007199254740993',
    '9'.repeat(15),
    '9'.repeat(30),
    '-0',
    'null',
    'undefined',
    '[object Object]',
    "1' OR 1=1 -- ",
  ],
  ...[
    '1\u0000',
    '\u0000',
    '😀',
    'a'.repeat(2_000),
    '2026-13-45T99:99:99Z',
    '+275760-09-13T00:00:00.001Z',
    '-271821-04-20',
  ],
]

const filters = ['user', 'seq', 'before', 'after', 'limit', 'since', 'until']

onEachEngine('hostile id or number', engine => {
  let server: TestServer
  let client: ReturnType<typeof aClient>
  let access: string
  beforeEach(async () => {
    server = await aServer({ engine })
    client = aClient(server)
    access = (await client.signIn({ username: 'admin', password })).access
  })

  it('is refused with 400 and its field as the subject of a revocation, and changes nothing', async () => {
    await server.aUser({ username: 'amy' })
    const before = await snapshotOf(server)
    const problem = async (body: object) => {
      const answer = await client.post('/api/admin/revocations/', body, access)
      expect(answer.status, `${JSON.stringify(body).slice(0, 200)} ${answer.text}`).to.equal(400)
      return Object.keys(answer.body as object)
    }
    for (const effect of ['end', 'refresh']) {
      for (const subject of [...hostile, '', '123456'])
        expect(await problem({ kind: 'user', subject, effect }), subject).to.deep.equal(['subject'])
    }
    expect(await problem({ kind: 'role', subject: 'nobody', effect: 'refresh' })).to.deep.equal(['subject'])
    expect(await problem({ kind: 'application', subject: 'nothing', effect: 'end' })).to.deep.equal(['subject'])
    expect(await problem({ kind: 'token', subject: 'a b', effect: 'end' })).to.deep.equal(['subject'])
    expect(await problem({ kind: 'all', subject: '1', effect: 'end' })).to.deep.equal(['subject'])
    for (const kind of ['session', 'key', 'everything'])
      expect(await problem({ kind, subject: 'a', effect: 'end' })).to.deep.equal(['kind'])
    for (const subject of [1e300, true, null, ['7'], { id: 7 }])
      expect(await problem({ kind: 'user', subject, effect: 'end' }), String(subject)).to.deep.equal(['subject'])
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('causes no server error as an id in a path or as a filter of a list', async () => {
    const apis = Object.values(routes).filter(
      ({ path }) => path.startsWith('/api/admin/') || path.startsWith('/api/me/'),
    )
    let next = 0
    /** @returns the next four hostile values */
    const some = () => Array.from({ length: 4 }, () => hostile[next++ % hostile.length]!)
    for (const { method, path } of apis.filter(({ path }) => path.includes(':'))) {
      for (const id of some()) {
        const target = path.replace(/:\w+/g, encodeURIComponent(id))
        const answer = await client.send(method, target, { token: access, ...(method !== 'GET' && { json: {} }) })
        expect(answer.status, `${method} ${target} ${answer.text}`).to.be.oneOf([400, 401, 403, 404, 405, 409, 422])
      }
    }
    const lists = apis.filter(({ method, path }) => method === 'GET' && !path.includes(':'))
    for (const { path } of lists) {
      for (const filter of filters) {
        for (const value of some().slice(1)) {
          const answer = await client.get(`${path}?${filter}=${encodeURIComponent(value)}`, access)
          expect(answer.status, `${path}?${filter}=${value} ${answer.text}`).to.be.oneOf([200, 400, 404])
        }
      }
    }
  }).timeout(60_000)
})
