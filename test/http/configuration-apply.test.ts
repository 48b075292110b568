// Applying configuration files on both engines: in one transaction, and without overwriting concurrent changes.
import { expect } from 'chai'
import mysql from 'mysql2/promise'
import type { DatabaseSettings } from '../../config/settings.js'
import { readConfiguration } from '../../server/commands/configuration-file.js'
import { writeConfiguration } from '../../server/commands/configuration-writing.js'
import { composeDemo } from '../../server/composition/demo.js'
import type { Plan } from '../../server/identity/configuration/configuration.js'
import { Refusal } from '../../server/protocol/errors.js'
import { anApplication } from '../support/applications.js'
import { aCommandLine, patience } from '../support/command-line.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'
import { waitFor } from '../support/mariadb.js'
import { urlOf } from '../support/processes.js'
import { aServer, type TestServer } from '../support/server.js'

const how = { prune: true, apply: 'refresh', reason: 'a test' } as const
const actor = 'operator:test' as const

const configurationOf = ({ composed }: TestServer) => composed.parts.configuration.configuration
const exported = async (server: TestServer) => writeConfiguration(await configurationOf(server).show(), 'yaml')

function wantedIn(text: string) {
  const { wanted, problems } = readConfiguration(text, name => ({ problem: name }))
  expect(problems).to.deep.equal([])
  return wanted!
}

const planned = (server: TestServer, text: string): Promise<Plan> =>
  configurationOf(server).plan(wantedIn(text), how, actor)

const applied = (server: TestServer, text: string, { differences }: Plan) =>
  configurationOf(server).apply(wantedIn(text), differences, how, actor)

/** @returns `done`, or the error code of the refusal */
const toldOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof Refusal) return error.code
      throw error
    },
  )

const everything = async (server: TestServer) => {
  const entries = []
  for await (const one of server.composed.parts.logs.auditLog.every({})) entries.push(one)
  return [await exported(server), entries] as const
}

const file = `version: 1
policies: { access_token_lifetime: 20m, reuse_grace: 3s }
roles: { clerk: [orders:read], porter: [doors:open] }
applications:
  orders: { kind: resource_server, resource: https://orders.example, resource_scopes: [{ name: orders:read, description: '' }] }
  till: { kind: web, redirect_uris: [https://till.example/cb], scope: openid orders:read, required_roles: [clerk] }
`

onEachEngine('configuration file', engine => {
  it('is a no-op on the server that exported it, and configures another server identically', async function () {
    this.timeout(patience)
    const [server, empty] = [await aServer({ engine }), await aServer({ engine })]
    await composeDemo(server.composed.parts).make({ users: 5, sessions: 10, seed: 'test', password: null })
    const { roles } = server.composed.parts.people
    await roles.create('a-b_c9', ['orders:read', 'darvoza:users:read', 'true', '0x10', '1e3', 'null'], 'system')
    for (const name of ['true', 'null', 'no', 'constructor']) await roles.create(name, [], 'system')
    await server.setPolicy({ audience: '#"\\\'{}:*&!|>%@`', max_sessions_per_user: 7 })
    const names = ['yes', '~', '# Shop', '<<: *a', '- \'"\\ \u{1f6d2}', 'Doʻkon “1”', '-', 'a: b', '0o17', '__proto__']
    for (const [index, name] of names.entries())
      await anApplication(server, ['true', '1.0', '~', '_', '-', '__proto__'][index] ?? `shop-${index}`, {
        name,
        kind: index % 2 === 0 ? 'web' : 'native',
        active: index !== 3,
        metadata: {
          redirect_uris: [`https://shop${index}.example/#`.replace('#', ''), 'http://127.0.0.1/cb'],
          response_types: ['code'],
          contacts: names,
          lifetimes: { access_token_lifetime: 61 + index },
          jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }] },
        },
      })
    const text = await exported(server)
    const before = await everything(server)
    const plan = await planned(server, text)
    expect(plan.differences).to.deep.equal({ policies: [], roles: [], applications: [] })
    await applied(server, text, plan)
    expect(await everything(server), 'neither written nor audited').to.deep.equal(before)

    await applied(empty, text, await planned(empty, text))
    expect(await exported(empty)).to.equal(text)
    expect((await planned(empty, text)).differences).to.deep.equal({ policies: [], roles: [], applications: [] })
    await applied(empty, file, await planned(empty, file))
    expect(await exported(empty))
      .to.not.include('demo-shop')
      .and.not.include('a-b_c9')
      .and.not.include('__proto__')
  })

  it('is applied by one of three concurrent runs; the others get configuration_conflict', async () => {
    const server = await aServer({ engine })
    const plan = await planned(server, file)
    const told = await Promise.all([1, 2, 3].map(() => toldOf(applied(server, file, plan))))
    expect(told.sort()).to.deep.equal(['configuration_conflict', 'configuration_conflict', 'done'])
    const { versions } = server.composed.parts.policies.policies
    expect(await versions({ limit: 10, before: 1_000 })).to.have.length(3)
    const actions = (await everything(server))[1]
    expect(actions.filter(one => one.action === 'application_created')).to.have.length(2)
    expect((await planned(server, file)).differences.applications).to.deep.equal([])
  })

  it('gets configuration_conflict if a value it changes was changed after the plan, and only then', async () => {
    const server = await aServer({ engine })
    const { roles } = server.composed.parts.people
    const { applications } = server.composed.parts.applications
    await applied(server, file, await planned(server, file))
    const next = file
      .replace('20m', '25m')
      .replace('doors:open', 'doors:open, doors:shut')
      .replace('{ clerk', '{ boss: [], clerk')
    const changes: Record<string, () => Promise<unknown>> = {
      'a value of a policy': () => server.setPolicy({ access_token_lifetime: 1_260 }),
      'permissions of a role': () => roles.update('porter', { permissions: ['doors:read'] }, 'system'),
      'a role of the same name': () => roles.create('boss', ['orders:write'], 'system'),
      'a role that would be pruned': () => roles.create('new', [], 'system'),
      'an application': () => applications.change('till', { name: 'Another' }, 'system'),
      'an application that would be pruned': () =>
        applications.create({ name: 'New', kind: 'machine', metadata: {}, id: 'new' }, 'system'),
    }
    for (const [what, change] of Object.entries(changes)) {
      const plan = await planned(server, next)
      await change()
      const before = await everything(server)
      expect(await toldOf(applied(server, next, plan)), what).to.equal('configuration_conflict')
      expect(await everything(server), what).to.deep.equal(before)
    }
    const plan = await planned(server, next)
    await server.setPolicy({ max_devices_per_user: 77 })
    await server.aUser({ username: 'amy', roles: ['clerk'] })
    expect(await toldOf(applied(server, next, plan))).to.equal('done')
    expect(await exported(server))
      .to.include('max_devices_per_user: 77')
      .and.include('access_token_lifetime: 25m')
  })

  it('is applied in one transaction: an invalid application rolls back all other changes', async () => {
    const server = await aServer({ engine })
    const two = `${file}  a: { kind: resource_server, resource: https://a.example }
  b: { kind: resource_server, resource: https://b.example }
`
    await applied(server, two, await planned(server, two))
    // Both resource servers swap addresses: each address is free only after the other has moved.
    const swapped = two.replace('a.example', 'c.example').replace('b.example', 'a.example').replace('c.ex', 'b.ex')
    const more = swapped.replace('20m', '30m').replace('{ clerk', '{ boss: [], clerk')
    const plan = await planned(server, more)
    expect(plan.differences.applications).to.have.length(2)
    const before = await everything(server)
    expect(await toldOf(applied(server, more, plan))).to.equal('invalid_fields')
    expect(await everything(server)).to.deep.equal(before)
    // Accepted where one leaves its address before the other takes it.
    const moved = two
      .replace('https://a.example', 'https://c.example')
      .replace('https://b.example', 'https://a.example')
    expect(await toldOf(applied(server, moved, await planned(server, moved)))).to.equal('done')
  })
})

onMariaDb('configuration file', engine => {
  it('is rolled back completely after kill -9 of darvoza apply, and can be applied again', async function () {
    this.timeout(patience)
    const server = await aServer({ engine })
    const { database, secretKey } = server.settings
    const env = { DATABASE_URL: urlOf(database), SECRET_KEY: secretKey!.toString('base64') }
    const darvoza = aCommandLine(env)
    darvoza.file('a.yaml', file)
    const before = await everything(server)
    // Another connection holds version 3: the last INSERT waits for it, after all other rows are written.
    const { engine: _, tls: __, name, ...where } = database as Extract<DatabaseSettings, { engine: 'mysql' }>
    const holder = await mysql.createConnection({ ...where, database: name })
    await holder.query('BEGIN')
    await holder.query(
      "INSERT INTO policy_version (version, policy, apply, actor, reason, created_at) VALUES (3, '{}', 'now', 'x', '', 1)",
    )
    const { database: store } = server.composed.parts.storage
    const waiting = waitFor(async () => {
      const running = await store.read<{ Info: string | null }>('SHOW FULL PROCESSLIST')
      expect(running.filter(one => /^INSERT INTO `?policy_version`? /.test(one.Info ?? ''))).to.have.length(1)
    })
    const ran = await darvoza.start(['apply', 'a.yaml', '--yes'], '', waiting)
    expect(ran.code, ran.stderr).to.equal(null)
    await holder.query('ROLLBACK')
    await holder.end()
    expect(await everything(server)).to.deep.equal(before)
    expect(JSON.parse(await darvoza.done(['apply', 'a.yaml', '--yes', '--json']))).to.include({ changed: true })
    await waitFor(async () => {
      const { policy } = server.composed.parts.revocation
      expect(policy().access_token_lifetime, 'the running server follows by itself').to.equal(1_200)
    }, 1_000)
  })
})
