// The device flow (RFC 8628) by unmodified openid-client, oauth4webapi and Debian's oidc-agent.
import { expect } from 'chai'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { decide, television } from '../support/device-codes.js'
import { anIssuer, basicProof, endDevicesOf, expectOver, registered } from '../support/issuer.js'
import { anOidcAgent, onOidcAgent, stopOidcAgents } from '../support/oidc-agent.js'
import { settle, type TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

const tv = { ...television, scope: 'openid profile offline_access' }

async function aLivingRoom() {
  const server = await anIssuer()
  const amy = await server.aUser({ username: 'amy' })
  await registered(server, 'tv', 'native', tv)
  const visitor = aVisitor(server)
  await visitor.signIn(amy)
  const execute = [client.allowInsecureRequests]
  const config = await client.discovery(new URL(server.settings.issuer), 'tv', {}, client.None(), { execute })
  const begin = () => client.initiateDeviceAuthorization(config, { scope: 'openid profile offline_access' })
  return { server, amy, visitor, config, begin }
}

/** The names of devices on which a user has sessions of other applications. */
async function deviceNames({ composed: { parts } }: TestServer, userId: number): Promise<string[]> {
  const { database } = parts.storage
  const rows = await database.read<{ name: string }>(
    "SELECT d.name FROM device d JOIN session s ON s.device_id = d.id WHERE d.user_id = ? AND s.application_id <> 'darvoza'",
    [userId],
  )
  return rows.map(row => row.name)
}

describe('device flow by openid-client', function () {
  this.timeout(60_000)

  it('polls, slows down after slow_down, and gets tokens once the user has agreed', async () => {
    const { server, amy, visitor, config, begin } = await aLivingRoom()
    const begun = await begin()
    expect(begun.verification_uri_complete).to.equal(`${begun.verification_uri}?user_code=${begun.user_code}`)
    // Polls faster than the interval at first; the library must slow down by itself.
    let asked = 0
    config[client.customFetch] = async (url, options) => {
      const answer = await fetch(url, options as RequestInit)
      if (url.endsWith('/oauth/token') && ++asked === 2) await decide(visitor, begun.user_code, 'allow')
      return answer
    }
    const tokens = await client.pollDeviceAuthorizationGrant(config, { ...begun, interval: 0.1 })
    expect(asked, 'one that waited, one that was too soon, and the last').to.equal(3)
    expect(tokens.claims()).to.include({ sub: String(amy.id), preferred_username: 'amy' })
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token!)
    expect(await deviceNames(server, amy.id)).to.deep.equal(['openid-client/v6.9.0'])
    await endDevicesOf(server, amy)
    await expectOver(server, refreshed, { form: { client_id: 'tv' } })
  })

  it('gets access_denied once the user has denied', async () => {
    const { visitor, config, begin } = await aLivingRoom()
    const begun = await begin()
    await decide(visitor, begun.user_code, 'deny')
    const refused = await client
      .pollDeviceAuthorizationGrant(config, { ...begun, interval: 0.1 })
      .catch(thrown => thrown)
    expect((refused as client.ResponseBodyError).error).to.equal('access_denied')
  })
})

describe('device flow by oauth4webapi', function () {
  this.timeout(60_000)

  it('gets authorization_pending, then access, refresh and ID token once the user has agreed', async () => {
    const { server, amy, visitor } = await aLivingRoom()
    const issuer = new URL(server.settings.issuer)
    const insecure = { [oauth.allowInsecureRequests]: true }
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
    const tv = { client_id: 'tv' }
    const form = { scope: 'openid profile offline_access' }
    const asked = await oauth.deviceAuthorizationRequest(as, tv, oauth.None(), form, insecure)
    const begun = await oauth.processDeviceAuthorizationResponse(as, tv, asked)
    const poll = async () => {
      const answer = await oauth.deviceCodeGrantRequest(as, tv, oauth.None(), begun.device_code, insecure)
      return oauth.processDeviceCodeResponse(as, tv, answer)
    }
    const early = await poll().catch(error => error)
    expect(early).to.be.instanceOf(oauth.ResponseBodyError)
    expect(early.error).to.equal('authorization_pending')
    await decide(visitor, begun.user_code, 'allow')
    const tokens = await poll()
    expect(oauth.getValidatedIdTokenClaims(tokens)).to.include({ sub: String(amy.id), preferred_username: 'amy' })
    await endDevicesOf(server, amy)
    await expectOver(server, tokens, { form: { client_id: 'tv' } })
  })
})

onOidcAgent('device flow by oidc-agent', () => {
  afterEach(stopOidcAgents)

  it('signs in by a user code, refreshes, and is refused after the device was ended', async () => {
    const server = await anIssuer()
    const amy = await server.aUser({ username: 'amy' })
    const secret = await registered(server, 'agent', 'web', {
      ...tv,
      token_endpoint_auth_method: 'client_secret_basic',
    })
    await settle(server.composed)
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    const agent = await anOidcAgent()
    let deciding: Promise<unknown> | null = null
    const options = [
      '--iss',
      `${server.settings.issuer}/`,
      '--client-id=agent',
      `--client-secret=${secret}`,
      '--scope',
      tv.scope,
    ]
    const said = await agent.account('home', options, text => {
      const [code] = /\b[B-Z]{4}-[B-Z]{4}\b/.exec(text) ?? []
      if (code) deciding ??= decide(visitor, code, 'allow')
    })
    await deciding
    expect(said).to.include('Everything setup correctly')
    const first = await agent.token('home')
    const userinfo = await fetch(`${server.url}/oauth/userinfo`, { headers: { Authorization: `Bearer ${first}` } })
    expect(await userinfo.json()).to.include({ sub: String(amy.id), preferred_username: 'amy' })
    const second = await agent.token('home', '--force-new')
    expect(second).to.not.equal(first)
    // It sends no User-Agent: the device has the name of the application.
    expect(await deviceNames(server, amy.id)).to.deep.equal(['agent'])
    await endDevicesOf(server, amy)
    await expectOver(server, { access_token: second }, basicProof('agent', secret))
    expect(await agent.token('home', '--force-new').catch(() => 'refused')).to.equal('refused')
  }).timeout(120_000)
})
