// A database and a Redis behind TLS, as most managed ones are.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { DatabaseSettings } from '../../config/settings.js'
import { openRedis } from '../../server/storage/redis.js'
import type { TlsOptions } from '../../server/storage/tls.js'
import { anAuthority, type Certificate, replace, textOf } from '../support/certificates.js'
import { aClient } from '../support/client.js'
import { aCommandLine } from '../support/command-line.js'
import { anOpen } from '../support/database.js'
import { aFolder, onMariaDb, onRedis } from '../support/engines.js'
import { freePort, type MariaDb, sharedMariaDb, startMariaDb } from '../support/mariadb.js'
import { aServerProcess } from '../support/processes.js'
import { aRedis } from '../support/redis.js'
import { issuer, password } from '../support/server.js'

const main = fileURLToPath(new URL('../../server/main.js', import.meta.url))

type MySql = Extract<DatabaseSettings, { engine: 'mysql' }>

const usual: TlsOptions = { ca: null, cert: null, key: null, verify: 'full' }
const authority = anAuthority('An authority')
const stranger = anAuthority('A stranger')
const good = authority.sign('localhost')

onMariaDb('a database that accepts only TLS connections', () => {
  let mariaDb: MariaDb
  const used: Certificate = authority.sign('localhost')
  const show = async (certificate: Certificate) => {
    replace(used, certificate)
    await mariaDb.run('FLUSH SSL')
  }

  let settings: MySql
  before(async () => {
    mariaDb = await startMariaDb(`--ssl-ca=${authority.ca}`, `--ssl-cert=${used.cert}`, `--ssl-key=${used.key}`)
    settings = { ...(await mariaDb.create()), host: 'localhost', user: 'darvoza', password: 'secret' }
    await mariaDb.run(
      `CREATE USER darvoza IDENTIFIED BY 'secret' REQUIRE SSL`,
      `GRANT ALL ON ${settings.name}.* TO darvoza`,
      `CREATE USER certified IDENTIFIED BY 'secret' REQUIRE X509`,
      `GRANT ALL ON ${settings.name}.* TO certified`,
    )
  })
  after(() => mariaDb.stop())
  afterEach(() => show(good))

  const url = (scheme: string, { user = 'darvoza', secret = 'secret', port = settings.port } = {}) =>
    `${scheme}://${user}:${secret}@localhost:${port}/${settings.name}`

  /** The error message of the command line, which writes one line; 'true' when it connected. */
  async function said(environment: Record<string, string>): Promise<string> {
    const darvoza = aCommandLine({ SECRET_KEY: randomBytes(32).toString('base64'), ...environment })
    const { code, stdout, stderr } = await darvoza.run(['migrate', 'status', '--json'])
    expect(stderr).to.not.include('secret@').and.not.include(textOf(good.key))
    if (code === 0) return `${JSON.parse(stdout).length > 0}`
    expect([code, stdout]).to.deep.equal([1, ''])
    expect(stderr).to.match(/^[^\n]+\n$/)
    return (JSON.parse(stderr) as { error: { message: string } }).error.message
  }
  const trusting = { DATABASE_TLS_CA: authority.ca }

  it('a mysqls:// URL connects servers and the command line, and every connection is encrypted', async () => {
    const server = await aServerProcess(settings, {}, { DATABASE_URL: url('mysqls'), ...trusting })
    const { access } = await aClient(server).signIn({ username: 'admin', password })
    expect((await aClient(server).get('/api/me/', access)).status).to.equal(200)
    expect(await said({ DATABASE_URL: url('mysqls'), DATABASE_TLS_CA: textOf(authority.ca) })).to.equal('true')

    const database = await anOpen({ ...settings, tls: { ...usual, ca: textOf(authority.ca) } })
    const cipher = () => database.read<{ Value: string }>("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    for (const [row] of await Promise.all(Array.from({ length: 10 }, cipher))) expect(row!.Value).to.match(/^TLS_/)
  }).timeout(60_000)

  it('the error names the cause: TLS missing, client certificate, unknown CA, expired, other name', async () => {
    const { port } = await sharedMariaDb()
    const mysqls = { DATABASE_URL: url('mysqls'), ...trusting }
    const certified = { ...trusting, DATABASE_URL: url('mysqls', { user: 'certified' }) }
    const ours = { DATABASE_TLS_CERT: good.cert, DATABASE_TLS_KEY: good.key }
    const theirs = stranger.sign('client')
    const cases: [environment: Record<string, string>, says: RegExp][] = [
      [{ DATABASE_URL: url('mysql') }, /refuses the user or the password.*only TLS connections.*mysqls:/],
      [{ ...mysqls, DATABASE_URL: url('mysqls', { secret: 'wrong' }) }, /refuses the user or the password/],
      [{ DATABASE_URL: url('mysqls', { port }) }, /^the database has no TLS: begin DATABASE_URL with mysql:/],
      [{ DATABASE_URL: url('mysqls') }, /certificate .* an authority that is not known here: set DATABASE_TLS_CA/],
      [{ ...mysqls, DATABASE_TLS_CA: stranger.ca }, /certificate .* an authority that is not known here/],
      [certified, /refuses the user or the password.*asks for a certificate: DATABASE_TLS_CERT/],
      [{ ...certified, ...ours }, /^true$/],
      [
        { ...certified, DATABASE_TLS_CERT: theirs.cert, DATABASE_TLS_KEY: theirs.key },
        /certificate in DATABASE_TLS_CERT/,
      ],
    ]
    for (const [environment, says] of cases) expect(await said(environment)).to.match(says)

    await show(authority.sign('localhost', -1))
    expect(await said(mysqls)).to.match(/^the certificate of the database has expired/)
    await show(authority.sign('db.example'))
    expect(await said(mysqls)).to.match(/^the certificate of the database is for another name .*db\.example/)
  }).timeout(90_000)

  it('a server that does not trust the database certificate exits with code 1 and logs the reason', async () => {
    const environment = {
      PATH: process.env.PATH,
      SECRET_KEY: randomBytes(32).toString('base64'),
      PORT: '0',
      ISSUER: issuer,
    }
    const child = spawn(process.execPath, [main], {
      env: { ...environment, DATA_DIR: aFolder(), DATABASE_URL: url('mysqls') },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', chunk => {
      said += chunk
    })
    const code = await new Promise(resolve => child.once('close', resolve))
    expect(code).to.equal(1)
    const { msg } = JSON.parse(said) as { msg: string }
    expect(msg).to.match(/^Darvoza did not start: the certificate of the database .* set DATABASE_TLS_CA /)
  }).timeout(60_000)

  it('a certificate of another name or authority is refused, unless DATABASE_TLS_VERIFY is ca or none', async () => {
    const opened = (tls: Partial<TlsOptions>) =>
      anOpen({ ...settings, tls: { ...usual, ...tls } }).then(
        () => 'opened',
        (error: Error) => (error.cause as Error).message,
      )
    const ca = textOf(authority.ca)
    await show(authority.sign('db.example'))
    expect(await opened({ ca })).to.match(/altnames/)
    expect(await opened({ ca, verify: 'ca' })).to.equal('opened')
    await show(stranger.sign('localhost'))
    expect(await opened({ ca })).to.match(/^HANDSHAKE_SSL_ERROR \(.*(self-signed|unable to)/)
    expect(await opened({ ca, verify: 'ca' })).to.match(/^HANDSHAKE_SSL_ERROR/)
    expect(await opened({ verify: 'none' })).to.equal('opened')
  })
})

onRedis('a Redis behind TLS', () => {
  it('rediss:// connects only with a trusted server certificate and a client certificate', async () => {
    const port = await freePort()
    const shown = authority.sign('localhost')
    const tls = ['--tls-port', String(port), '--tls-cert-file', shown.cert, '--tls-key-file', shown.key]
    await aRedis(...tls, '--tls-ca-cert-file', authority.ca)

    /** PONG, or the error code of the failed connection. */
    async function connected(options: Partial<TlsOptions>, host = 'localhost'): Promise<string> {
      const connections = await openRedis(
        {
          ...{ nodes: [{ host, port }], cluster: false, username: null, password: null, db: 0 },
          tls: { ...usual, ...options },
        },
        { log: { warn() {} } },
      )
      try {
        const ready = await connections.connect(3_000)
        return ready ? await connections.run(client => client.ping()) : connections.lastFailure!.code
      } finally {
        connections.close()
      }
    }
    const ca = textOf(authority.ca)
    const own = { cert: textOf(good.cert), key: textOf(good.key) }
    expect(await connected({ ca, ...own })).to.equal('PONG')
    expect(await connected({ ca, ...own }, '127.0.0.1')).to.equal('ERR_TLS_CERT_ALTNAME_INVALID')
    expect(await connected({ ca, ...own, verify: 'ca' }, '127.0.0.1')).to.equal('PONG')
    expect(await connected({ ...own, ca: textOf(stranger.ca) })).to.equal('SELF_SIGNED_CERT_IN_CHAIN')
    expect(await connected({ ...own, verify: 'none' })).to.equal('PONG')
    expect(await connected({ ca })).to.not.equal('PONG')
  })
})
