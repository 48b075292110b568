// Starts that are refused: wrong settings at the first start, a database of another issuer or of a newer version.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Settings } from '../../config/settings.js'
import { aCommandLine, expectOneLine, expectRefused, patience } from '../support/command-line.js'
import { anOpen } from '../support/database.js'
import { aFolder, onEachEngine } from '../support/engines.js'
import { aServer, issuer, password } from '../support/server.js'
import { contentsOf } from '../support/snapshot.js'

const later = "INSERT INTO migrations (timestamp, name) VALUES (1999999999999, 'Later1999999999999')"
const newer = /the database was made by a newer version of Darvoza \(Later1999999999999\)/

const main = fileURLToPath(new URL('../../server/main.js', import.meta.url))

type Refused = {
  code: number | null
  stdout: string
  line: { level: number; msg: string; problems?: string[] }
  said: string
}

/** Starts the real program, which must not become ready. @returns the one line that it wrote to stderr */
async function refusedStart(folder: string, settings: Record<string, string>): Promise<Refused> {
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', ISSUER: issuer, ...settings },
  })
  let [stdout, said] = ['', '']
  child.stdout.on('data', chunk => {
    stdout += chunk
    // Became ready: that is the failure, which the caller reports.
    if (stdout.includes('is ready')) child.kill('SIGKILL')
  })
  child.stderr.on('data', chunk => (said += chunk))
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  expect(said, stdout).to.match(/^\{.*\}\n$/)
  return { code, stdout, said, line: JSON.parse(said) }
}

describe('a first start with invalid settings', () => {
  const cases: [what: string, settings: Record<string, string>, problem: RegExp][] = [
    ['a short password', { ADMIN_PASSWORD: 'zq9-x7w' }, /^ADMIN_PASSWORD: .*at least 8 characters/],
    ['a common password', { ADMIN_PASSWORD: 'password1' }, /^ADMIN_PASSWORD: .*too common/],
    ['a name with a space', { ADMIN_USERNAME: 'the admin', ADMIN_PASSWORD: password }, /^ADMIN_USERNAME: /],
    [
      'a name that is ours but for a letter',
      { DATABSE_URL: 'mysql://a:hunter2@b/c' },
      /^DATABSE_URL .*DATABASE_URL is meant/,
    ],
  ]
  it('names the setting and the reason without its value, and creates no file', async () => {
    const check = async ([what, settings, problem]: (typeof cases)[number]) => {
      const folder = aFolder()
      const { code, stdout, line, said } = await refusedStart(folder, settings)
      expect([code, stdout, line.level], what).to.deep.equal([1, '', 60])
      expect(line.problems, what).to.have.length(1)
      expect(line.problems![0]).to.match(problem)
      for (const value of ['hunter2', 'zq9-x7w', 'password1', 'the admin']) expect(said).to.not.include(value)
      expect(readdirSync(folder), what).to.deep.equal([])
    }
    await Promise.all(cases.map(check))
  }).timeout(patience)
})

/** The error with which a server of these settings refuses to start. */
async function refusalOf(settings: Settings): Promise<string> {
  return aServer({ settings }).then(
    () => 'it started',
    (error: Error) => error.message,
  )
}

onEachEngine('a server start on a database', engine => {
  it('of another issuer is refused, until `issuer set` changes the issuer', async () => {
    const { settings, ...server } = await aServer({ engine })
    const other = { ...settings, issuer: 'https://id.example.com' }
    const refusal = await refusalOf(other)
    for (const part of [settings.issuer, other.issuer, 'darvoza issuer set']) expect(refusal).to.include(part)
    const { issuerClaim } = server.composed.parts.maintenance
    const early = await issuerClaim.set(other.issuer, 'operator:test').catch((error: Error) => error.message)
    expect(early).to.match(/a server runs on this database/)
    server.clock.advance('10s')
    await issuerClaim.set(other.issuer, 'operator:test')
    const { database } = server.composed.parts.storage
    const [entry] = await database.read<{ before: string; after: string }>(
      "SELECT before_json AS 'before', after_json AS 'after' FROM audit_entry WHERE action = 'issuer_changed'",
    )
    expect([entry?.before, entry?.after].map(one => JSON.parse(one!))).to.deep.equal([
      { issuer: settings.issuer },
      { issuer: other.issuer },
    ])
    await server.close()
    expect(await refusalOf(settings)).to.include(`belongs to the issuer ${other.issuer}`)
    await aServer({ settings: other })
  })

  it('without a stored issuer stores the issuer of the next server', async () => {
    const { settings, ...server } = await aServer({ engine })
    await server.composed.parts.storage.database.write('DELETE FROM installation')
    await server.close()
    const other = { ...settings, issuer: 'https://id.example.com' }
    await (await aServer({ settings: other })).close()
    expect(await refusalOf(settings)).to.include(other.issuer)
  })

  it('made by a newer version is refused with the reason, and leaves the database as it was', async () => {
    const { settings, ...server } = await aServer({ engine })
    await server.composed.parts.storage.database.write(later)
    await server.close()
    const database = await anOpen(settings.database)
    const state = async () => [await contentsOf(database), await database.read('SELECT * FROM migrations ORDER BY id')]
    const before = await state()
    expect(await refusalOf(settings)).to.match(newer)
    expect(await state()).to.deep.equal(before)
  })
})

describe('the command line', () => {
  it('refuses every command on a database of a newer version, and `issuer set` without --yes or https', async () => {
    const darvoza = await aCommandLine().migrated()
    await expectRefused(darvoza, [
      [['issuer', 'set', 'https://id.example.com'], 2, /--yes/],
      [['issuer', 'set', 'http://id.example.com', '--yes'], 2, /must be https/],
    ])
    const opened = await anOpen({ engine: 'sqlite', path: join(darvoza.dataDir, 'darvoza.sqlite') })
    await opened.write(later)
    await expectRefused(darvoza, [
      [['user', 'list'], 1, newer],
      [['migrate', 'up'], 1, newer],
      [['migrate', 'down', '--yes'], 1, newer],
    ])
    expect((await darvoza.json(['migrate', 'status'])).at(-1)).to.deep.equal({ name: 'Later1999999999999', done: true })
  }).timeout(2 * patience)
})

describe('a .env file in the working directory', () => {
  it('is read by the command line, which refuses a misspelled setting name', async () => {
    const darvoza = aCommandLine({ DATA_DIR: '' })
    darvoza.file('.env', 'DATA_DIR=kept\nDATABSE_URL=sqlite:hunter2\n')
    expectOneLine(
      await darvoza.run(['user', 'list']),
      /^darvoza: DATABSE_URL \(in .*\.env\) is no setting: DATABASE_URL is meant/,
    )
  })
})
