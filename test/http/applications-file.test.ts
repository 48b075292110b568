// APPLICATIONS_FILE: the applications that every server reads at its start.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { readSettings, SettingsError } from '../../config/settings.js'
import { compose } from '../../server/compose.js'
import { aFolder, onEachEngine, onMariaDb } from '../support/engines.js'
import { aServer, type TestServer } from '../support/server.js'

const secret = 'a secret of the file that is long enough'
const till = {
  client_id: 'till',
  client_name: 'Till',
  client_secret: secret,
  kind: 'web',
  redirect_uris: ['https://till.example/cb'],
  first_party: true,
}
const orders = {
  client_id: 'orders',
  kind: 'resource_server',
  resource: 'https://orders.example',
  resource_scopes: [{ name: 'orders:read', description: 'See orders', descriptions: { uz: 'Buyurtmalarni koʻrish' } }],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks_uri: 'https://orders.example/keys',
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Starts on the same database with these entries in the file, and stops again. */
async function startWith({ settings, clock }: TestServer, entries: readonly unknown[]): Promise<void> {
  const applicationsFile = { path: '/etc/applications.json', entries }
  const composed = await compose({ ...settings, applicationsFile }, { log: silent, now: clock.now })
  try {
    await composed.migrate()
    await composed.start()
  } finally {
    await composed.close()
  }
}

const problemsOf = (work: Promise<unknown>): Promise<string[]> =>
  work.then(
    () => [],
    error => {
      if (error instanceof SettingsError) return error.problems
      throw error
    },
  )

describe('an unreadable APPLICATIONS_FILE', () => {
  const read = (text: string | null, name = 'applications.json') => {
    const file = join(aFolder(), name)
    if (text !== null) writeFileSync(file, text)
    try {
      readSettings({ APPLICATIONS_FILE: file })
      return null
    } catch (error) {
      return (error as SettingsError).problems.join()
    }
  }
  it('is reported with the problems of the settings, without its content', () => {
    expect(read(null)).to.match(/^APPLICATIONS_FILE names a file that cannot be read: .*ENOENT/)
    const broken = read('[{"client_secret": "hunter2", }')
    expect(broken).to.match(/^APPLICATIONS_FILE names a file that is not JSON/)
    expect(broken).to.not.include('hunter2')
    expect(read('{"client_id": "till"}')).to.match(/holds no JSON array/)
    expect(read('\ufeff[]')).to.equal(null)
  })
})

describe('the first start with an invalid APPLICATIONS_FILE', () => {
  it('creates no administrator, whose generated password would never be shown', async () => {
    const settings = readSettings({ DATA_DIR: aFolder() })
    const applicationsFile = { path: '/etc/applications.json', entries: [{ ...till, client_secret: 'short' }] }
    const begin = async (more: object) => {
      const composed = await compose({ ...settings, ...more }, { log: silent })
      try {
        await composed.migrate()
        return await composed.start()
      } finally {
        await composed.close()
      }
    }
    expect(await problemsOf(begin({ applicationsFile }) as Promise<unknown>)).to.have.length(1)
    expect(await begin({})).to.include({ username: 'admin' })
  })
})

onEachEngine('APPLICATIONS_FILE', engine => {
  let server: TestServer
  beforeEach(async () => {
    server = await aServer({ engine })
  })
  const show = (id: string) => server.composed.parts.applications.applications.require(id)
  const matches = (text: string) => server.composed.parts.applications.applicationSecrets.matches('till', text)
  const entries = async () =>
    (await server.composed.parts.logs.auditLog.page({ actor: 'system' }, { limit: 50 })).results
      .filter(entry => entry.subjectKind === 'application')
      .map(entry => `${entry.action} ${entry.subject}`)

  it('with invalid entries refuses the start, names every problem with its place, and writes nothing', async () => {
    const wrong = [
      till,
      'till',
      { ...till, client_secret: 'short' },
      { client_name: 'Nobody', kind: 'machine' },
      { ...till, client_id: 'bad', redirect_uris: ['https://a.example/*', 'file:///etc'], colour: 'red', kind: 'site' },
      { ...orders, client_id: 'one' },
      { ...orders, client_id: 'two', client_secret: secret, resource: 'https://orders.example/' },
      { ...till, client_id: 'darvoza' },
      { ...till, client_id: 'narrow', scope: 'darvoza:everything', permissions: 'orders:read' },
    ]
    const problems = await problemsOf(startWith(server, wrong))
    const places = problems.map(line => line.replace(/^APPLICATIONS_FILE (\S+)( \(\S+\))?: .*$/s, '$1$2'))
    expect(places.sort()).to.deep.equal(
      [
        '[1]',
        '[2].client_id (till)',
        '[2].client_secret (till)',
        '[3].client_id',
        ...['redirect_uris', 'redirect_uris', 'colour', 'kind'].map(name => `[4].${name} (bad)`),
        '[6].client_secret (two)',
        '[6].resource (two)',
        '[7].client_id (darvoza)',
        '[8].scope (narrow)',
        '[8].permissions (narrow)',
      ].sort(),
    )
    expect(problems.join()).to.not.include(secret)
    expect(await server.composed.parts.applications.applications.count({})).to.deep.equal({ count: 1, more: false })
  })

  it('creates its applications at the start; a second start writes nothing', async () => {
    await startWith(server, [{ ...till, scope: 'openid orders:read' }, orders])
    expect(await show('till')).to.deep.include({ origin: 'file', kind: 'web', name: 'Till', version: 1 })
    expect((await show('orders')).resourceScopes[0]!.descriptions).to.deep.equal({ uz: 'Buyurtmalarni koʻrish' })
    expect(await matches(secret)).to.equal(true)
    const written = await entries()
    expect(written.sort()).to.deep.equal(['application_created orders', 'application_created till'])
    const { revocationStore, database } = server.composed.parts.storage
    const before = await revocationStore.head(database)
    await startWith(server, [orders, { scope: 'openid orders:read', ...till }])
    const after = await revocationStore.head(database)
    expect([after.seq, after.applicationVersion]).to.deep.equal([before.seq, before.applicationVersion])
    expect(await entries()).to.have.length(2)
    expect(await show('till')).to.include({ version: 1 })
  })

  it('resets applications that differ, also by an administrator, and leaves other applications alone', async () => {
    await startWith(server, [till])
    const { applications } = server.composed.parts.applications
    await applications.change('till', { name: 'Other', metadata: { contacts: ['a@b.example'] } }, 'operator:test')
    await applications.disable('till', 'operator:test')
    await applications.create({ id: 'own', name: 'Own', kind: 'machine', metadata: {} }, 'operator:test')
    const other = `${secret} now`
    await startWith(server, [{ ...till, client_secret: other }])
    const now = await show('till')
    expect(now).to.include({ name: 'Till', active: false, origin: 'file' })
    expect(now.metadata).to.not.have.any.keys('contacts')
    expect([await matches(secret), await matches(other)]).to.deep.equal([false, true])
    expect(await show('own')).to.include({ version: 1, origin: 'administrator' })
    expect(await entries()).to.include('secret_rotated till')
  })

  it('overwrites an application that an administrator created, and does not restore a deleted one', async () => {
    const { applications } = server.composed.parts.applications
    await applications.create({ id: 'till', name: 'Till', kind: 'machine', metadata: {} }, 'operator:test')
    await startWith(server, [till])
    expect(await show('till')).to.include({ origin: 'file', kind: 'web' })
    await applications.remove('till', 'operator:test')
    await startWith(server, [till, orders])
    expect(await applications.some(['till', 'orders'])).to.have.keys('orders')
  })
})

onMariaDb('servers that start at once with the same APPLICATIONS_FILE', engine => {
  it('create its applications once', async () => {
    const server = await aServer({ engine })
    await Promise.all([1, 2, 3, 4].map(() => startWith(server, [till, orders])))
    const { results } = await server.composed.parts.logs.auditLog.page({ actor: 'system' }, { limit: 50 })
    const actions = results.filter(entry => entry.subjectKind === 'application').map(entry => entry.action)
    expect(actions).to.deep.equal(['application_created', 'application_created'])
    expect(await server.composed.parts.applications.secretChanges.list('till')).to.have.length(1)
  })
})

describe('the program with an invalid APPLICATIONS_FILE', function () {
  this.timeout(60_000)
  it('exits with code 1 and prints every problem, but no secret', async () => {
    const folder = aFolder()
    const file = join(folder, 'applications.json')
    writeFileSync(
      file,
      JSON.stringify([
        { ...till, redirect_uris: ['http://till.example/'] },
        { ...till, kind: 'x' },
      ]),
    )
    const main = fileURLToPath(new URL('../../server/main.js', import.meta.url))
    const { PATH = '' } = process.env
    const env = { PATH, PORT: '0', ISSUER: 'http://localhost:4000', DATA_DIR: folder, APPLICATIONS_FILE: file }
    const child = spawn(process.execPath, [main], { cwd: folder, env })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk))
    const code = await new Promise(resolve => child.once('close', resolve))
    expect(code, said).to.equal(1)
    expect(said)
      .to.include('[0].redirect_uris (till)')
      .and.include('[1].kind (till)')
      .and.include('[1].client_id (till)')
    expect(said).to.not.include(secret)
  })
})
