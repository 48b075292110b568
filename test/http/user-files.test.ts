// Import and export of users by the command line: what an import reports of existing users, and what it never changes.
import { expect } from 'chai'
import { aClient, claimsOf } from '../support/client.js'
import { aCommandLine, besideAServer, expectRefused, patience } from '../support/command-line.js'
import { onEachEngine } from '../support/engines.js'
import { importBeside } from '../support/import-load.js'
import { aServer, password } from '../support/server.js'

const django = ['user', 'import', '--format', 'django']
const hash = 'pbkdf2_sha256$1000$salt$3p73piur2zhlOXu+Pn01ErOz5QcdNfiQkRgk/Qif1e4='

/** A row as Django's dumpdata writes it. */
const row = (pk: unknown, username: string, fields: object = {}) => ({
  model: 'auth.user',
  pk,
  fields: {
    password: hash,
    last_login: null,
    is_superuser: false,
    username,
    first_name: '',
    last_name: '',
    email: '',
    is_staff: false,
    is_active: true,
    date_joined: '2020-01-02T03:04:05.678Z',
    groups: [],
    user_permissions: [],
    ...fields,
  },
})

describe('user import from Django', function () {
  this.timeout(patience)

  it('refuses with exit code 2 a file that is no dump, or in which the user model is ambiguous', async () => {
    const darvoza = aCommandLine()
    const other = { ...row(1, 'amy'), model: 'shop.customer' }
    const another = { ...other, model: 'crm.person' }
    await expectRefused(darvoza, [
      [[...django, '-'], 2, /nothing that manage.py dumpdata wrote/, '[{"username": "amy"}]'],
      [[...django, '-'], 2, /this is XML/, '<?xml version="1.0"?>\n<django-objects/>'],
      [[...django, '-'], 2, /does not end like one/, JSON.stringify([row(1, 'amy')]).slice(0, -1)],
      [[...django, '-'], 2, /has no users: it has auth.group/, '[{"model": "auth.group", "pk": 1, "fields": {}}]'],
      [[...django, '-'], 2, /--model shop.customer, or --model crm.person/, JSON.stringify([other, another])],
      [['user', 'import', '--format', 'xml', '-'], 2, /Allowed choices are json, csv, django/, ''],
      [['user', 'export', '--format', 'csv', '--with-groups'], 2, /--with-groups is for --format django/, ''],
    ])
  })

  it('refuses weak password hashes by their kind, and suggests set_unusable_password', async () => {
    const darvoza = await aCommandLine().migrated()
    const weak = {
      md5: 'md5$salt$0123456789abcdef0123456789abcdef',
      sha1: `sha1$salt$${'0'.repeat(40)}`,
      unsalted_md5: '0123456789abcdef0123456789abcdef',
      unsalted_sha1: `sha1$$${'0'.repeat(40)}`,
      crypt: 'crypt$$ab1234567890.',
    }
    const users = Object.entries(weak).map(([name, password], at) => row(at + 1, name, { password }))
    const costly = row(90, 'costly', { password: hash.replace('$1000$', '$9999999$') })
    const ran = await darvoza.run(
      [...django, '-'],
      JSON.stringify([...users, costly, row(91, 'none', { password: '!x' })]),
    )
    expect([ran.code, ran.stdout]).to.deep.equal([1, 'imported 1 users\n'])
    for (const name of Object.keys(weak))
      expect(ran.stderr)
        .to.include(`: ${name}: password_hash: ${name} hashes are too weak`)
        .and.to.include('set_unusable_password')
    expect(ran.stderr).to.match(/costly: password_hash: .*more CPU time than a sign-in may/)
  })

  it('never changes existing users: same username or id, renamed, changed or deleted since', async () => {
    const { server, darvoza } = await besideAServer()
    const { users } = server.composed.parts.people
    const first = [row(101, 'amy'), row(102, 'bob'), row(103, 'cid'), row(104, 'dan')]
    await darvoza.done([...django, '-'], JSON.stringify(first))
    await users.rename(102, 'robert', 'system')
    await users.remove(103, 'system')
    await users.update(104, { firstName: 'Dan' }, 'system')
    const before = await darvoza.done(['user', 'export'])
    const second = [
      ...first,
      row(105, 'Admin', { is_superuser: true }),
      row(1, 'eve'),
      row(106, 'robert'),
      row(107, 'fay'),
    ]
    for (const options of [['--dry-run'], [], []]) {
      const ran = await darvoza.run([...django, '--grant-admin', ...options, '-', '--json'], JSON.stringify(second))
      expect(ran.code).to.equal(1)
      const { kept, refused } = JSON.parse(ran.stdout)
      expect(kept).to.deep.equal([
        { at: 'row 4 (auth.user 104)', username: 'dan', user_id: 104, differs: ['first_name'] },
      ])
      expect(refused.map((one: { at: string; problem: string }) => `${one.at}: ${one.problem}`)).to.deep.equal([
        'row 2 (auth.user 102): id: A user with that id already exists.',
        'row 3 (auth.user 103): id: The user with that id was deleted here.',
        'row 5 (auth.user 105): username: Is the name of the user 1 here: give one of the two another name and import again.',
        'row 6 (auth.user 1): id: A user with that id already exists.',
        'row 7 (auth.user 106): username: Is the name of the user 102 here: give one of the two another name and import again.',
      ])
    }
    const lines = before.trimEnd().split('\n')
    const after = (await darvoza.done(['user', 'export'])).trimEnd().split('\n')
    expect(after.slice(0, lines.length)).to.deep.equal(lines)
    expect(after.slice(lines.length).map(line => JSON.parse(line).username)).to.deep.equal(['fay'])
  })

  it('suggests --format django for a dump that is imported without a format', async () => {
    const darvoza = await aCommandLine().migrated()
    const dump = JSON.stringify([row(1, 'root')])
    await expectRefused(darvoza, [[['user', 'import', '-'], 2, /dumpdata writes: give --format django/, dump]])
  })

  it('grants superusers the role admin only with --grant-admin, else lists them; staff get no role', async () => {
    const dump = JSON.stringify([
      row(1, 'root', { is_superuser: true, is_staff: true }),
      row(2, 'clerk', { is_staff: true }),
    ])
    const darvoza = await aCommandLine().migrated()
    const ran = await darvoza.run([...django, '-'], dump)
    expect(ran.code).to.equal(0)
    expect(ran.stderr).to.include('superusers, who get no role by it (--grant-admin makes them admin): 1, root')
    expect(ran.stderr).to.include('staff, which gives nothing here: 2')
    expect((await darvoza.json(['user', 'list'])).map((one: { roles: string[] }) => one.roles)).to.deep.equal([[], []])
    const other = await aCommandLine().migrated()
    const done = await other.json([...django, '--grant-admin', '-'], dump)
    expect([done.superusers, done.staff]).to.deep.equal([[], 2])
    expect((await other.json(['user', 'list'])).map((one: { roles: string[] }) => one.roles)).to.deep.equal([
      ['admin'],
      [],
    ])
  })

  it('keeps last_login and date_joined, and reports times without a zone', async () => {
    const darvoza = await aCommandLine().migrated()
    const naive = row(2, 'bob', { last_login: '2026-03-04T05:06:07.123456', date_joined: '2020-01-01T05:00:00+05:00' })
    const ran = await darvoza.run(
      [...django, '-'],
      JSON.stringify([row(1, 'amy'), naive, row(3, 'cid', { last_login: 'now' })]),
    )
    expect(ran.stderr).to.include('cid: last_login: Must be a time').and.to.include('times of 1 users have no zone')
    const users = (await darvoza.done(['user', 'export']))
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(users.map(user => [user.last_login, user.created_at])).to.deep.equal([
      [null, '2020-01-02T03:04:05.678Z'],
      ['2026-03-04T05:06:07.123Z', '2020-01-01T00:00:00.000Z'],
    ])
  })

  it('reports in a dry run with --new-ids the ids that the import then gives', async () => {
    const darvoza = await aCommandLine().migrated()
    const dump = JSON.stringify([row('a-b', 'amy'), row(7, 'bob'), row('c-d', 'cid'), row('e-f', 'AMY')])
    const would = await darvoza.run([...django, '--new-ids', '--dry-run', '--json', '-'], dump)
    const done = await darvoza.run([...django, '--new-ids', '--json', '-'], dump)
    const { dry_run: _, ...said } = JSON.parse(would.stdout)
    expect(said).to.deep.equal(JSON.parse(done.stdout))
    expect((await darvoza.json(['user', 'list'])).map((one: { user_id: number }) => one.user_id)).to.deep.equal([
      1, 7, 8,
    ])
  })
})

describe('users in CSV files', function () {
  this.timeout(patience)

  it('are refused with exit code 2 if the header has an unknown column or no username', async () => {
    await expectRefused(aCommandLine(), [
      [
        ['user', 'import', '--format', 'csv', '-'],
        2,
        /the head names is_activ: known are username, id/,
        'username,is_activ\namy,1\n',
      ],
      [['user', 'import', '--format', 'csv', '-'], 2, /no column username/, 'id\n1\n'],
      [['user', 'import', '--format', 'csv', '-'], 2, /cannot be read as CSV/, 'username\n"amy\n'],
    ])
  })

  it('are equal after export and import, formulas included; a second import changes nothing', async () => {
    const darvoza = await aCommandLine().migrated()
    const users = [
      { id: 5, username: '@amy', password_hash: hash, first_name: '=1+1', last_name: '\'=x, "y"', email: '+a@b.cd' },
      { username: '-bob', password_hash: '!', first_name: "'tHooft", is_active: false, roles: ['support', 'auditor'] },
      {
        username: 'Ёлка',
        last_name: 'a;=b',
        permissions: ['orders:read', 'blog.add_post'],
        must_change_password: true,
      },
    ]
    await darvoza.done(['user', 'import', '-'], users.map(user => JSON.stringify(user)).join('\n'))
    const exported = await darvoza.done(['user', 'export'])
    const csv = await darvoza.done(['user', 'export', '--format', 'csv'])
    for (const part of ["\r\n'@amy,5,", ",'=1+1,", ',auditor support,']) expect(csv).to.include(part)
    const other = await aCommandLine().migrated()
    const done = await other.json(['user', 'import', '--format', 'csv', '-'], csv)
    expect([done.imported, done.refused]).to.deep.equal([3, []])
    expect(await other.done(['user', 'export'])).to.equal(exported)
    const again = await other.json(['user', 'import', '--format', 'csv', '-'], csv)
    expect([again.imported, again.unchanged]).to.deep.equal([0, 3])
  })

  it('are accepted with semicolons and TRUE as spreadsheets write them; bad rows are reported by line', async () => {
    const darvoza = await aCommandLine().migrated()
    const csv =
      'username;is_active;roles\r\namy;TRUE;support auditor\r\nbob;maybe;\r\n;;\r\ncid;0;nobody\r\ndan;0;\r\neve;1;;x\r\n'
    const ran = await darvoza.run(['user', 'import', '--format', 'csv', '-'], csv)
    expect([ran.code, ran.stdout]).to.deep.equal([1, 'imported 2 users\n'])
    expect(ran.stderr.trimEnd().split('\n')).to.deep.equal([
      'line 3: bob: is_active: Must be true or false.',
      'line 4: username: This field is required.',
      'line 5: cid: roles: There is no role nobody.',
      'line 7: This row has 4 cells, and the head 3.',
      'darvoza: 4 of 6 users were refused',
    ])
    const listed = await darvoza.json(['user', 'list'])
    expect(listed.map((one: { is_active: boolean }) => one.is_active)).to.deep.equal([true, false])
    expect(listed[0].roles).to.deep.equal(['auditor', 'support'])
  })
})

describe('an import while a server runs', function () {
  this.timeout(patience)

  it('delays no refresh for long, and no refresh fails', async () => {
    const load = await importBeside(1_000)
    expect([load.code, load.printed]).to.deep.equal([0, 'imported 1000 users\n'])
    expect(load.failed).to.deep.equal([])
    expect(load.during.length).to.be.above(20)
    // The import pauses for as long as it held the lock; a busy machine slows down both.
    expect(Math.max(...load.during)).to.be.below(Math.max(1_000, load.ms / 4))
  })
})

onEachEngine('an import of many users at once', engine => {
  it('sets ids, search words, roles in tokens and audit entries like an import of one user', async () => {
    const server = await aServer({ engine })
    const { people, logs } = server.composed.parts
    const run = people.userImport.begin('system', { dryRun: false })
    const [made] = await run.addGroups([{ name: 'Shop Team', permissions: ['shop.add_order'] }])
    const many = Array.from({ length: 120 }, (_, at) => ({
      id: 500 + at,
      username: `person${at}`,
      passwordHash: hash,
      lastName: `Ungewöhnlich${at}`,
      roles: at === 7 ? [made!.role, 'support'] : [],
    }))
    const outcomes = await run.addUsers(many)
    expect(outcomes.map(one => one.outcome)).to.deep.equal(many.map(() => 'imported'))
    const pair = await aClient(server).signIn({ username: 'PERSON7', password: 'imported password' })
    expect(claimsOf(pair.access)).to.deep.include({ user_id: '507', roles: ['shop-team', 'support'] })
    expect(claimsOf(pair.access).permissions).to.include('shop.add_order')
    const found = await people.userList.page({ text: 'ungewohnlich42' }, 'oldest', { after: null, limit: 10 })
    expect(found.results.map(({ user }) => user.id)).to.deep.equal([542])
    expect((await server.aUser()).id).to.equal(620)
    expect((await logs.auditLog.verify()).broken).to.equal(null)
  })

  it('imports each user once when two imports bring the same users concurrently', async () => {
    const server = await aServer({ engine })
    const { userImport, userList } = server.composed.parts.people
    const many = Array.from({ length: 40 }, (_, at) => ({ id: 500 + at, username: `person${at}`, passwordHash: hash }))
    const outcomes = await Promise.all(
      [many, many.toReversed()].map(some => userImport.begin('system', { dryRun: false }).addUsers(some)),
    )
    const count = (outcome: string) => outcomes.flat().filter(one => one.outcome === outcome).length
    expect([count('imported'), count('unchanged')]).to.deep.equal([40, 40])
    expect((await userList.count({})).count).to.equal(41)
  })
})

describe('an import of many users by a user as actor', () => {
  it('refuses roles and permissions that the actor could not grant one by one', async () => {
    const server = await aServer()
    const { users, roles, userImport } = server.composed.parts.people
    await roles.create('writers', ['darvoza:users:write', 'orders:read'], 'system')
    await roles.create('givers', ['darvoza:users:write', 'darvoza:roles:write', 'orders:read'], 'system')
    const ids = {
      writer: (await users.create({ username: 'writer', password, roles: ['writers'] }, 'system')).id,
      giver: (await users.create({ username: 'giver', password, roles: ['givers'] }, 'system')).id,
    }
    const wanted = [
      { username: 'a', roles: ['admin'] },
      { username: 'b', roles: ['writers'] },
      { username: 'c', permissions: ['orders:write'] },
      { username: 'd', permissions: ['orders:read'] },
      { username: 'e' },
    ]
    const outcomes = async (id: number) =>
      (await userImport.begin(`user:${id}`, { dryRun: true }).addUsers(wanted)).map(one =>
        one.outcome === 'refused' ? one.refusal.code : one.outcome,
      )
    const no = 'permission_denied'
    expect(await outcomes(ids.writer)).to.deep.equal([no, no, no, 'imported', 'imported'])
    expect(await outcomes(ids.giver)).to.deep.equal([no, 'imported', no, 'imported', 'imported'])
  })
})
