// `darvoza apply` and `darvoza export`, as an operator types them.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { runCommand } from '../../server/program.js'
import { aSessionOf } from '../support/applications.js'
import { aClient } from '../support/client.js'
import {
  aCommandLine,
  besideAServer,
  expectRefused,
  operator,
  patience,
  type TestCommandLine,
} from '../support/command-line.js'
import { settle } from '../support/server.js'

const shop = `version: 1
policies:
  access_token_lifetime: 15 minutes
  reuse_grace: 5s
roles:
  clerk: [orders:write, orders:read]
applications:
  shop:
    client_name: Shop
    kind: web
    redirect_uris: [https://shop.example/cb]
    scope: openid orders:read
    required_roles: [clerk]
    lifetimes: { access_token_lifetime: 10m }
  orders:
    kind: resource_server
    resource: https://orders.example
    resource_scopes: [{ name: orders:read, description: See orders }]
`

const wrong = `version: 2
polices: {}
policies:
  acess_token_lifetime: 15m
  reuse_grace: 1.5 hours
roles:
  Clerk: [orders:read]
  admin: [orders:read]
  clerk: [orders:read, "no such", 3]
  empty:
applications:
  darvoza: { client_name: x }
  "123": { kind: machine }
  shop:
    client_nam: Shop
    kind: website
    client_secret: hunter2 hunter2 hunter2 hunter2 hunter2
    created_at: 2026-01-01
    redirect_uris:
      - https://shop.example/cb
      - javascript:alert(1)
    required_roles: [clerk, nobody]
    lifetimes: { access_token_lifetime: 1.5 hours, refresh_lifetime: 1d }
    grant_types: 5
    state: off
  night:
    kind: machine
    client_secret_env: SECRET_KEY
  day: { kind: machine, client_secret_env: NOT_SET }
  dusk: { kind: machine, client_secret_env: SHORT }
`

/** Position, path and message of each problem in that file. */
const told: readonly (readonly [place: string, path: string, saying: RegExp])[] = [
  ['1:1', 'version', /must be 1/],
  ['2:1', 'polices', /did you mean policies\?/],
  ['4:3', 'policies.acess_token_lifetime', /did you mean access_token_lifetime\?/],
  ['5:3', 'policies.reuse_grace', /whole numbers/],
  ['7:3', 'roles.Clerk', /small letters/],
  ['8:3', 'roles.admin', /built in/],
  ['9:24', 'roles.clerk[1]', /"no such" is not a permission/],
  ['9:35', 'roles.clerk[2]', /text/],
  ['10:3', 'roles.empty', /array of strings/],
  ['12:3', 'applications.darvoza', /built-in application/],
  ['13:3', 'applications.123', /id/],
  ['15:5', 'applications.shop.client_nam', /did you mean client_name\?/],
  ['16:5', 'applications.shop.kind', /one of web, browser/],
  ['17:5', 'applications.shop.client_secret', /client_secret_env/],
  ['18:5', 'applications.shop.created_at', /made by the server/],
  ['21:9', 'applications.shop.redirect_uris[1]', /scheme javascript/],
  ['22:29', 'applications.shop.required_roles[1]', /no role nobody/],
  ['23:18', 'applications.shop.lifetimes.access_token_lifetime', /duration/],
  ['23:52', 'applications.shop.lifetimes.refresh_lifetime', /Known: access_token_lifetime/],
  ['24:5', 'applications.shop.grant_types', /array/],
  ['25:5', 'applications.shop.state', /active, disabled/],
  ['28:5', 'applications.night.client_secret_env', /setting of the server/],
  ['29:25', 'applications.day.client_secret_env', /NOT_SET is not set/],
  ['30:26', 'applications.dusk.client_secret_env', /32 characters/],
]

const apply = (...args: string[]) => ['apply', ...args]

/** @returns the exported configuration, which `apply` may change, and the audit log */
async function everything(darvoza: TestCommandLine) {
  return [await darvoza.done(['export']), await darvoza.done(['audit', 'list', '--json'])]
}

describe('darvoza apply', function () {
  this.timeout(patience)

  it('reports invalid arguments on one line of stderr, and changes nothing', async () => {
    const darvoza = await aCommandLine().migrated()
    darvoza.file('a.yaml', shop)
    const before = await everything(darvoza)
    await expectRefused(darvoza, [
      [apply(), 2, /missing required argument 'file'/],
      [apply('a.yaml'), 2, /no terminal to ask on: give --dry-run, or --yes/],
      [apply('a.yaml', '--dry-run', '--yes'), 2, /give one of them/],
      [apply('none.yaml', '--yes'), 2, /cannot be read: ENOENT/],
      [apply('a.yaml', '--yes', '--apply', 'soon'), 2, /soon/],
      [['export', '--format', 'toml'], 2, /toml/],
      [['export', 'no/such/folder.yaml'], 1, /cannot be written: ENOENT/],
    ])
    const ran = await darvoza.run(apply('a.yaml', '--json'))
    expect(ran.code).to.equal(2)
    expect(JSON.parse(ran.stderr).error.message).to.match(/--json asks nothing/)
    expect(await everything(darvoza)).to.deep.equal(before)
  })

  it('reports all problems of a file at once, each with line and column, and changes nothing', async () => {
    const darvoza = await aCommandLine({ SHORT: 'hunter2' }).migrated()
    darvoza.file('wrong.yaml', wrong)
    const before = await everything(darvoza)
    const ran = await darvoza.run(apply('wrong.yaml', '--yes', '--prune'))
    expect([ran.code, ran.stdout]).to.deep.equal([2, ''])
    const lines = ran.stderr.trimEnd().split('\n')
    for (const [index, [place, path, saying]] of told.entries()) {
      expect(lines[index]).to.include(`wrong.yaml:${place}: ${path}: `).and.match(saying)
    }
    expect(lines.slice(told.length)).to.deep.equal([
      `darvoza: wrong.yaml has ${told.length} problems; nothing was changed`,
    ])
    expect(ran.stderr, 'no secret is repeated').to.not.include('hunter2')
    const { error } = JSON.parse((await darvoza.run(apply('wrong.yaml', '--dry-run', '--json'))).stderr)
    expect(error).to.include({ exit: 2, code: 'wrong_file', file: 'wrong.yaml' })
    expect(error.problems[6]).to.deep.include({ line: 9, column: 24, path: 'roles.clerk[1]', code: 'no_permission' })
    expect(await everything(darvoza)).to.deep.equal(before)
  })

  it('refuses --prune with an empty section, and prunes nothing for a missing section', async () => {
    const darvoza = await aCommandLine().migrated()
    await darvoza.done(['role', 'create', 'clerk', 'orders:read'])
    for (const empty of ['roles:', 'roles: {}', 'applications:\nroles: { clerk: [orders:read] }']) {
      const ran = await darvoza.run(apply('-', '--yes', '--prune'), `version: 1\n${empty}`)
      expect([ran.code, ran.stdout], empty).to.deep.equal([2, ''])
      expect(ran.stderr).to.match(/is empty, and with --prune all that there is would go/)
    }
    const none = 'version: 1\npolicies: { reuse_grace: 10s }\n'
    expect(await darvoza.done(apply('-', '--yes', '--prune'), none)).to.equal('nothing differs\n')
    expect(await darvoza.done(apply('-', '--yes'), 'version: 1\nroles:\napplications: {}')).to.equal(
      'nothing differs\n',
    )
    expect(await darvoza.json(['role', 'list'])).to.have.length(4)
  })

  it('shows the differences with --dry-run, applies them, and then reports that nothing differs', async () => {
    const darvoza = await aCommandLine().migrated()
    darvoza.file('a.yaml', shop)
    const before = await everything(darvoza)
    const dry = await darvoza.done(apply('a.yaml', '--dry-run'))
    expect(dry).to.match(/^ {2}~ access_token_lifetime {2}1h → 15m$/m)
    expect(dry).to.match(/^ {2}\+ clerk {2}orders:read, orders:write$/m)
    expect(dry)
      .to.match(/^ {2}\+ shop {2}Shop$/m)
      .and.match(/^ {6}lifetimes {2}access_token_lifetime 10m$/m)
    expect(dry).to.match(/2 policies, 1 role and 2 applications would change\n$/)
    expect(await everything(darvoza), 'nothing has changed').to.deep.equal(before)

    const done = await darvoza.json(apply('a.yaml', '--yes', '--reason', 'commit 4f1c2d'))
    expect(done).to.include({ changed: true, applied: true, policy_version: 2 })
    expect(Object.keys(done.secrets).sort()).to.deep.equal(['orders', 'shop'])
    expect(done.secrets.shop).to.match(/^dvz_sec_/)
    expect(await darvoza.json(['application', 'show', 'shop'])).to.deep.include({
      required_roles: ['clerk'],
      lifetimes: { access_token_lifetime: 600 },
      origin: 'administrator',
    })
    const audit = await darvoza.json(['audit', 'list'])
    expect(audit.map((one: { action: string }) => one.action).sort()).to.deep.equal([
      ...['application_created', 'application_created', 'policy_changed', 'role_created'],
    ])
    for (const { after, actor } of audit) expect([after.reason, actor]).to.deep.equal(['commit 4f1c2d', operator])
    expect(JSON.stringify(audit)).to.not.include(done.secrets.shop.slice(8))
    expect((await darvoza.json(['policy', 'versions'])).map((one: { reason: string }) => one.reason)[0]).to.equal(
      'commit 4f1c2d',
    )

    const after = await everything(darvoza)
    const again = await darvoza.json(apply('a.yaml', '--yes'))
    expect(again).to.deep.include({ changed: false, applied: false, secrets: {}, policy_version: null })
    expect(await darvoza.done(apply('a.yaml', '--dry-run'))).to.equal('nothing differs\n')
    expect(await everything(darvoza), 'neither written nor audited').to.deep.equal(after)
  })

  it('refuses a file that changes more than 500 roles and applications', async () => {
    const darvoza = await aCommandLine().migrated()
    const text = JSON.stringify({
      version: 1,
      roles: Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`role${at}`, []])),
    })
    const ran = await darvoza.run(apply('-', '--yes'), text)
    expect([ran.code, ran.stdout]).to.deep.equal([2, ''])
    expect(ran.stderr).to.match(/stdin:1:1: 501 roles and applications differ: at most 500/)
    expect(await darvoza.done(apply('-', '--yes'), text.replace('"role0":[],', ''))).to.match(/^changed 500 roles$/m)
  })

  it('asks for confirmation on a terminal, and applies the file after y but not after n', async () => {
    const darvoza = await aCommandLine().migrated()
    darvoza.file('a.yaml', 'version: 1\nroles: { clerk: [orders:read] }')
    const answered = async (answer: string, env: Record<string, string> = {}) => {
      const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
      for (const stream of Object.values(streams)) Object.assign(stream, { isTTY: true, columns: 80 })
      streams.stdin.end(answer)
      const argv = [process.execPath, 'darvoza', ...apply('a.yaml')]
      const code = await runCommand({
        argv,
        env: { DATA_DIR: darvoza.dataDir, ...env },
        cwd: dirname(darvoza.dataDir),
        ...streams,
      })
      return { code, stdout: String(streams.stdout.read()), stderr: String(streams.stderr.read()) }
    }
    const no = await answered('n\n')
    expect(no.code).to.equal(1)
    expect(no.stderr).to.match(/^This changes 1 role\. Go on\? \[y\/N\] darvoza: nothing was changed\n$/)
    expect(no.stdout).to.include('\x1b[32m  + clerk  orders:read\x1b[0m')
    expect(await darvoza.json(['role', 'list'])).to.have.length(3)
    const yes = await answered('y\n', { NO_COLOR: '1' })
    expect([yes.code, yes.stdout]).to.deep.equal([0, 'roles\n  + clerk  orders:read\nchanged 1 role\n'])
    expect(await darvoza.json(['role', 'list'])).to.have.length(4)
  })

  it('ends the sessions that --dry-run announced; a running server follows the changes', async () => {
    const { server, darvoza } = await besideAServer()
    darvoza.file('a.yaml', shop)
    await darvoza.done(apply('a.yaml', '--yes'))
    await darvoza.done(apply('-', '--yes'), 'version: 1\nroles: { porter: [doors:open] }')
    const amy = await server.aUser({ username: 'amy', roles: ['clerk', 'porter'] })
    const client = aClient(server)
    const pair = await client.signIn(amy)
    await settle(server.composed)
    const { session } = await aSessionOf(server, amy, 'shop')

    darvoza.file('b.yaml', shop.replace(/ {2}shop:[\s\S]*?(?= {2}orders:)/, '').replace('orders:write, ', ''))
    const plan = await darvoza.json(apply('b.yaml', '--dry-run', '--prune'))
    expect(plan.roles).to.deep.equal([
      { name: 'clerk', act: 'change', before: ['orders:read', 'orders:write'], after: ['orders:read'], holders: 1 },
      { name: 'porter', act: 'delete', before: ['doors:open'], after: null, holders: 1 },
    ])
    expect(plan.applications).to.have.length(1)
    expect(plan.applications[0]).to.deep.include({ client_id: 'shop', act: 'delete' })
    expect(plan.applications[0].ends.sessions).to.deep.equal({ count: 1, more: false })
    const inWords = await darvoza.done(apply('b.yaml', '--dry-run', '--prune'))
    expect(inWords)
      .to.match(/- shop {2}Shop: is deleted for good, and its id is never used again/)
      .and.match(/ends 1 session of 1 user$/m)
      .and.match(/ends 1 secret at once$/m)
      .and.match(/- porter {2}is deleted\n {6}1 lose it/)

    await darvoza.done(apply('b.yaml', '--yes', '--prune'))
    await settle(server.composed)
    expect((await client.verify(pair.access)).body.reason).to.equal('token_stale')
    const ended = await server.composed.parts.storage.sessionStore.find(
      server.composed.parts.storage.database,
      session.id,
    )
    expect(ended?.endedReason).to.equal('application_disabled')
    const ran = await darvoza.run(apply('a.yaml', '--yes'))
    expect(ran.code, 'its id is never used again').to.equal(2)
    expect(ran.stderr).to.match(/a\.yaml:8:3: applications\.shop: Was deleted/)
  })

  it('sets a client secret from an environment variable, ends the previous one, and prints neither', async () => {
    const [first, second] = ['a first secret of thirty-two characters', 'a second secret of thirty-two letters']
    const text = 'version: 1\napplications: { night: { kind: machine, scope: x, client_secret_env: NIGHT } }'
    const { server, darvoza: other } = await besideAServer()
    const { database } = server.composed.parts.storage
    const { applicationSecrets } = server.composed.parts.applications
    const { env } = other
    const outputs: string[] = []
    for (const [secret, saying] of [
      [first, /has the secret of its variable/],
      [first, /nothing differs/],
      [second, /has another secret\n.*makes access tokens of night stale at once\n.*ends 1 secret at once/],
    ] as const) {
      const darvoza = aCommandLine({ ...env, NIGHT: secret })
      const ran = await darvoza.run(apply('-', '--yes'), text)
      expect([ran.code, ran.stdout]).to.satisfy(([code]: [number]) => code === 0, ran.stderr)
      expect(ran.stdout).to.match(saying)
      outputs.push(ran.stdout, ran.stderr)
      expect(await applicationSecrets.holds(database, 'night', secret)).to.equal(true)
    }
    // The clock of the test server stands still: only this passes the end of the first secret.
    server.clock.advance('1h')
    expect(await applicationSecrets.holds(database, 'night', first)).to.equal(false)
    outputs.push(await other.done(['export']), await other.done(['audit', 'list', '--json']))
    for (const output of outputs) for (const secret of [first, second]) expect(output).to.not.include(secret)
  })

  it('keeps the state of an application unless the file has a state for it', async () => {
    const darvoza = await aCommandLine().migrated()
    const text = 'version: 1\napplications: { night: { kind: machine } }'
    await darvoza.done(apply('-', '--yes'), text)
    await darvoza.done(['application', 'disable', 'night', '--yes'])
    expect(await darvoza.done(apply('-', '--yes'), text)).to.equal('nothing differs\n')
    await darvoza.done(apply('-', '--yes'), text.replace('}', ', state: active }'))
    expect((await darvoza.json(['application', 'show', 'night'])).state).to.equal('active')
    const said = await darvoza.done(apply('-', '--yes'), text.replace('}', ', state: disabled }'))
    expect(said).to.include('state  active → disabled')
    expect((await darvoza.json(['application', 'show', 'night'])).state).to.equal('disabled')
  })
})

describe('darvoza export', function () {
  this.timeout(patience)

  it('writes YAML and JSON files that are a no-op when applied to the same server', async () => {
    const darvoza = await aCommandLine().migrated()
    await darvoza.done(apply('-', '--yes'), shop)
    await darvoza.done(['application', 'change', 'shop', '--unset', 'scope', 'application_type'])
    const folder = dirname(darvoza.dataDir)
    writeFileSync(join(folder, 'b.yaml'), 'what was there before')
    await darvoza.done(['export', 'b.yaml'])
    await darvoza.done(['export', 'b.json'])
    expect(readFileSync(join(folder, 'b.yaml'), 'utf8')).to.equal(await darvoza.done(['export']))
    const file = JSON.parse(readFileSync(join(folder, 'b.json'), 'utf8'))
    expect(file).to.deep.equal(await darvoza.json(['export']))
    expect(file.policies.access_token_lifetime).to.equal('15m')
    expect(file.roles).to.deep.equal({ clerk: ['orders:read', 'orders:write'] })
    expect(file.applications.shop)
      .to.include({ scope: null, application_type: null })
      .and.not.have.property('client_id')
    for (const name of ['b.yaml', 'b.json'])
      expect(await darvoza.done(apply(name, '--yes', '--prune'))).to.equal('nothing differs\n')
  })
})
