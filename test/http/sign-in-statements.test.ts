// What a sign-in costs: reads of the user's row, database statements, signatures and token checks.
import { expect } from 'chai'
import type { Queries } from '../../server/storage/database.js'
import { aClient } from '../support/client.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

/** Statements that read the user's row, also as a part of another statement. */
const ofUser = /\b(FROM|JOIN) `?user`?\b/
/** Statements that a server sends by itself at any time. */
const ofServer = /heartbeat|FROM log_head h(\s+LEFT JOIN heartbeat|\s*$)|FROM policy_version/

/** Every SQL statement, including those inside transactions. */
async function statementsOf(server: TestServer, work: () => Promise<unknown>): Promise<string[]> {
  const { database } = server.composed.parts.storage
  const { read, cells, write, transaction } = database
  const asked: string[] = []
  const noting = (queries: Queries): Queries => ({
    read(sql, values) {
      asked.push(sql)
      return queries.read(sql, values)
    },
    cells(sql, values) {
      asked.push(sql)
      return queries.cells(sql, values)
    },
    write(sql, values) {
      asked.push(sql)
      return queries.write(sql, values)
    },
  })
  Object.assign(database, noting({ read, cells, write }))
  database.transaction = work => transaction(tx => work(noting(tx)))
  try {
    await work()
  } finally {
    Object.assign(database, { read, cells, write, transaction })
  }
  return asked.filter(sql => !ofServer.test(sql))
}

type Made = { signatures: number; refreshTokens: number; deviceTokens: number; deviceChecks: number }

/** Counts signatures, tokens and device checks during `work`. */
async function madeBy(server: TestServer, work: () => Promise<unknown>): Promise<Made> {
  const { signingKeys, issue, inspect } = server.composed.parts.tokens
  const before = {
    active: signingKeys.active,
    refresh: issue.refresh,
    deviceToken: issue.device,
    check: inspect.device,
  }
  const made = { signatures: 0, refreshTokens: 0, deviceTokens: 0, deviceChecks: 0 }
  const counting =
    <Args extends unknown[], Result>(what: keyof Made, act: (...args: Args) => Result) =>
    (...args: Args): Result => {
      made[what]++
      return act(...args)
    }
  // Every signature with the private key begins with this call.
  signingKeys.active = counting('signatures', before.active)
  issue.refresh = counting('refreshTokens', before.refresh)
  issue.device = counting('deviceTokens', before.deviceToken)
  inspect.device = counting('deviceChecks', before.check)
  try {
    await work()
  } finally {
    signingKeys.active = before.active
    issue.refresh = before.refresh
    issue.device = before.deviceToken
    inspect.device = before.check
  }
  return made
}

onEachEngine('the statements of a sign-in', engine => {
  it("without a device token read the user's row twice", async () => {
    const { server, user } = await anEmptyHouse(engine)
    const asked = await statementsOf(server, () => aClient(server).signIn(user))
    expect(asked.filter(sql => ofUser.test(sql))).to.have.length(2)
    expect(verbs(asked)).to.deep.equal([
      'SELECT user',
      'SELECT user',
      'UPDATE user',
      'SELECT application',
      'INSERT device',
      // For the limits of sessions and of devices.
      'SELECT session',
      'INSERT session',
      'SELECT audit_head',
      'INSERT audit_entry',
      'UPDATE audit_head',
    ])
  })

  it("with a device token read the user's row twice, and write both log heads with one statement", async () => {
    const { server, user } = await anEmptyHouse(engine)
    const { device_token } = await aClient(server).signIn(user)
    const asked = await statementsOf(server, () => aClient(server).signIn(user, { device_token }))
    expect(asked.filter(sql => ofUser.test(sql))).to.have.length(2)
    expect(verbs(asked)).to.deep.equal([
      'SELECT user',
      'SELECT device',
      'SELECT user',
      'UPDATE user',
      'SELECT application',
      'SELECT device',
      'UPDATE device',
      'SELECT session',
      'SELECT session',
      'UPDATE session',
      // Children of the session that is replaced.
      'SELECT session',
      'INSERT session',
      'SELECT audit_head',
      'INSERT audit_entry',
      'UPDATE audit_head',
      'INSERT revocation',
      'UPDATE log_head',
    ])
  })

  it("with another user's device token, or on the sign-in page, read the user's row twice", async () => {
    const { server, user } = await anEmptyHouse(engine)
    const { device_token } = await aClient(server).signIn({ username: 'admin', password })
    const strange = await statementsOf(server, () => aClient(server).signIn(user, { device_token }))
    const visitor = aVisitor(server)
    await visitor.signIn(user)
    visitor.cookies.delete('darvoza-4000')
    const byPage = await statementsOf(server, () => send(visitor, user))
    for (const asked of [strange, byPage]) expect(asked.filter(sql => ofUser.test(sql))).to.have.length(2)
  })

  it("with a wrong password read the user's row once", async () => {
    const { server, user } = await anEmptyHouse(engine)
    const { device_token } = await aClient(server).signIn(user)
    for (const more of [{}, { device_token }]) {
      const guess = { ...user, password: 'wrong', ...more }
      const asked = await statementsOf(server, async () => {
        expect((await aClient(server).post('/api/token/', guess)).status).to.equal(401)
      })
      expect(asked.filter(sql => ofUser.test(sql))).to.have.length(1)
    }
  })
})

describe('the signatures of a sign-in', () => {
  it('on the page: only a device token is signed', async () => {
    const { server, user } = await anEmptyHouse()
    const visitor = aVisitor(server)
    const first = await madeBy(server, () => send(visitor, user))
    expect(first).to.deep.equal({ signatures: 0, refreshTokens: 0, deviceTokens: 1, deviceChecks: 0 })
    expect((await visitor.open('/account')).status).to.equal(200)
    visitor.cookies.delete('darvoza-4000')
    const again = await madeBy(server, () => send(visitor, user))
    expect(again).to.deep.equal({ signatures: 0, refreshTokens: 0, deviceTokens: 1, deviceChecks: 1 })
  })

  it('at the API: one pair and a device token are signed, and the device token is checked once', async () => {
    const { server, user } = await anEmptyHouse()
    const { device_token } = await aClient(server).signIn(user)
    const made = await madeBy(server, () => aClient(server).signIn(user, { device_token }))
    expect(made).to.deep.equal({ signatures: 1, refreshTokens: 1, deviceTokens: 1, deviceChecks: 1 })
  })

  it('with a wrong password: nothing is signed', async () => {
    const { server, user } = await anEmptyHouse()
    const made = await madeBy(server, () => aClient(server).post('/api/token/', { ...user, password: 'wrong' }))
    expect(made).to.deep.equal({ signatures: 0, refreshTokens: 0, deviceTokens: 0, deviceChecks: 0 })
  })
})

/** A server with one user and no jobs running. */
async function anEmptyHouse(engine?: Engine) {
  const server = await aServer(engine ? { engine } : {})
  const { username } = await server.aUser({ username: 'amy' })
  return { server, user: { username, password } }
}

/** Submits the form of the sign-in page, without following the redirect. */
async function send(visitor: ReturnType<typeof aVisitor>, user: { username: string; password: string }) {
  expect((await visitor.submit('/login', user, '/login')).status).to.equal(303)
}

/** The verb of each statement and the first table that it names, such as `SELECT user`. */
function verbs(asked: readonly string[]): string[] {
  return asked.map(sql => {
    const [, verb, table] =
      /^\s*(UPDATE|\w+(?=[\s\S]*?\b(?:FROM|INTO)))[\s\S]*?(?:(?<=^\s*UPDATE)|FROM|INTO)\s+`?(\w+)/.exec(sql) ?? []
    return `${verb} ${table}`
  })
}
