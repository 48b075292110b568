import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { expect } from 'chai'
import proxyAddr from 'proxy-addr'
import { readSettings, SettingsError } from '../../config/settings.js'
import { anAuthority, textOf } from '../support/certificates.js'

const key = randomBytes(32).toString('base64')

const usualTls = { ca: null, cert: null, key: null, verify: 'full' }

/** The reported problems, one line each. */
function problemsOf(environment: Record<string, string>): string[] {
  try {
    readSettings(environment)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}

describe('the settings', () => {
  it('have usable defaults when no variable is set', () => {
    const settings = readSettings({})
    expect(settings).to.deep.include({ port: 4000, host: '127.0.0.1', issuer: 'http://localhost:4000', trustProxy: [] })
    expect(settings.database).to.deep.equal({ engine: 'sqlite', path: resolve('data/darvoza.sqlite') })
    expect(settings.secretKey).to.equal(null)
  })

  it('treat an empty variable like one that is not set', () => {
    const names = ['PORT', 'HOST', 'ISSUER', 'DATA_DIR', 'DATABASE_URL', 'SECRET_KEY', 'TRUST_PROXY', 'LOG_LEVEL']
    for (const empty of ['', ' ']) {
      expect(readSettings(Object.fromEntries(names.map(name => [name, empty])))).to.deep.equal(readSettings({}))
    }
  })

  const wrong: Record<string, string[]> = {
    PORT: ['http', '-1', '65536', '80.5', '4e9', 'NaN'],
    ISSUER: [
      'id.example.com',
      'ftp://id.example.com',
      'http://id.example.com',
      'http://localhost.example.com',
      'http://127.0.0.1.example.com',
      'http://10.0.0.1',
      'https://id.example.com/auth',
      'https://id.example.com/?a=b',
      'https://id.example.com/#a',
      'https://user:hunter2@id.example.com',
      'javascript:alert(1)',
    ],
    DATABASE_URL: [
      'sqlite:',
      'sqlite::memory:',
      'postgres://user:hunter2@host/name',
      'mysql://host/name',
      'mysql://user:hunter2@host',
      'mysql://user:hunter2@host/name?ssl=true',
      'name',
    ],
    SECRET_KEY: [
      'hunter2',
      'not base64 at all!',
      randomBytes(31).toString('base64'),
      Buffer.alloc(40).toString('base64'),
    ],
    REDIS_URL: [
      'localhost:6379',
      'http://localhost:6379',
      'redis://',
      'redis://:hunter2@',
      'redis://user:hunter2@host:6379/name',
      'redis://user:hunter2@host:6379?ssl=true',
      'redis://user:hunter2%@host',
      'redis://host:hunter2',
    ],
    REDIS_CLUSTER: [
      'one',
      'one:7000,two',
      'one:7000;two:7001',
      'one:7000,,two:7001',
      'one:99999',
      'mysql://user:hunter2@one:7000',
      'redis://user:hunter2@one:7000/1',
    ],
    WORKERS: ['0', '-1', '65', '1.5', 'all', '1e9'],
    HOST: ['127.0.0.1:4000', 'localhost:80', 'http://localhost', '[::1]', 'a b', '-', '10.0.0.0/8'],
    TRUST_PROXY: ['0', '11', 'everybody', '10.0.0.0/8, all', 'true', '10.0.0.1;10.0.0.2'],
    LOG_LEVEL: ['loud', 'INFO', '3'],
  }
  for (const [name, values] of Object.entries(wrong)) {
    it(`refuse an invalid ${name} in one line that names it and holds no secret`, () => {
      for (const value of values) {
        const problems = problemsOf({ [name]: value, ...(value.startsWith('mysql:') && { SECRET_KEY: key }) })
        expect(problems, value).to.have.length(1)
        expect(problems[0], value)
          .to.match(new RegExp(`^${name} .{5,}`))
          .and.not.include('\n')
        expect(problems[0], value).to.not.include('hunter2')
      }
    })
  }

  it('refuse contradicting variables with a reason', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://user:hunter2@host/name' }).join()).to.match(
      /^SECRET_KEY is required with MySQL/,
    )
    expect(problemsOf({ PORT: '0' }).join()).to.equal('ISSUER is required with PORT=0')
    expect(problemsOf({ PORT: '0', ISSUER: 'http://localhost:5000' })).to.deep.equal([])
    expect(problemsOf({ FORWARDED_HEADER: 'Forwarded' }).join()).to.match(/^FORWARDED_HEADER counts for nothing/)
    expect(problemsOf({ FORWARDED_HEADER: 'X-Real-IP', TRUST_PROXY: '1' }).join()).to.match(/^FORWARDED_HEADER is/)
    expect(problemsOf({ FORWARDED_HEADER: 'forwarded', TRUST_PROXY: '1' })).to.deep.equal([])
    const redis = { REDIS_URL: 'redis://:hunter2@one', REDIS_CLUSTER: 'one:7000' }
    expect(problemsOf(redis).join()).to.match(/^REDIS_URL and REDIS_CLUSTER are both set/)
    const mysql = { DATABASE_URL: 'mysql://user:hunter2@host/name', SECRET_KEY: key }
    expect(problemsOf({ WORKERS: '2' }).map(problem => problem.slice(0, 29))).to.deep.equal([
      'WORKERS above 1 needs MySQL (',
      'WORKERS above 1 needs Redis (',
    ])
    expect(problemsOf({ WORKERS: '2', ...mysql }).join()).to.match(/^WORKERS above 1 needs Redis/)
    expect(problemsOf({ WORKERS: '2', ...mysql, REDIS_URL: 'redis://one' })).to.deep.equal([])
    expect(problemsOf({ WORKERS: '1' })).to.deep.equal([])
  })

  it('report every problem at once, and no secret', () => {
    const environment = {
      PORT: 'x',
      ISSUER: 'http://user:hunter2@id.example.com',
      DATABASE_URL: 'mysql://user:hunter2@host',
      SECRET_KEY: 'hunter2',
      TRUST_PROXY: 'x',
      LOG_LEVEL: 'x',
    }
    expect(problemsOf(environment)).to.have.length(6)
    expect(new SettingsError(problemsOf(environment)).message).to.not.include('hunter2')
    expect(new SettingsError(problemsOf(environment)).message.split('\n')).to.have.length(7)
  })

  it('report an invalid SECRET_KEY once, and not also as missing', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://user:a@host/name', SECRET_KEY: 'short' })).to.have.length(1)
  })

  it('are parsed from valid variables', () => {
    const settings = readSettings({
      PORT: '5000',
      ISSUER: 'https://id.example.com/',
      DATABASE_URL: 'mysql://dar%40voza:p%3Aw%2F@[::1]:3307/name',
      SECRET_KEY: key,
      ADMIN_PASSWORD: ' kept as it is ',
      TRUST_PROXY: '10.0.0.0/8, ::1, loopback',
    })
    expect(settings.issuer).to.equal('https://id.example.com')
    expect(settings.database).to.deep.equal({
      engine: 'mysql',
      host: '::1',
      port: 3307,
      user: 'dar@voza',
      password: 'p:w/',
      name: 'name',
      tls: null,
    })
    expect(settings.secretKey?.toString('base64')).to.equal(key)
    expect(settings.adminPassword).to.equal(' kept as it is ')
    expect(settings.trustProxy).to.deep.equal(['10.0.0.0/8', '::1', 'loopback'])
    expect(readSettings({ TRUST_PROXY: '2' }).trustProxy).to.equal(2)
    expect(readSettings({ SECRET_KEY: randomBytes(33).toString('base64url') }).secretKey).to.have.length(33)
  })

  it('have the addresses of a single Redis or of a Redis cluster', () => {
    const none = { username: null, password: null, tls: null, db: 0 }
    const one = { nodes: [{ host: 'one', port: 6379 }], cluster: false }
    expect(readSettings({}).redis).to.equal(null)
    expect(readSettings({ REDIS_URL: 'redis://one' }).redis).to.deep.equal({ ...none, ...one })
    expect(readSettings({ REDIS_URL: 'rediss://dar%40:p%3Aw%2F@[::1]:7000/3' }).redis).to.deep.equal({
      ...{
        nodes: [{ host: '::1', port: 7000 }],
        cluster: false,
        username: 'dar@',
        password: 'p:w/',
        tls: usualTls,
        db: 3,
      },
    })
    const three = ['one', '10.0.0.2', '::1'].map((host, at) => ({ host, port: 7000 + at }))
    expect(readSettings({ REDIS_CLUSTER: 'one:7000, 10.0.0.2:7001,[::1]:7002' }).redis).to.deep.equal({
      ...none,
      nodes: three,
      cluster: true,
    })
    expect(readSettings({ REDIS_CLUSTER: 'rediss://:p%40w@one:7000,two:7001' }).redis).to.deep.include({
      cluster: true,
      password: 'p@w',
      tls: usualTls,
    })
  })

  describe('of TLS', () => {
    const authority = anAuthority('An authority')
    const [one, other] = [authority.sign('one'), authority.sign('other')]
    const mysql = { DATABASE_URL: 'mysqls://user:hunter2@host/name', SECRET_KEY: key }
    const tlsOf = (more: Record<string, string>) => {
      const { database } = readSettings({ ...mysql, ...more })
      return database.engine === 'mysql' && database.tls
    }

    it('accept certificates and keys as files or as PEM text, and what to verify', () => {
      expect(tlsOf({})).to.deep.equal(usualTls)
      expect(tlsOf({ DATABASE_URL: 'mysql://user@host/name' })).to.equal(null)
      const [ca, cert, own] = [authority.ca, one.cert, one.key].map(textOf) as [string, string, string]
      const files = { DATABASE_TLS_CA: authority.ca, DATABASE_TLS_CERT: one.cert, DATABASE_TLS_KEY: one.key }
      expect(tlsOf(files)).to.deep.equal({ ca, cert, key: own, verify: 'full' })
      expect(tlsOf({ DATABASE_TLS_CA: ca, DATABASE_TLS_VERIFY: 'ca' })).to.deep.equal({
        ...usualTls,
        ca: ca.trim(),
        verify: 'ca',
      })
      const redis = { REDIS_TLS_CA: authority.ca, REDIS_TLS_VERIFY: 'ca' }
      for (const where of [{ REDIS_URL: 'rediss://one' }, { REDIS_CLUSTER: 'rediss://one:7000,two:7000' }])
        expect(readSettings({ ...where, ...redis }).redis?.tls).to.deep.equal({ ...usualTls, ca, verify: 'ca' })
    })

    const refused: [environment: Record<string, string>, ...problems: RegExp[]][] = [
      [{ DATABASE_TLS_CA: '/nowhere/ca.pem' }, /^DATABASE_TLS_CA cannot be read \(ENOENT\)$/],
      [{ DATABASE_TLS_CA: one.key }, /^DATABASE_TLS_CA holds no certificate/],
      [
        { DATABASE_TLS_CA: '-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----' },
        /^DATABASE_TLS_CA holds no/,
      ],
      [{ DATABASE_TLS_CERT: one.cert }, /^DATABASE_TLS_CERT and DATABASE_TLS_KEY belong together/],
      [{ DATABASE_TLS_KEY: one.key }, /^DATABASE_TLS_CERT and DATABASE_TLS_KEY belong together/],
      [
        { DATABASE_TLS_CERT: one.cert, DATABASE_TLS_KEY: other.key },
        /^DATABASE_TLS_KEY is not the key of DATABASE_TLS_CERT/,
      ],
      [{ DATABASE_TLS_CERT: one.cert, DATABASE_TLS_KEY: one.cert }, /^DATABASE_TLS_KEY holds no private key/],
      [{ DATABASE_TLS_CERT: one.cert, DATABASE_TLS_KEY: authority.encrypted(one) }, /^DATABASE_TLS_KEY is encrypted/],
      [{ DATABASE_TLS_VERIFY: 'no' }, /^DATABASE_TLS_VERIFY is none of full, ca, none$/],
      [
        { DATABASE_TLS_VERIFY: 'none', DATABASE_TLS_CA: authority.ca },
        /^DATABASE_TLS_CA is not looked at with DATABASE_TLS_VERIFY=none/,
      ],
      [{ DATABASE_URL: 'mysqls://user@10.0.0.1/name' }, /^DATABASE_URL has an IP address, .*DATABASE_TLS_VERIFY=ca$/],
      [{ DATABASE_URL: 'mysqls://user@[::1]/name' }, /^DATABASE_URL has an IP address/],
      [
        { DATABASE_URL: 'mysql://user@host/name', DATABASE_TLS_CA: authority.ca },
        /^DATABASE_TLS_CA counts only where DATABASE_URL begins with mysqls:/,
      ],
      [
        { DATABASE_URL: '', DATABASE_TLS_CA: authority.ca, DATABASE_TLS_VERIFY: 'ca' },
        /^DATABASE_TLS_CA, DATABASE_TLS_VERIFY count only where/,
      ],
      [
        { DATABASE_URL: 'mysqls://host', DATABASE_TLS_CA: authority.ca },
        /^DATABASE_URL lacks a host, a user or a database name/,
      ],
      [
        { REDIS_URL: 'redis://one', REDIS_TLS_CA: authority.ca },
        /^REDIS_TLS_CA counts only where REDIS_URL or REDIS_CLUSTER begins with/,
      ],
      [{ REDIS_TLS_CERT: one.cert }, /^REDIS_TLS_CERT counts only where/],
      ...['ssl=true', 'sslmode=require', 'ssl-mode=REQUIRED', 'useSSL=true', 'tls=1'].map(
        (parameter): [Record<string, string>, RegExp] => [
          { DATABASE_URL: `mysql://user@host/name?${parameter}` },
          /^DATABASE_URL takes no parameters after the database name: for TLS begin it with mysqls:.*DATABASE_TLS_CA/,
        ],
      ),
      [{ REDIS_URL: 'redis://one?ssl=true' }, /^REDIS_URL takes no parameters: for TLS begin it with rediss:/],
    ]
    for (const [environment, ...problems] of refused) {
      const shown = Object.entries(environment).map(
        ([name, value]) => `${name}=${value.split('/').at(-1)!.slice(0, 30)}`,
      )
      it(`refuse ${JSON.stringify(shown.join(' '))}`, () => {
        const found = problemsOf({ ...mysql, ...environment })
        expect(found).to.have.length(problems.length)
        for (const [at, problem] of problems.entries()) expect(found[at]).to.match(problem).and.not.include('hunter2')
      })
    }

    it('report all their problems at once', () => {
      const wrong = { DATABASE_TLS_CA: '/nowhere', DATABASE_TLS_VERIFY: 'x', REDIS_TLS_KEY: '/nowhere', PORT: 'x' }
      expect(problemsOf({ ...mysql, ...wrong })).to.have.length(4)
    })
  })

  it('refuse a DATABASE_URL with a stray percent sign as one problem', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://user:100%@host/name', SECRET_KEY: key })).to.have.length(1)
  })

  it('accept only those networks in TRUST_PROXY that proxy-addr can compile', () => {
    for (const value of ['10.0.0.0/33', '10.0.0.0/0', '::::', '::1/129', '999.1.1.1', '10.0.0', '10.0.0.1/8/8'])
      expect(problemsOf({ TRUST_PROXY: value }), value).to.have.length(1)
    for (const value of ['10.0.0.0/32', '::/1', 'fe80::1/128', 'uniquelocal,linklocal,loopback', '::ffff:10.0.0.1'])
      expect(() => proxyAddr.compile(readSettings({ TRUST_PROXY: value }).trustProxy as string[]), value).to.not.throw()
  })
})
