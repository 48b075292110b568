import { pbkdf2Sync } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { aClient, claimsOf } from '../support/client.js'
import {
  aCommandLine,
  besideAServer,
  expectOneLine,
  expectRefused,
  operator,
  patience,
} from '../support/command-line.js'
import { aFolder } from '../support/engines.js'
import { waitFor } from '../support/mariadb.js'
import { password } from '../support/server.js'

describe('command line: errors', function () {
  this.timeout(patience)

  const wrong: [args: string[], saying: RegExp][] = [
    [[], /a command is missing/],
    [['user'], /a command is missing/],
    [['frobnicate'], /unknown command/],
    [['user', 'lst'], /unknown command 'lst' \(Did you mean list\?\)/],
    [['user', 'list', '--limit', 'all'], /--limit .* is invalid/],
    [['user', 'list', '--nonsense'], /unknown option/],
    [['user', 'create'], /missing required argument 'name'/],
    [['user', 'create', 'amy', 'a password'], /too many arguments/],
    [['user', 'create', 'amy', '--password', 'secret'], /unknown option '--password'/],
    [['user', 'create', 'amy'], /--password-stdin/],
    [['user', 'set-password', 'amy'], /--password-stdin/],
    [['user', 'set-roles', 'amy'], /--none/],
    [['user', 'set-roles', 'amy', 'admin', '--none'], /--none/],
    [['user', 'set-permissions', 'amy'], /--none/],
    [['role', 'set-permissions', 'clerk'], /--none/],
    [['role', 'create'], /missing required argument 'name'/],
    [['audit', 'list', '--subject', 'amy'], /KIND:ID/],
    [['revocation', 'add'], /missing required argument 'kind'/],
    [['user', 'import', 'no-such-file'], /no-such-file cannot be read: ENOENT/],
    [['user', 'import', '.'], /cannot be read: EISDIR/],
    [['log', 'advance', '--seen', 'all'], /--seen .* is invalid/],
    [['log', 'advance', '--seen', '9007199254740993'], /--seen .* is invalid/],
    [['log', 'advance', '--user-ids', '-1'], /--user-ids .* is invalid/],
    [['session', 'end'], /either the id of a session or --user/],
    [['session', 'end', 'x', '--user', 'amy'], /either the id of a session or --user/],
    [['device', 'list'], /--user <name>/],
    [['policy', 'set', 'access_token_lifetime'], /is not NAME=VALUE/],
    [['policy', 'set', 'no_such_policy=1'], /there is no policy no_such_policy/],
    [['policy', 'set', 'reuse_grace=5s', 'reuse_grace=6s'], /given twice/],
    [['migrate', 'down'], /--yes/],
  ]
  it('reports wrong use on one line of stderr, exits with 2 and creates no data directory', async () => {
    const darvoza = aCommandLine()
    await expectRefused(
      darvoza,
      wrong.map(([args, saying]) => [args, 2, saying] as const),
    )
    expect(existsSync(darvoza.dataDir)).to.equal(false)
  })

  it('reports errors as JSON on stderr with --json, and leaves stdout empty', async () => {
    const darvoza = await aCommandLine().migrated()
    const cases: [args: string[], exit: number, error: object, stdin?: string][] = [
      [['user', 'show', 'nobody', '--json'], 1, { code: 'not_found', message: 'There is no user nobody.' }],
      [['user', 'shwo', '--json'], 2, { code: 'wrong_use' }],
      [['log', 'advance', '--json'], 2, { code: 'wrong_use' }],
      [['user', 'create', 'a b', '--password-stdin', '--json'], 2, { code: 'invalid_fields' }, password],
    ]
    for (const [args, exit, wanted, stdin] of cases) {
      const ran = await darvoza.run(args, stdin)
      expect([ran.code, ran.stdout], args.join(' ')).to.deep.equal([exit, ''])
      const { error } = JSON.parse(ran.stderr)
      expect(error, args.join(' ')).to.include({ exit, code: (wanted as { code: string }).code })
      expect(Object.keys(error)).to.include('message')
    }
  })

  it('prints its version; --help and user list load only the modules they need', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(await aCommandLine().start(['--version'])).to.deep.equal({ code: 0, stdout: `${version}\n`, stderr: '' })
    const wrong = await aCommandLine().start(['user', 'shwo'])
    expect([wrong.code, wrong.stdout]).to.deep.equal([2, ''])
    expectOneLine(wrong, /shwo/)
    const loaded = async (args: string[]): Promise<string> => {
      const folder = aFolder()
      const darvoza = await aCommandLine({ NODE_V8_COVERAGE: folder }).migrated()
      expect((await darvoza.start(args)).code).to.equal(0)
      return readdirSync(folder)
        .map(file => readFileSync(join(folder, file), 'utf8'))
        .join('')
    }
    // Loading these packages takes half of the time of a command.
    const serving = ['node_modules/koa/', 'node_modules/ejs/', 'node_modules/i18next/']
    const [help, list] = [await loaded(['--help']), await loaded(['user', 'list'])]
    for (const part of [...serving, 'node_modules/async-mutex/']) expect(help, part).to.not.include(part)
    for (const part of [...serving, 'node_modules/typeorm/']) expect(list, part).to.not.include(part)
    expect(list).to.include('node_modules/async-mutex/')
  })

  it('exits with 2 and names the setting that is invalid', async () => {
    const ran = await aCommandLine({ DATABASE_URL: 'postgres://x' }).run(['user', 'list'])
    expect(ran.code).to.equal(2)
    expectOneLine(ran, /DATABASE_URL/)
  })

  it('refuses invalid values of users and policies, names the field, and changes nothing', async () => {
    const darvoza = await aCommandLine().cheaply()
    const refused: [args: string[], stdin: string, saying: RegExp][] = [
      [['user', 'create', 'a b', '--password-stdin'], password, /username: Enter a valid username/],
      [['user', 'create', 'amy', '--password-stdin'], 'short', /password: This password is too short/],
      [['user', 'create', 'amy', '--password-stdin'], '', /password: This password is too short/],
      [['user', 'create', 'amy', '--password-stdin', '--role', 'no'], password, /roles: There is no role no/],
      [['user', 'create', 'amy', '--password-stdin', '--email', 'x'], password, /email: Enter a valid email/],
      [['policy', 'set', 'reuse_grace=5s', 'password_cost=99'], '', /password_cost: must lie between 4 and 15/],
      [['policy', 'set', 'refresh_token_lifetime=60d'], '', /longer than session_absolute_lifetime/],
      [
        ['policy', 'set', 'access_token_lifetime=soon'],
        '',
        /must be a duration such as 90s, 15m, 6 hours or 1 day 6 hours/,
      ],
    ]
    await expectRefused(
      darvoza,
      refused.map(([args, stdin, saying]) => [args, 2, saying, stdin] as const),
    )
    expect(await darvoza.json(['user', 'list'])).to.deep.equal([])
    expect((await darvoza.json(['policy', 'show'])).version).to.equal(2)
  })

  it('exits with 1 without creating a database if none exists', async () => {
    const darvoza = aCommandLine()
    const ran = await darvoza.run(['user', 'create', 'amy', '--password-stdin'], password)
    expect(ran.code).to.equal(1)
    expectOneLine(ran, /there is no database at .*: set DATABASE_URL or DATA_DIR/)
    expect(existsSync(darvoza.dataDir)).to.equal(false)
  })

  it('exits with 1 for an unknown user, session or device', async () => {
    const darvoza = await aCommandLine().migrated()
    await expectRefused(darvoza, [
      [['user', 'show', 'nobody'], 1, /There is no/],
      [['user', 'disable', 'nobody'], 1, /There is no/],
      [['session', 'list', '--user', 'nobody'], 1, /There is no/],
      [['session', 'end', 'no-such-session'], 1, /There is no/],
      [['device', 'end', 'no-such-device'], 1, /There is no/],
    ])
  })

  it('removes line ends and control characters of a username from the error line', async () => {
    const darvoza = await aCommandLine().migrated()
    const ran = await darvoza.run(['user', 'show', 'a\nb\u001b[31m'])
    expect(ran.code).to.equal(1)
    expect(ran.stderr).to.match(/^[^\n\u001b]+\n$/)
  })

  it('exits with 1 and one line, without a stack trace, if the database is unreachable', async () => {
    const ran = await aCommandLine({
      DATABASE_URL: 'mysql://root@127.0.0.1:1/darvoza',
      SECRET_KEY: btoa('0123456789'.repeat(4)),
    }).run(['user', 'list'])
    expect(ran.code).to.equal(1)
    expectOneLine(ran, /nobody listens at the address in DATABASE_URL/)
  })

  it('refuses to disable, delete or demote the last administrator', async () => {
    const darvoza = await aCommandLine().cheaply()
    await darvoza.done(['user', 'create', 'root', '--password-stdin', '--role', 'admin'], password)
    await expectRefused(darvoza, [
      [['user', 'disable', 'root'], 1, /no administrator/],
      [['user', 'delete', 'root', '--yes'], 1, /no administrator/],
      [['user', 'set-roles', 'root', '--none'], 1, /no administrator/],
    ])
  })
})

describe('command line', function () {
  this.timeout(patience)

  it('prints --help with invalid settings and without a database', async () => {
    const darvoza = aCommandLine({ DATABASE_URL: 'nonsense' })
    expect(await darvoza.done(['--help'])).to.contain('policy')
    expect(await darvoza.done(['user', 'create', '--help'])).to.contain('--password-stdin')
    expect(existsSync(darvoza.dataDir)).to.equal(false)
  })

  it('creates, renames, disables, enables and deletes a user, sets roles, and logs the revocations', async () => {
    const darvoza = await aCommandLine().cheaply()
    const made = await darvoza.json(
      [
        'user',
        'create',
        'amy',
        '--password-stdin',
        '--role',
        'support',
        '--role',
        'auditor',
        '--first-name',
        'Amy',
        '--email',
        'amy@example.com',
      ],
      `${password}\n`,
    )
    expect(made).to.include({
      user_id: 1,
      username: 'amy',
      first_name: 'Amy',
      email: 'amy@example.com',
      is_active: true,
    })
    expect(made.roles).to.deep.equal(['auditor', 'support'])
    await darvoza.done(['user', 'rename', 'amy', 'amina'])
    expect((await darvoza.json(['user', 'set-roles', 'amina', 'support'])).roles).to.deep.equal(['support'])
    expect((await darvoza.json(['user', 'set-roles', 'amina', '--none'])).roles).to.deep.equal([])
    expect((await darvoza.json(['user', 'disable', 'amina'])).is_active).to.equal(false)
    expect((await darvoza.json(['user', 'enable', 'amina'])).is_active).to.equal(true)
    expect(await darvoza.done(['user', 'show', 'amina'])).to.match(/^email +amy@example.com$/m)
    await darvoza.done(['user', 'delete', 'amina', '--yes'])
    expect(await darvoza.json(['user', 'list'])).to.deep.equal([])
    const log = await darvoza.json(['revocation', 'list'])
    expect(log.map((entry: { reason: string }) => entry.reason)).to.deep.equal([
      ...['user_deleted', 'user_disabled', 'roles_changed', 'roles_changed', 'user_renamed'],
    ])
    expect(log.every((entry: { actor: string }) => entry.actor === operator)).to.equal(true)
  })

  it('creates no administrator in a migrated database', async () => {
    const darvoza = await aCommandLine().migrated()
    expect(await darvoza.json(['user', 'list'])).to.deep.equal([])
  })

  it('sets policies with actor and reason, and shows them', async () => {
    const darvoza = await aCommandLine().migrated()
    await darvoza.done([
      'policy',
      'set',
      'access_token_lifetime=15m',
      'rotate_refresh_tokens=false',
      '--reason',
      'audit',
    ])
    const shown = await darvoza.json(['policy', 'show'])
    expect(shown).to.include({ version: 2, actor: operator, reason: 'audit' })
    expect(shown.policy).to.include({ access_token_lifetime: 900, rotate_refresh_tokens: false })
    expect(await darvoza.done(['policy', 'show'])).to.match(/^access_token_lifetime +15m /m)
  })

  it('lists signing keys without their private part', async () => {
    const darvoza = await aCommandLine().migrated()
    const keys: { algorithm: string; state: string }[] = await darvoza.json(['key', 'list'])
    for (const key of keys)
      expect(key).to.have.all.keys(
        ...['kid', 'algorithm', 'state', 'created_at', 'activates_at', 'activated_at', 'retired_at', 'revoked_at'],
        'removable_at',
      )
    expect(keys.map(({ algorithm, state }) => `${algorithm} ${state}`)).to.have.members([
      'ES256 active',
      'RS256 active',
    ])
  })

  it('migrates the schema up, undoes the last migration with --yes, and runs it again', async () => {
    const darvoza = aCommandLine()
    const before = await darvoza.json(['migrate', 'status'])
    expect(before.map((one: { done: boolean }) => one.done)).not.to.contain(true)
    const { ran } = await darvoza.json(['migrate', 'up'])
    expect(ran).to.have.length(before.length)
    expect((await darvoza.json(['migrate', 'up'])).ran).to.deep.equal([])
    expect((await darvoza.json(['migrate', 'down', '--yes'])).took_back).to.equal(ran.at(-1))
    expect((await darvoza.json(['migrate', 'status'])).at(-1).done).to.equal(false)
    expect((await darvoza.json(['migrate', 'up'])).ran).to.deep.equal([ran.at(-1)])
    expect((await darvoza.json(['migrate', 'status'])).at(-1).done).to.equal(true)
  })
})

describe('user import', function () {
  this.timeout(patience)

  it('exits with 2 for input that is neither JSON Lines nor a JSON array, and creates no database', async () => {
    const darvoza = aCommandLine()
    const contents = ['username,password_hash\namy,x\n', '{\n  "username": "amy"\n}', '[{"username": "amy"}', '"amy"']
    await expectRefused(
      darvoza,
      contents.map(content => [['user', 'import', '-'], 2, /this (is neither|begins like)/, content] as const),
    )
    expect(existsSync(darvoza.dataDir)).to.equal(false)
  })

  it('imports the valid users, reports each refused one on its own line and exits with 1', async () => {
    const darvoza = await aCommandLine().migrated()
    const hash = djangoHash(password)
    const users = [
      {
        id: 7,
        username: 'amy',
        password_hash: hash,
        is_active: false,
        roles: ['support', 'support'],
        permissions: ['orders:write'],
      },
      { username: 'amy', password_hash: hash },
      { id: 7, username: 'bob', password_hash: hash },
      { username: 'cid', password_hash: 'plain' },
      { username: 'dan', password_hash: hash, is_activ: false },
      { username: 'eve', password_hash: hash, is_active: 'no' },
      { password_hash: hash },
      { username: 'fay', password_hash: hash, roles: ['nobody'] },
      { username: 'gus', password_hash: hash },
    ]
    const lines = [...users.map(user => JSON.stringify(user)), '{"username": ', '[]'].join('\n')
    const ran = await darvoza.run(['user', 'import', darvoza.file('users.jsonl', lines)])
    expect(ran.code).to.equal(1)
    expect(ran.stdout).to.equal('imported 2 users\n')
    expect(ran.stderr.trimEnd().split('\n')).to.deep.equal([
      'line 2: amy: username: A user with that username already exists.',
      'line 3: bob: id: A user with that id already exists.',
      'line 4: cid: password_hash: This is not a hash that can be verified.',
      'line 5: dan: is_activ: There is no such field.',
      'line 6: eve: is_active: Must be true or false.',
      'line 7: username: This field is required.',
      'line 8: fay: roles: There is no role nobody.',
      'line 10: This is not JSON.',
      'line 11: This is not a JSON object.',
      'darvoza: 9 of 11 users were refused',
    ])
    const listed = await darvoza.json(['user', 'list'])
    expect(listed.map((user: { user_id: number }) => user.user_id)).to.deep.equal([7, 8])
    expect(listed[0]).to.include({ username: 'amy', is_active: false })
  })

  it('lists its fields in --help, and imports users without a password, who are exported as such', async () => {
    const darvoza = await aCommandLine().migrated()
    const help = await darvoza.done(['user', 'import', '--help'])
    const fields = [
      'username',
      'id',
      'password_hash',
      'first_name',
      'last_name',
      'email',
      'is_active',
      'roles',
      'permissions',
    ]
    for (const field of fields) expect(help).to.match(new RegExp(`^  ${field} +\\w`, 'm'))
    const users = [{ password_hash: '' }, { password_hash: '!Xr0rand' }, { password_hash: null }, {}]
    const lines = users.map((user, index) => JSON.stringify({ username: `user${index}`, ...user })).join('\n')
    expect(await darvoza.done(['user', 'import', '-'], lines)).to.equal('imported 4 users\n')
    const exported = (await darvoza.done(['user', 'export'])).trimEnd().split('\n')
    expect(exported.map(line => JSON.parse(line).password_hash)).to.deep.equal(['!', '!Xr0rand', '!', '!'])
  })

  it('reads the output of user export as JSON Lines or array; a second export is identical', async () => {
    const darvoza = await aCommandLine().cheaply()
    await darvoza.done(
      ['user', 'create', 'amy', '--password-stdin', '--role', 'admin', '--last-name', 'Ünal'],
      password,
    )
    await darvoza.done(['user', 'create', 'bob', '--password-stdin'], password)
    await darvoza.done(['user', 'disable', 'bob'])
    const exported = await darvoza.done(['user', 'export'])
    const users = exported
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(users.map(user => user.username)).to.deep.equal(['amy', 'bob'])
    for (const content of [exported, JSON.stringify(users, null, 2)]) {
      const other = await aCommandLine().migrated()
      expect(await other.json(['user', 'import', '-'], content)).to.deep.equal({
        imported: 2,
        unchanged: 0,
        kept: [],
        refused: [],
        complete: true,
      })
      expect(await other.done(['user', 'export'])).to.equal(exported)
    }
  })

  it('imports 450 users; user list prints at most --limit of them and warns if there are more', async () => {
    const darvoza = await aCommandLine().migrated()
    const hash = djangoHash(password)
    const users = Array.from({ length: 450 }, (_, index) => ({ username: `user${index}`, password_hash: hash }))
    await darvoza.done(['user', 'import', '-'], JSON.stringify(users))
    const cut = await darvoza.run(['user', 'list', '--limit', '401', '--json'])
    expect(JSON.parse(cut.stdout)).to.have.length(401)
    expect(cut.stderr).to.match(/more than these 401/)
    const whole = await darvoza.run(['user', 'list', '--limit', '450', '--json'])
    expect(JSON.parse(whole.stdout)).to.have.length(450)
    expect(whole.stderr).to.equal('')
  })
})

describe('command line with a running server', function () {
  this.timeout(patience)

  it('ends the given session and keeps the other session of the user', async () => {
    const { server, darvoza } = await besideAServer()
    const amy = await server.aUser({ username: 'amy' })
    const client = aClient(server)
    const lost = await client.signIn(amy)
    const kept = await client.signIn(amy)
    const listed = await darvoza.json(['session', 'list', '--user', 'amy'])
    expect(listed.map((session: { state: string }) => session.state)).to.deep.equal(['live', 'live'])
    const { sid } = claimsOf(lost.access)

    expect((await client.get('/api/me/', lost.access)).status).to.equal(200)
    await darvoza.done(['session', 'end', sid])
    await refusedWithinASecond(client, lost.access)
    expect((await client.refresh(lost.refresh)).status).to.equal(401)
    expect((await client.get('/api/me/', kept.access)).status).to.equal(200)

    expect((await darvoza.run(['session', 'end', sid])).code).to.equal(1)
    expect(await darvoza.json(['session', 'list'])).to.have.length(1)
    const all = await darvoza.json(['session', 'list', '--all'])
    expect(all.find((session: { id: string }) => session.id === sid)).to.include({ state: 'ended', ended_by: operator })
  })

  it('ends all sessions of one user and keeps those of other users', async () => {
    const { server, darvoza } = await besideAServer()
    const client = aClient(server)
    const amy = await client.signIn(await server.aUser({ username: 'amy' }))
    const bob = await client.signIn(await server.aUser({ username: 'bob' }))
    await darvoza.done(['session', 'end', '--user', 'amy', '--yes'])
    await refusedWithinASecond(client, amy.access)
    expect((await client.get('/api/me/', bob.access)).status).to.equal(200)
    const live = await darvoza.json(['session', 'list'])
    expect(live.map((session: { username: string }) => session.username)).to.deep.equal(['bob'])
  })

  it('ends a device together with its sessions', async () => {
    const { server, darvoza } = await besideAServer()
    const client = aClient(server, 'phone/1.0')
    const amy = await client.signIn(await server.aUser({ username: 'amy' }))
    const [device] = await darvoza.json(['device', 'list', '--user', 'amy'])
    expect(device).to.include({ name: 'phone/1.0' })
    await darvoza.done(['device', 'end', device.id])
    await refusedWithinASecond(client, amy.access)
    expect(await darvoza.json(['device', 'list', '--user', 'amy'])).to.deep.equal([])
  })

  it('disables a user and ends its sessions; enabling the user revives none', async () => {
    const { server, darvoza } = await besideAServer()
    const client = aClient(server)
    const amy = await server.aUser({ username: 'amy' })
    const before = await client.signIn(amy)
    await darvoza.done(['user', 'disable', 'amy'])
    await refusedWithinASecond(client, before.access)
    expect((await client.post('/api/token/', amy)).status).to.equal(401)
    await darvoza.done(['user', 'enable', 'amy'])
    expect((await client.refresh(before.refresh)).status).to.equal(401)
    await client.signIn(amy)
  })

  it('sets a password from stdin without its last line end, and ends the sessions of the user', async () => {
    const { server, darvoza } = await besideAServer()
    const client = aClient(server)
    const amy = await server.aUser({ username: 'amy' })
    const before = await client.signIn(amy)
    await darvoza.done(['user', 'set-password', 'amy', '--password-stdin'], ' another long one \n\n')
    await refusedWithinASecond(client, before.access)
    expect((await client.post('/api/token/', amy)).status).to.equal(401)
    await client.signIn({ username: 'amy', password: ' another long one \n' })
  })

  it('imports a Django password hash; the user signs in with the old password', async () => {
    const { server, darvoza } = await besideAServer()
    const user = { id: 41, username: 'amy', password_hash: djangoHash(password), roles: ['support'] }
    await darvoza.done(['user', 'import', '-'], JSON.stringify(user))
    const pair = await aClient(server).signIn({ username: 'amy', password })
    expect(pair.user_id).to.equal(41)
    expect(claimsOf(pair.access).roles).to.deep.equal(['support'])
  })
})

async function refusedWithinASecond(client: ReturnType<typeof aClient>, access: string): Promise<void> {
  await waitFor(async () => {
    const { status } = await client.get('/api/me/', access)
    if (status !== 401) throw new Error(`the server still answers ${status}`)
  }, 1_000)
}

function djangoHash(password: string): string {
  return `pbkdf2_sha256$1000$salt$${pbkdf2Sync(password, 'salt', 1000, 32, 'sha256').toString('base64')}`
}
