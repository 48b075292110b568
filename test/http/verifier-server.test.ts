// The verifier of resource servers with the real server: a token that ends at the server is refused by the verifier,
// without a request for each token.
import { expect } from 'chai'
import { Refusal } from '../../server/protocol/errors.js'
import { createVerifier, type Verifier } from '../../server/verifier/verifier.js'
import { aKeyOf } from '../support/api-keys.js'
import { aConfidentialApplication, aSessionOf } from '../support/applications.js'
import { aClient } from '../support/client.js'
import { heard } from '../support/fake-issuer.js'
import { aServer, issuer, settle, type TestServer } from '../support/server.js'

const resource = 'https://orders.example/'
const origin = { address: '192.0.2.1', userAgent: 'test', requestId: 'test' }

describe('a verifier connected to the server', () => {
  let server: TestServer
  let verifier: Verifier
  let amy: Awaited<ReturnType<TestServer['aUser']>>
  /** Paths that the verifier requested. */
  let asked: string[]
  beforeEach(async () => {
    server = await aServer()
    asked = []
    amy = await server.aUser({ permissions: ['orders:read'] })
    const metadata = { scope: 'revocations:read', grant_types: ['client_credentials' as const] }
    const clientSecret = await aConfidentialApplication(server, 'orders', {
      ...{ kind: 'resource_server', resource, metadata },
      resourceScopes: [{ name: 'orders:read', description: '' }],
    })
    await aConfidentialApplication(server, 'shop', {
      metadata: { scope: 'openid orders:read', permissions: ['orders:read'], first_party: true },
    })
    await settle(server.composed)
    let at = 0
    verifier = createVerifier({
      ...{ issuer, url: server.url, audience: resource, clientId: 'orders', clientSecret },
      clocks: { monotonic: () => at, wall: () => server.clock.now() },
      fetch: (input, init) => {
        asked.push(new URL(String(input)).pathname)
        at += 1
        return fetch(input, init)
      },
    })
    await verifier.ready()
  })
  afterEach(() => verifier.close())

  const introspections = () => asked.filter(path => path === '/oauth/introspect').length
  async function code(token: string): Promise<string> {
    try {
      await verifier.verify(token, { scope: 'orders:read', permission: 'orders:read' })
      return '200'
    } catch (error) {
      if (error instanceof Refusal) return error.code
      throw error
    }
  }
  async function aToken() {
    const { refresh, session } = await aSessionOf(server, amy, 'shop', { scope: 'openid orders:read' })
    const { access } = await server.composed.parts.tokens.rotate.rotate(refresh, 'shop', origin)
    return { token: access.token, session }
  }

  it('refuses tokens of ended sessions at once, and accepts tokens issued later, without introspection', async () => {
    const { sessions } = server.composed.parts.devices
    const ends: Record<string, [(sid: string) => Promise<unknown>, string]> = {
      session: [sid => sessions.end(sid, null, 'system'), 'session_ended'],
      'all of the user': [() => sessions.endAll(amy.id, 'system'), 'token_revoked'],
    }
    for (const [name, [end, expected]] of Object.entries(ends)) {
      const { token, session } = await aToken()
      expect(await code(token), name).to.equal('200')
      const told = heard(verifier, 'revocation')
      await end(session.id)
      await told
      expect(await code(token), name).to.equal(expected)
    }
    expect(await code((await aToken()).token)).to.equal('200')
    const own = await aClient(server).signIn(amy)
    expect(await code(own.access)).to.equal('token_audience')
    expect(introspections()).to.equal(0)
  })

  it('introspects once its lease has expired, with the same verdicts', async () => {
    const [live, ended] = [await aToken(), await aToken()]
    await server.composed.parts.devices.sessions.end(ended.session.id, null, 'system')
    server.clock.advance('3s')
    expect(verifier.status().lease.valid).to.equal(false)
    expect(await code(live.token)).to.equal('200')
    expect(await code(ended.token)).to.be.oneOf(['token_revoked', 'session_ended'])
    expect(introspections()).to.be.within(1, 2)
  })

  it('verifies an API key, with the present rights of its user', async () => {
    const { text } = await aKeyOf(server, amy.id, { scopes: ['orders:read'], resource })
    const claims = await verifier.verifyApiKey(text, { permission: 'orders:read' })
    expect(claims).to.deep.include({ sub: String(amy.id), token_type: 'api_key', roles: [] })
    await server.composed.parts.people.users.disable(amy.id, 'system')
    server.clock.advance('3s')
    const refused = await verifier.verifyApiKey(text).catch((error: Refusal) => error.code)
    expect(refused).to.equal('api_key_unknown')
  })
})
