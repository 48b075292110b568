import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { readEnvironment } from '../../config/environment.js'
import { readSettings, SettingsError } from '../../config/settings.js'
import { aFolder } from '../support/engines.js'

function aFile(content: string): string {
  const folder = aFolder()
  writeFileSync(join(folder, '.env'), content)
  return folder
}

function problemsOf(environment: Record<string, string>, folder: string): string[] {
  try {
    readEnvironment(environment, folder)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}

describe('environment variables', () => {
  const refused: [name: string, meant: string][] = [
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['database_url', 'DATABASE_URL'],
    ['DARVOZA_DATABASE_URL', 'DATABASE_URL'],
    ['DATABASE-URL', 'DATABASE_URL'],
    ['ADMIN_PASWORD', 'ADMIN_PASSWORD'],
    ['SECRETKEY', 'SECRET_KEY'],
    ['REDIS_ULR', 'REDIS_URL'],
    ['DATA_DRI', 'DATA_DIR'],
  ]
  for (const [name, meant] of refused) {
    it(`refuse ${name}, a misspelling of ${meant}, without repeating its value`, () => {
      for (const problems of [problemsOf({ [name]: 'hunter2' }, aFolder()), problemsOf({}, aFile(`${name}=hunter2`))]) {
        // Names in a .env file have no dash.
        if (name.includes('-') && problems.length === 0) continue
        expect(problems).to.have.length(1)
        expect(problems[0]).to.include(`${name} (in `).and.include(`${meant} is meant`).and.not.include('hunter2')
      }
    })
  }

  it('refuse near misses of short names in .env only, since the environment has variables of other programs', () => {
    const near = { HOSTS: 'a', SORT: 'a', WORKER: 'a', ISSUERS: 'a' }
    expect(problemsOf(near, aFolder())).to.deep.equal([])
    for (const name of Object.keys(near)) expect(problemsOf({}, aFile(`${name}=a`)), name).to.have.length(1)
  })

  it('ignore foreign and empty variables, and report a misspelled one that is set along with the correct one', () => {
    const others = {
      HOME: '/',
      HOSTNAME: 'a',
      REDIS_PORT: '1',
      DARVOZA_PORT: 'tcp://10.0.0.1:4000',
      DB_URL: 'a',
      PWD: '/',
    }
    expect(problemsOf({ ...others, DATABSE_URL: '' }, aFolder())).to.deep.equal([])
    const both = { DATABASE_URL: 'sqlite:a', DATABASE_URI: 'a' }
    expect(readEnvironment(both, aFolder()).passedOver).to.deep.equal(['DATABASE_URI'])
    expect(problemsOf({}, aFile('MARIADB_PASSWORD=a\nFOO=b'))).to.deep.equal([])
  })

  it('refuse an unknown name that begins with LEGACY_JWT_, and suggest a known one', () => {
    for (const [name, meant] of [
      ['LEGACY_JWT_SIGNING_KEY', /LEGACY_JWT_\w+ is meant/],
      ['LEGACY_JWT_CUTOVER_AT', /LEGACY_JWT_CUT_OVER is meant/],
    ] as const)
      expect(() => readEnvironment({ [name]: 'x' }, aFolder())).to.throw(meant)
    expect(readEnvironment({ LEGACY_JWT_SECRET: 'x' }, aFolder()).passedOver).to.deep.equal([])
  })

  it('are read from .env unless set in the environment, even to an empty value', () => {
    const folder = aFile(
      '\uFEFF# ours\r\nPORT=5000\r\nexport ISSUER="https://id.example.com"\r\nHOST=0.0.0.0 # all\r\nREDIS_URL=redis://a\r\n\r\n',
    )
    const { variables, file } = readEnvironment({ PORT: '6000', REDIS_URL: '' }, folder)
    expect(file).to.equal(join(folder, '.env'))
    const settings = readSettings(variables)
    expect(settings).to.include({ port: 6000, issuer: 'https://id.example.com', host: '0.0.0.0', redis: null })
    expect(readEnvironment({}, aFolder()).file).to.equal(null)
  })

  it('refuse a .env line that is not NAME=value and an unreadable file, and accept multi-line values', () => {
    for (const wrong of ['PORT: 5000', 'PORT', 'set PORT=5000 hunter2', '=hunter2']) {
      const problems = problemsOf({}, aFile(`HOST=localhost\n${wrong}\n`))
      expect(problems, wrong).to.have.length(1)
      expect(problems[0]).to.match(/\.env line 2 is not NAME=value$/)
    }
    const folder = aFolder()
    mkdirSync(join(folder, '.env'))
    expect(problemsOf({}, folder).join()).to.match(/cannot be read \(EISDIR\)$/)
    const { variables } = readEnvironment({}, aFile('A="one\ntwo: three\n"\nPORT=5000'))
    expect(variables).to.include({ A: 'one\ntwo: three\n', PORT: '5000' })
  })
})
