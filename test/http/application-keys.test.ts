// Applications whose public keys are fetched from their `jwks_uri`.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { JWK } from 'jose'
import type { ApplicationOrigin } from '../../server/policy/application-metadata.js'
import { anApplication, inForm } from '../support/applications.js'
import { type ApplicationKey, aKey, anAssertion, shown } from '../support/assertions.js'
import { aClient } from '../support/client.js'
import { sqlite } from '../support/engines.js'
import { aServer, settle, type TestServer, testSettings } from '../support/server.js'

describe('keys at the jwks_uri of an application', () => {
  let listener: Server
  let fetches = 0
  let answer: { status: number; body: string }
  let keys: ApplicationKey[]
  before(async () => {
    keys = await Promise.all(['a', 'b', 'c'].map(kid => aKey('ES256', kid)))
  })
  const publish = (...some: ApplicationKey[]) => {
    answer = { status: 200, body: JSON.stringify({ keys: some.map(({ jwk }) => jwk) }) }
  }
  beforeEach(async () => {
    fetches = 0
    publish(keys[0]!)
    listener = createServer((_, response) => {
      fetches++
      response.writeHead(answer.status, { 'Content-Type': 'application/json', Location: '/other' }).end(answer.body)
    })
    await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => {
    listener.closeAllConnections()
    listener.close()
  })

  async function aServerThatMay(...networks: string[]): Promise<TestServer> {
    const settings = { ...testSettings(await sqlite.migrated()), outgoingAllow: { hosts: [], networks } }
    const server = await aServer({ settings })
    await aRobot(server, 'robot')
    return server
  }
  async function aRobot(server: TestServer, id: string, origin: ApplicationOrigin = 'administrator'): Promise<void> {
    const uri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/jwks`
    await anApplication(server, id, {
      origin,
      metadata: {
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: uri,
      },
    })
  }
  async function show(
    server: TestServer,
    key: ApplicationKey,
    id = 'robot',
  ): Promise<[status: number, error: string | undefined]> {
    const assertion = await anAssertion(key, id, server.clock.now())
    const body = `grant_type=client_credentials&${shown(assertion)}`
    const { status, body: told } = await aClient(server).send('POST', '/oauth/token', { body, headers: inForm })
    return [status, told.error]
  }
  const good = [200, undefined]
  const bad = [401, 'invalid_client']
  const later = [503, 'temporarily_unavailable']

  it('are not fetched from an allowed internal address for registered and document applications', async () => {
    const server = await aServerThatMay('127.0.0.0/8')
    expect(await show(server, keys[0]!)).to.deep.equal(good)
    for (const origin of ['registration', 'document'] as const) {
      await aRobot(server, `by-${origin}`, origin)
      await settle(server.composed)
      expect(await show(server, keys[0]!, `by-${origin}`), origin).to.deep.equal(later)
    }
    expect(fetches).to.equal(1)
  })

  it('are fetched once for simultaneous requests, cached, and fetched again after two hours', async () => {
    const server = await aServerThatMay('127.0.0.0/8')
    const answers = await Promise.all(Array.from({ length: 10 }, () => show(server, keys[0]!)))
    expect(answers).to.deep.equal(Array(10).fill(good))
    expect(fetches).to.equal(1)
    server.clock.advance('9m')
    expect(await show(server, keys[0]!)).to.deep.equal(good)
    expect(fetches).to.equal(1)
    server.clock.advance('2h')
    expect(await show(server, keys[0]!)).to.deep.equal(good)
    expect(fetches).to.equal(2)
  })

  it('are fetched again for an unknown kid at most once a minute, also for invented kids', async () => {
    const server = await aServerThatMay('127.0.0.0/8')
    expect(await show(server, keys[0]!)).to.deep.equal(good)
    publish(keys[0]!, keys[1]!)
    expect(await show(server, keys[1]!)).to.deep.equal(bad)
    expect(fetches).to.equal(1)
    server.clock.advance('61s')
    expect(await show(server, keys[1]!)).to.deep.equal(good)
    expect(fetches).to.equal(2)
    for (let name = 0; name < 5; name++)
      expect(await show(server, { ...keys[2]!, jwk: { ...keys[2]!.jwk, kid: `x${name}` } as JWK })).to.deep.equal(bad)
    expect(fetches).to.equal(2)
    expect(await show(server, keys[0]!)).to.deep.equal(good)
  })

  it('answer 503 and not 401 while they cannot be fetched; cached keys stay valid for an hour', async () => {
    const server = await aServerThatMay('127.0.0.0/8')
    for (const broken of [
      { status: 500, body: '' },
      { status: 302, body: answer.body },
      { status: 200, body: '<html>' },
      { status: 200, body: '[]' },
      { status: 200, body: '{"keys":[1]}' },
      { status: 200, body: JSON.stringify({ keys: [], x: 'x'.repeat(100_000) }) },
    ]) {
      answer = broken
      server.clock.advance('6s')
      expect(await show(server, keys[0]!), broken.body.slice(0, 20)).to.deep.equal(later)
    }
    expect(fetches).to.equal(6)
    publish(keys[0]!)
    expect(await show(server, keys[0]!)).to.deep.equal(later)
    expect(fetches).to.equal(6)
    server.clock.advance('6s')
    expect(await show(server, keys[0]!)).to.deep.equal(good)
    // Cached keys stay in use for an hour.
    answer = { status: 500, body: '' }
    server.clock.advance('30m')
    expect(await show(server, keys[0]!)).to.deep.equal(good)
    server.clock.advance('31m')
    expect(await show(server, keys[0]!)).to.deep.equal(later)
  })

  it('are not fetched from an internal address that the settings do not allow', async () => {
    const server = await aServerThatMay()
    expect(await show(server, keys[0]!)).to.deep.equal(later)
    expect(fetches).to.equal(0)
    expect(server.logged.join('\n')).to.include('OUTGOING_NOT_ALLOWED')
  })
})
