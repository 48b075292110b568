// What a sign-in costs: how often it reads the user's row, what it asks of the database, what it signs and checks.
import { expect } from 'chai'
import type { Queries } from '../../server/storage/database.js'
import { aClient } from '../support/client.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

/** Reads the user's row, also as a part of another statement. */
const ofUser = /\b(FROM|JOIN) `?user`?\b/
/** What a server asks by itself, whatever is done meanwhile. */
const ofServer = /heartbeat|FROM log_head h(\s+LEFT JOIN heartbeat|\s*$)|FROM policy_version/

/** Every statement, those inside transactions too. */
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

/** What is signed and checked meanwhile. */
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
  // Whoever signs with the private key asks for it here.
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

onEachEngine('a sign-in', engine => {
  it('of a stranger reads the row of its user twice', async () => {
    const { server, user } = await anEmptyHouse(engine)
    const asked = await statementsOf(server, () => aClient(server).signIn(user))
    expect(asked.filter(sql => ofUser.test(sql))).to.have.length(2)
    expect(verbs(asked)).to.deep.equal([
      'SELECT user',
      'SELECT user',
      'UPDATE user',
      'SELECT application',
      'INSERT device',
      // The limits of sessions and of devices.
      'SELECT session',
      'INSERT session',
      'SELECT audit_head',
      'INSERT audit_entry',
      'UPDATE audit_head',
    ])
  })

  it('on a device that it proves reads it twice too, and holds both heads with one statement', async () => {
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
      // What codes opened through the one that it replaces.
      'SELECT session',
      'INSERT session',
      'SELECT audit_head',
      'INSERT audit_entry',
      'UPDATE audit_head',
      'INSERT revocation',
      'UPDATE log_head',
    ])
  })

  it('with a token of somebody else’s device, and one by a page, read it no more often', async () => {
    const { server, user } = await anEmptyHouse(engine)
    const { device_token } = await aClient(server).signIn({ username: 'admin', password })
    const strange = await statementsOf(server, () => aClient(server).signIn(user, { device_token }))
    const visitor = aVisitor(server)
    await visitor.signIn(user)
    visitor.cookies.delete('darvoza-4000')
    const byPage = await statementsOf(server, () => send(visitor, user))
    for (const asked of [strange, byPage]) expect(asked.filter(sql => ofUser.test(sql))).to.have.length(2)
  })

  it('with a wrong password reads it once', async () => {
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

describe('a sign-in', () => {
  it('by a page signs no token but the one that proves the device', async () => {
    const { server, user } = await anEmptyHouse()
    const visitor = aVisitor(server)
    const first = await madeBy(server, () => send(visitor, user))
    expect(first).to.deep.equal({ signatures: 0, refreshTokens: 0, deviceTokens: 1, deviceChecks: 0 })
    expect((await visitor.open('/account')).status).to.equal(200)
    visitor.cookies.delete('darvoza-4000')
    const again = await madeBy(server, () => send(visitor, user))
    expect(again).to.deep.equal({ signatures: 0, refreshTokens: 0, deviceTokens: 1, deviceChecks: 1 })
  })

  it('at the API signs one pair, and checks the token of its device once', async () => {
    const { server, user } = await anEmptyHouse()
    const { device_token } = await aClient(server).signIn(user)
    const made = await madeBy(server, () => aClient(server).signIn(user, { device_token }))
    expect(made).to.deep.equal({ signatures: 1, refreshTokens: 1, deviceTokens: 1, deviceChecks: 1 })
  })

  it('that is refused signs nothing', async () => {
    const { server, user } = await anEmptyHouse()
    const made = await madeBy(server, () => aClient(server).post('/api/token/', { ...user, password: 'wrong' }))
    expect(made).to.deep.equal({ signatures: 0, refreshTokens: 0, deviceTokens: 0, deviceChecks: 0 })
  })
})

/** One user, and nothing that runs by itself. */
async function anEmptyHouse(engine?: Engine) {
  const server = await aServer(engine ? { engine } : {})
  const { username } = await server.aUser({ username: 'amy' })
  return { server, user: { username, password } }
}

/** The form of the sign-in page, and nothing behind it. */
async function send(visitor: ReturnType<typeof aVisitor>, user: { username: string; password: string }) {
  expect((await visitor.submit('/login', user, '/login')).status).to.equal(303)
}

/** `SELECT user`: the verb of each statement, and the first table that it names. */
function verbs(asked: readonly string[]): string[] {
  return asked.map(sql => {
    const [, verb, table] =
      /^\s*(UPDATE|\w+(?=[\s\S]*?\b(?:FROM|INTO)))[\s\S]*?(?:(?<=^\s*UPDATE)|FROM|INTO)\s+`?(\w+)/.exec(sql) ?? []
    return `${verb} ${table}`
  })
}
