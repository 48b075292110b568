import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { requireSecretKey } from '../../config/secret-key.js'
import { SettingsError } from '../../config/settings.js'
import { aFolder } from '../support/engines.js'

describe('the secret key', () => {
  it('is taken from the settings, and no file is written', () => {
    const dataDir = join(aFolder(), 'data')
    const secretKey = Buffer.alloc(32, 7)
    expect(requireSecretKey({ secretKey, dataDir })).to.equal(secretKey)
    expect(() => statSync(dataDir)).to.throw(/ENOENT/)
  })

  it('is generated once in the data folder with mode 600, and reused at the next start', () => {
    const dataDir = join(aFolder(), 'data')
    const made = requireSecretKey({ secretKey: null, dataDir })
    expect(made).to.have.length(32)
    expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).to.equal(0o600)
    expect(readdirSync(dataDir)).to.deep.equal(['secret.key'])
    expect(requireSecretKey({ secretKey: null, dataDir }).equals(made)).to.equal(true)
    expect(requireSecretKey({ secretKey: null, dataDir: join(aFolder(), 'data') }).equals(made)).to.equal(false)
  })

  it('is refused in a file with other content, which is left unchanged and not quoted', () => {
    for (const content of ['', 'short', 'hunter2'.repeat(3)]) {
      const dataDir = aFolder()
      writeFileSync(join(dataDir, 'secret.key'), content)
      expect(() => requireSecretKey({ secretKey: null, dataDir }))
        .to.throw(SettingsError, /secret\.key does not hold/)
        .with.property('message')
        .that.does.not.include('hunter2')
      expect(statSync(join(dataDir, 'secret.key')).size).to.equal(content.length)
    }
  })

  it('is not generated next to an SQLite database that was set up with another key', () => {
    const dataDir = aFolder()
    const database = { engine: 'sqlite', path: join(dataDir, 'darvoza.sqlite') } as const
    writeFileSync(database.path, 'rows')
    expect(() => requireSecretKey({ secretKey: null, dataDir, database })).to.throw(SettingsError, /put it back/)
    expect(readdirSync(dataDir)).to.deep.equal(['darvoza.sqlite'])
    writeFileSync(database.path, '')
    expect(requireSecretKey({ secretKey: null, dataDir, database })).to.have.length(32)
  })
})
