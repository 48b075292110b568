// Two trials of the import from Django, of any size.
import { expect } from 'chai'
import { aClient } from './client.js'
import { aCommandLine, besideAServer } from './command-line.js'
import { aDjango } from './django.js'
import { type DumpedRow, dumpHashedUsers, dumpManyUsers, hashers, passwordOf } from './django-users.js'
import { manyGuesses } from './server.js'

const django = ['user', 'import', '--format', 'django']

/** Ways to break a row of a dump, each with the expected problem. */
const breaks: readonly (readonly [breakRow: (row: DumpedRow, before: DumpedRow) => void, said: RegExp])[] = [
  [({ fields }) => Object.assign(fields, { username: 'two words' }), /^username: Enter a valid username/],
  [({ fields }) => delete fields.username, /^username: This field is required/],
  [({ fields }) => Object.assign(fields, { password: 'md5$salt$0123' }), /^password_hash: md5 hashes are too weak/],
  [({ fields }) => Object.assign(fields, { password: 'plain' }), /^password_hash: This is not a hash/],
  [row => Object.assign(row, { pk: 'abc' }), /^pk: "abc" is no whole number.*--new-ids/],
  [(row, before) => Object.assign(row, { pk: before.pk }), /^id: A user with that id already exists/],
  [
    ({ fields }, before) => Object.assign(fields, { username: String(before.fields.username).toUpperCase() }),
    /^username: A user with that username already exists/,
  ],
  [({ fields }) => Object.assign(fields, { email: 'nobody' }), /^email: Enter a valid email address/],
  [({ fields }) => Object.assign(fields, { is_active: 'yes' }), /^is_active: Must be true or false/],
  [({ fields }) => Object.assign(fields, { groups: [999] }), /^groups: The dump has no group 999/],
]

/** Imports a dump of `count` users, 50 of which are broken in ten ways. */
export async function takeBrokenDump(count: number): Promise<void> {
  const service = await aDjango()
  const rows = JSON.parse(await dumpManyUsers(service, count)) as DumpedRow[]
  const users = rows.filter(row => row.model === 'auth.user')
  expect(users).to.have.length(count)
  const every = count / 50
  const expected = new Map<string, RegExp>()
  for (let number = 0; number < 50; number++) {
    const [breakRow, said] = breaks[number % breaks.length]!
    const row = users[number * every + 6]!
    breakRow(row, users[number * every + 5]!)
    expected.set(`row ${rows.indexOf(row) + 1} (auth.user ${row.pk})`, said)
  }
  // One line of JSON, as dumpdata writes it.
  const dump = JSON.stringify(rows)

  const darvoza = await aCommandLine().migrated()
  const file = darvoza.file('users.json', dump)
  const said = async (...options: string[]) => {
    const ran = await darvoza.run([...django, file, '--json', ...options])
    expect(ran.code).to.equal(1)
    expect(ran.stderr).to.include(`50 of ${count} users were refused`)
    return JSON.parse(ran.stdout)
  }

  const { dry_run, ...would } = await said('--dry-run')
  expect(dry_run).to.equal(true)
  expect(await darvoza.done(['user', 'export'])).to.equal('')
  expect((await darvoza.json(['role', 'list'])).map((role: { name: string }) => role.name)).not.to.include(
    'shop-managers',
  )

  const done = await said()
  expect(done).to.deep.equal(would)
  expect([done.imported, done.unchanged, done.kept, done.complete]).to.deep.equal([count - 50, 0, [], true])
  expect(done.refused).to.have.length(50)
  for (const { at, problem } of done.refused) expect(problem, at).to.match(expected.get(at)!)
  expect(new Set(done.refused.map((row: { at: string }) => row.at)).size).to.equal(50)
  expect(done.roles).to.deep.equal([
    {
      group: 'Shop Managers',
      role: 'shop-managers',
      outcome: 'made',
      permissions: ['auth.add_user', 'auth.view_user'],
      beyond: [],
      left_out: [],
    },
  ])

  const exported = await darvoza.done(['user', 'export'])
  const lines = exported.trimEnd().split('\n')
  expect(lines).to.have.length(count - 50)
  const { date_joined } = users.find(row => row.pk === 70)!.fields
  expect(JSON.parse(lines.find(line => line.startsWith('{"id":70,'))!)).to.deep.include({
    username: 'user70',
    first_name: 'First70',
    last_name: 'Gʻayrat',
    email: 'user70@example.com',
    is_active: false,
    roles: ['shop-managers'],
    permissions: [],
    last_login: null,
    created_at: date_joined,
  })

  const again = await said()
  expect([again.imported, again.unchanged, again.kept]).to.deep.equal([0, count - 50, []])
  expect(again.refused).to.deep.equal(done.refused)
  expect(await darvoza.done(['user', 'export'])).to.equal(exported)
  await darvoza.done(['audit', 'verify'])
}

/** Imports `each` users for every hasher, and signs each of them in. */
export async function signInWithEveryHash(each: number): Promise<void> {
  const service = await aDjango()
  const dump = await dumpHashedUsers(service, each)
  const names = (JSON.parse(dump) as DumpedRow[]).map(row => String(row.fields.username))
  expect(names).to.have.length(each * hashers.length)
  const { server, darvoza } = await besideAServer()
  await server.setPolicy(manyGuesses)
  await darvoza.done([...django, '-'], dump)
  const { database } = server.composed.parts.storage
  const stored = async (name: string) =>
    (await database.read<{ hash: string }>('SELECT password_hash AS hash FROM user WHERE username = ?', [name]))[0]!
      .hash
  const client = aClient(server)
  const firsts = names.filter(name => name.endsWith('-0'))
  const before = new Map<string, string>()
  for (const username of names) before.set(username, await stored(username))
  // One wrong password for each hasher: it costs as much as a correct one.
  for (const username of firsts) {
    const { status } = await client.post('/api/token/', { username, password: `${passwordOf(username)} ` })
    expect(status, username).to.equal(401)
  }
  for (const username of names) {
    const encoded = before.get(username)!
    expect(encoded.startsWith(`${username.split('-')[0]}$`), encoded).to.equal(true)
    expect(await stored(username)).to.equal(encoded)
    await client.signIn({ username, password: passwordOf(username) })
    expect(await stored(username), username).to.match(/^bcrypt_sha256\$\$2b\$04\$/)
  }
  for (const username of firsts) {
    const after = await stored(username)
    await client.signIn({ username, password: passwordOf(username) })
    expect(await stored(username)).to.equal(after)
  }
  // Users who have signed in differ only in their password hash, which the import does not report as a difference.
  const again = await darvoza.json([...django, '-'], dump)
  expect([again.imported, again.unchanged, again.kept]).to.deep.equal([0, names.length, []])
}
