// `darvoza application …`: commands of an operator, with and without a running server.
import { expect } from 'chai'
import { aSessionOf } from '../support/applications.js'
import { aCommandLine, besideAServer, expectOneLine, expectRefused, patience } from '../support/command-line.js'
import { settle } from '../support/server.js'

const shop = ['create', 'Shop', '--kind', 'web', '--redirect-uri', 'https://shop.example/cb']
const application = (...args: string[]) => ['application', ...args]

describe('applications on the command line', function () {
  this.timeout(patience)

  it('are refused with one line that names every problem, and nothing is created', async () => {
    const darvoza = await aCommandLine().migrated()
    await expectRefused(darvoza, [
      [application('create'), 2, /missing required argument 'name'/],
      [application('create', 'Shop', '--kind', 'website'), 2, /--kind .* is invalid/],
      [application('create', 'Shop', '--kind', 'web'), 2, /redirect_uris: This field is required/],
      [
        application(...shop, '--redirect-uri', 'javascript:alert(1)', '--set', 'client_uri=data:text/html,x'),
        2,
        /redirect_uris: javascript.*client_uri: data/,
      ],
      [application(...shop, '--set', 'redirect_uri=x'), 2, /redirect_uri: There is no such field/],
      [application(...shop, '--set', 'first_party'), 2, /is not NAME=VALUE/],
      [application(...shop, '--id', '123'), 2, /client_id/],
      [application('change', 'darvoza'), 2, /nothing is named/],
      [application('change', 'darvoza', '--kind', 'web'), 2, /kind/],
      [application('change', 'nobody', '--name', 'x'), 1, /There is no application nobody/],
      [application('show', 'nobody'), 1, /There is no application nobody/],
      [application('delete', 'darvoza', '--yes'), 2, /client_id/],
      [application('delete', 'darvoza'), 2, /--yes/],
      [application('rotate-secret', 'darvoza', '--overlap', 'soon'), 2, /--overlap soon is no duration/],
      [application('import', 'no-such-file'), 2, /cannot be read: ENOENT/],
      [application('import', '-'), 2, /not JSON$/m, '{"broken'],
      [application('import', '-'), 2, /not a JSON array/, '{}'],
      [
        application('import', '-'),
        2,
        /\[0\]\.client_id: .*required.*\[1\]\.redirect_uris \(till\): .*fragment/,
        JSON.stringify([{ kind: 'machine' }, { client_id: 'till', redirect_uris: ['https://a.example/#'] }]),
      ],
    ])
    expect(await darvoza.json(application('list'))).to.have.length(1)
  })

  it('are created with a secret that is printed once, changed, disabled, enabled and deleted', async () => {
    const { server, darvoza } = await besideAServer()
    const made = await darvoza.json(
      application(...shop, '--permission', 'orders:read', '--set', 'contacts=["ops@shop.example"]'),
    )
    const id = made.client_id
    expect(made).to.deep.include({ client_name: 'Shop', permissions: ['orders:read'], contacts: ['ops@shop.example'] })
    expect(made.client_secret).to.match(/^dvz_sec_/)
    const shown = await darvoza.done(application('show', id))
    expect(shown)
      .to.include(`…${made.client_secret.slice(-4)}`)
      .and.not.include('dvz_sec_')
    expect(await darvoza.done(application('list'))).to.include(id)
    const inWords = await darvoza.done(application('create', 'Night', '--kind', 'machine', '--id', 'night'))
    expect(inWords).to.match(/^made the application night; its secret, shown once: dvz_sec_\S{43}\n$/)

    const warned = await darvoza.run(
      application('change', id, '--redirect-uri', 'http://localhost/cb', '--unset', 'contacts'),
    )
    expect([warned.code, warned.stdout]).to.deep.equal([0, `changed ${id}\n`])
    expect(warned.stderr).to.include('localhost')
    const changed = await darvoza.json(application('show', id))
    expect(changed).to.deep.include({
      redirect_uris: ['http://localhost/cb'],
      permissions: ['orders:read'],
      version: 2,
    })
    expect(changed).to.not.have.any.keys('contacts')

    const rotated = await darvoza.json(application('rotate-secret', id, '--overlap', '1h'))
    const { applicationSecrets, applications } = server.composed.parts.applications
    for (const secret of [made.client_secret, rotated.client_secret])
      expect(await applicationSecrets.matches(id, secret)).to.equal(true)

    // The running server applies the change within a second.
    await settle(server.composed)
    const amy = await server.aUser()
    await aSessionOf(server, amy, id, { scope: 'openid' })
    expect((await applications.counts(id)).sessions.count).to.equal(1)
    await darvoza.done(application('disable', id, '--yes'))
    expect((await applications.counts(id)).sessions.count).to.equal(0)
    expect(await darvoza.json(application('list', '--state', 'disabled'))).to.have.length(1)
    await darvoza.done(application('enable', id))
    await darvoza.done(application('delete', id, '--yes'))
    expectOneLine(await darvoza.run(application('show', id)), /There is no application/)
  })

  it('are imported from a file, and reported as created, changed or unchanged', async () => {
    const darvoza = await aCommandLine().migrated()
    const till = { client_id: 'till', client_name: 'Till', redirect_uris: ['https://till.example/cb'] }
    const orders = {
      client_id: 'orders',
      resource: 'https://orders.example',
      resource_scopes: [{ name: 'orders:read', description: 'See orders' }],
      client_secret: 'a secret of the file that is long enough',
    }
    const read = (entries: object[]) => darvoza.json(application('import', '-'), JSON.stringify(entries))
    const [first, second] = await read([{ ...till, scope: 'openid orders:read' }, orders])
    expect([first.outcome, second.outcome, second.client_secret]).to.deep.equal(['created', 'created', null])
    expect(first.client_secret).to.match(/^dvz_sec_/)
    expect(
      (await read([{ ...till, scope: 'openid orders:read' }, orders])).map((one: { outcome: string }) => one.outcome),
    ).to.deep.equal(['unchanged', 'unchanged'])
    const [changed] = await read([till])
    expect(changed).to.deep.equal({ client_id: 'till', outcome: 'changed', client_secret: null })
    expect((await darvoza.json(application('show', 'orders'))).kind).to.equal('resource_server')
    const actions = (await darvoza.json(['audit', 'list'])).map((entry: { action: string }) => entry.action)
    expect(actions.filter((one: string) => one.startsWith('application_')).sort()).to.deep.equal([
      ...['application_changed', 'application_created', 'application_created'],
    ])
  })
})
