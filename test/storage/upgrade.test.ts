// Upgrade in place from the version before applications existed: all sessions continue.
import { expect } from 'chai'
import { builtInRoles } from '../../server/policy/permissions.js'
import { migrateDown, migrateUp, migrationStatus } from '../../server/storage/migrate.js'
import { createRoleStore } from '../../server/storage/roles.js'
import { aClient } from '../support/client.js'
import { anOpen } from '../support/database.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, settle } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

onEachEngine('upgrade from the version without applications', engine => {
  /** Sessions of one user, on a server that was stopped. */
  let signedIn: Awaited<ReturnType<typeof signInOn>>
  let database: Awaited<ReturnType<typeof anOpen>>

  async function signInOn(first: Awaited<ReturnType<typeof aServer>>) {
    const amy = await first.aUser()
    const client = aClient(first)
    const [pair, other] = [await client.signIn(amy), await client.signIn(amy)]
    const browser = { url: first.url }
    const visitor = aVisitor(browser)
    await visitor.signIn(amy)
    await first.close()
    return { clock: first.clock, settings: first.settings, pair, other, browser, visitor }
  }

  before('the former schema, with its rows', async () => {
    signedIn = await signInOn(await aServer({ engine }))
    database = await anOpen(signedIn.settings.database)
    const isDone = async () =>
      (await migrationStatus(database)).some(one => one.done && /^(Applications|SessionGrants)/.test(one.name))
    while (await isDone()) await migrateDown(database)
  })

  it('access tokens, refresh tokens and browser sessions stay valid', async () => {
    const { clock, settings, pair, other, browser, visitor } = signedIn
    const columns = Object.keys((await database.read<object>('SELECT * FROM session'))[0]!)
    expect(columns).to.include('policy_version').and.not.include('grant_type')
    const rows = () => database.read<object>('SELECT * FROM session ORDER BY id')
    const before = await rows()
    await migrateUp(database)
    const after = await rows()
    // Migrations add new permissions to the existing built-in roles.
    const roles = new Map(
      (await createRoleStore(database.dialect).all(database)).map(one => [one.name, one.permissions]),
    )
    for (const [name, permissions] of Object.entries(builtInRoles))
      expect(roles.get(name), name).to.have.members(permissions)
    expect(after.map((row, index) => ({ ...row, ...before[index] }))).to.deep.equal(after)

    const second = await aServer({ settings, clock, policy: null })
    const now = aClient(second)
    browser.url = second.url
    expect((await now.verify(pair.access)).status).to.equal(200)
    expect((await now.get('/api/me/', pair.access)).status).to.equal(200)
    expect((await now.verify(other.refresh)).status).to.equal(200)
    const refreshed = await now.refresh(pair.refresh)
    expect(refreshed.status).to.equal(200)
    expect((await now.refresh(refreshed.body.refresh)).status).to.equal(200)
    expect((await visitor.send('GET', '/account/')).status).to.equal(200)
    await settle(second.composed)

    const told = await database.read<{ grantType: string; refreshable: number; count: number }>(
      `SELECT grant_type AS grantType, refreshable, COUNT(*) AS count FROM session
       GROUP BY grant_type, refreshable ORDER BY refreshable`,
    )
    expect(told).to.deep.equal([
      { grantType: 'password', refreshable: 0, count: 1 },
      { grantType: 'password', refreshable: 1, count: 2 },
    ])
    // The row of the built-in application is the same as in a new installation.
    const own = await second.composed.parts.storage.applicationStore.find(database, 'darvoza')
    const fresh = await aServer({ engine })
    const { storage } = fresh.composed.parts
    const made = await storage.applicationStore.find(storage.database, 'darvoza')
    expect({ ...own, createdAt: 0 }).to.deep.equal({ ...made, createdAt: 0 })
    expect(own).to.include({ kind: 'resource_server', origin: 'built_in', active: true })
  })
})
