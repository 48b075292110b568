// Keys on the command line, beside a running server; and a change of SECRET_KEY while sessions go on.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { aClient, type Client } from '../support/client.js'
import { aCommandLine, besideAServer, expectOneLine, expectRefused, patience } from '../support/command-line.js'
import { onEachEngine } from '../support/engines.js'
import { headerOf } from '../support/forge.js'
import { publishedKids } from '../support/keys.js'
import { waitFor } from '../support/mariadb.js'
import { urlOf } from '../support/processes.js'
import { aServer, settle, type TestServer } from '../support/server.js'

const main = fileURLToPath(new URL('../../server/main.js', import.meta.url))
const reasonOf = async (client: Client, token: string) => (await client.verify(token)).body.reason ?? null

describe('darvoza key on the command line', function () {
  this.timeout(patience)

  it('refuses invalid arguments with one line, and changes no key', async () => {
    const { server, darvoza } = await besideAServer()
    const before = await server.composed.parts.keys.keyRing.list()
    await expectRefused(darvoza, [
      [['key'], 2, /a command is missing/],
      [['key', 'revoke'], 2, /missing required argument/],
      [['key', 'rotate', '--algorithm', 'HS256'], 2, /no such signing algorithm/],
      [['key', 'rotate', '--algorithm', 'PS256'], 2, /access_token_algorithm/],
      [['key', 'revoke', 'nobody', '--yes'], 1, /no key nobody/],
      [['key', 'revoke', 'audit', '--yes'], 1, /no key audit/],
      [['key', 'remove', before[0]!.kid], 1, /signs: rotate it/],
      [['secret', 'unseal'], 2, /unknown command/],
    ])
    expect(await server.composed.parts.keys.keyRing.list()).to.deep.equal(before)
  })

  it('rotate prints from when on the next signing key signs, and warns with --now', async () => {
    const { server, darvoza } = await besideAServer()
    const client = aClient(server)
    const scheduled = await darvoza.run(['key', 'rotate'])
    expect(scheduled).to.deep.include({ code: 0, stderr: '' })
    expect(scheduled.stdout).to.match(/^\S{43} \(ES256\) is published, and signs from 20\d\d-\S+Z\n$/)
    const kid = scheduled.stdout.slice(0, 43)
    await waitFor(async () => expect(await publishedKids(client)).to.include(kid), 1_500)

    const atOnce = await darvoza.run(['key', 'rotate', '--now'])
    expect(atOnce.stdout).to.equal(`${kid} (ES256) signs\n`)
    expect(atOnce.stderr).to.match(/^Verifiers that hold an older JWKS may refuse .* for up to 5 minutes\.\n$/)
    const { access } = await client.signIn(await server.aUser())
    expect(headerOf(access).kid).to.equal(kid)

    const keys = (await darvoza.json(['key', 'list'])) as Record<string, string | null>[]
    const [active, retiring] = ['active', 'retiring'].map(
      state => keys.find(key => key.algorithm === 'ES256' && key.state === state)!,
    ) as [Record<string, string | null>, Record<string, string | null>]
    expect([active.state, active.removable_at]).to.deep.equal(['active', null])
    const needed = await darvoza.run(['key', 'remove', retiring.kid!])
    expect(needed.code).to.equal(1)
    expectOneLine(needed, new RegExp(`is needed until ${retiring.removable_at}`))
    expect(await darvoza.done(['key', 'list'])).to.match(/^KID +ALGORITHM +STATE .*\n(.* (active|retiring) .*\n){3}$/)
  })

  it('revoke makes a running server refuse tokens of the key within a second; a refresh still works', async () => {
    const { server, darvoza } = await besideAServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const pair = await client.signIn(amy)
    const { kid } = headerOf(pair.access)
    const ran = await darvoza.run(['key', 'revoke', kid, '--yes'])
    expect(ran.code).to.equal(0)
    expect(ran.stdout).to.match(
      new RegExp(`^revoked ${kid}: tokens under it are refused.*; \\S{43} \\(ES256\\) signs\n$`),
    )
    expect(ran.stderr).to.match(/up to 5 minutes/)
    await waitFor(async () => expect(await reasonOf(client, pair.access)).to.equal('token_key_revoked'), 1_500)
    const refreshed = await client.refresh(pair.refresh)
    expect(await reasonOf(client, refreshed.body.access)).to.equal(null)

    expect(await darvoza.json(['key', 'revoke', 'device', '--yes'])).to.deep.equal({ secret: 'device', version: 2 })
    expect(await darvoza.done(['key', 'revoke', 'refresh', '--yes'])).to.match(/everybody is signed out/)
    await waitFor(async () => {
      expect(await reasonOf(client, refreshed.body.refresh)).to.equal('token_key_revoked')
      expect(await reasonOf(client, refreshed.body.access)).to.equal('session_ended')
    }, 1_500)
    expect((await client.refresh((await client.signIn(amy)).refresh)).status).to.equal(200)
  })
})

/** The command line on the database of this server, with these keys. */
function withKeys({ settings }: TestServer, secretKey: Buffer, previous?: Buffer) {
  return aCommandLine({
    DATABASE_URL: urlOf(settings.database),
    SECRET_KEY: secretKey.toString('base64'),
    ...(previous && { SECRET_KEY_PREVIOUS: previous.toString('base64') }),
  })
}

onEachEngine('a change of SECRET_KEY', engine => {
  const next = randomBytes(32)

  it('to a wrong key is reported in one line by command line and server, and changes no sealed secret', async () => {
    const server = await aServer({ engine })
    const { settings, composed } = server
    const sealed = () => composed.parts.storage.database.read('SELECT * FROM sealed_secret')
    const before = await sealed()
    for (const args of [
      ['secret', 'reseal'],
      ['key', 'rotate'],
      ['key', 'list'],
    ]) {
      const ran = await withKeys(server, next).run(args)
      expect(ran.code, args.join(' ')).to.equal(1)
      expectOneLine(ran, /^darvoza: SECRET_KEY does not open signing-key:\S+: it is not the key/)
    }
    expect(await sealed()).to.deep.equal(before)
    const environment = {
      PATH: process.env.PATH,
      PORT: '0',
      ISSUER: settings.issuer,
      DATA_DIR: settings.dataDir,
      DATABASE_URL: urlOf(settings.database),
      SECRET_KEY: next.toString('base64'),
    }
    const started = await new Promise<{ code: number | null; said: string }>(resolve => {
      const child = spawn(process.execPath, [main], { cwd: settings.dataDir, env: environment })
      let said = ''
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', chunk => {
          said += chunk
        })
      child.once('close', code => resolve({ code, said }))
    })
    expect(started.code).to.equal(1)
    expect(started.said).to.match(/^\{.*"Darvoza did not start: SECRET_KEY does not open \S+: [^\n]+"\}\n$/)
    expect(await sealed()).to.deep.equal(before)
  }).timeout(patience)

  it('keeps sessions and devices with both keys, after a reseal, and with the new key alone', async () => {
    const first = await aServer({ engine })
    const old = first.settings.secretKey!
    const { clock } = first
    const amy = await first.aUser()
    let pair = await aClient(first).signIn(amy)
    const { kid } = headerOf(pair.access)
    await first.close()

    const good = async (server: TestServer) => {
      const client = aClient(server)
      expect(await reasonOf(client, pair.access)).to.equal(null)
      const { status, body } = await client.refresh(pair.refresh)
      expect(status).to.equal(200)
      pair = { ...pair, ...body }
      const devices = async () => (await client.get('/api/me/devices/', pair.access)).body.results.length
      const before = await devices()
      pair = await client.signIn(amy, { device_token: pair.device_token })
      expect(await devices(), 'the device is known').to.equal(before)
      expect(headerOf(pair.access).kid).to.equal(kid)
      expect((await server.composed.parts.tokens.auditTrail.verify()).broken).to.equal(null)
    }
    const started = (secretKey: Buffer, secretKeyPrevious: Buffer | null = null) =>
      aServer({ settings: { ...first.settings, secretKey, secretKeyPrevious }, clock })

    const both = await started(next, old)
    await good(both)
    const darvoza = withKeys(both, next, old)
    expect(await darvoza.json(['secret', 'reseal'])).to.deep.equal({ resealed: 6, untouched: 0 })
    expect(await darvoza.json(['secret', 'reseal'])).to.deep.equal({ resealed: 0, untouched: 6 })
    expect(await darvoza.done(['secret', 'reseal'])).to.match(/everything was sealed under SECRET_KEY before/)
    await settle(both.composed)
    await good(both)
    const notes = await both.composed.parts.logs.auditLog.search({
      before: Number.MAX_SAFE_INTEGER,
      limit: 100,
      action: 'secrets_resealed',
    })
    expect(notes.map(note => note.afterJson)).to.deep.equal(['{"count":6}'])
    await both.close()

    const alone = await started(next)
    await good(alone)
    await alone.close()
    // The old key opens nothing any more.
    const ran = await withKeys(first, old).run(['key', 'list'])
    expectOneLine(ran, /SECRET_KEY does not open/)
  }).timeout(patience)

  it('lets a server with the old key go on after a reseal, until it cannot open a new signing key', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const pair = await client.signIn(amy)
    const darvoza = withKeys(server, next, server.settings.secretKey!)
    await darvoza.done(['secret', 'reseal'])
    await settle(server.composed)
    expect(await reasonOf(client, pair.access)).to.equal(null)
    expect((await client.refresh(pair.refresh)).status).to.equal(200)
    await client.signIn(amy)

    // A server that cannot open the next signing key logs that in time.
    const { kid } = await darvoza.json(['key', 'rotate'])
    await settle(server.composed)
    expect(server.logged.filter(line => line.includes(kid) && line.includes('cannot be decrypted'))).to.have.length(1)
    await client.signIn(amy)
    // Then the key signs elsewhere, and this server does not go on signing under an older key.
    await darvoza.done(['key', 'rotate', '--now'])
    await server.composed.parts.revocation.tail.readNow().then(
      () => expect.fail('it took a key that it cannot open'),
      error => expect(error.message).to.match(/SECRET_KEY does not open/),
    )
  }).timeout(patience)
})
