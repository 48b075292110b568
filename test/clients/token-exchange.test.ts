// Token exchange (RFC 8693) by unmodified openid-client and oauth4webapi: a resource server calls another one for a
// user.
import { expect } from 'chai'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { accessTokenType, tokenExchangeGrant } from '../../server/policy/token-exchange.js'
import { aSessionOf } from '../support/applications.js'
import { claimsOf } from '../support/client.js'
import { anIssuer, basicProof, expectOver, type Person, registered } from '../support/issuer.js'
import type { TestServer } from '../support/server.js'

const at = (name: string) => `https://${name}.example`
const origin = { address: '192.0.2.1', userAgent: 'test', requestId: 'test' }

/** The application shop calls orders, which calls stock. @returns the access token that the shop sends to orders */
async function aChain() {
  const server = await anIssuer()
  const amy = await server.aUser({ username: 'amy' })
  const secrets = {
    stock: await registered(server, 'stock', 'resource_server', {
      resource: at('stock'),
      resource_scopes: [{ name: 'stock:read', description: 'See the stock' }],
    }),
    orders: await registered(server, 'orders', 'resource_server', {
      resource: at('orders'),
      resource_scopes: [{ name: 'orders:read', description: 'See orders' }],
      grant_types: [tokenExchangeGrant],
      token_exchange: [{ resource: at('stock'), scope: ['stock:read'], subject_scope: ['orders:read'] }],
    }),
  }
  await registered(server, 'shop', 'web', { redirect_uris: [`${at('shop')}/back`], scope: 'openid orders:read' })
  return { server, amy, secrets, token: await sentByShop(server, amy) }
}

async function sentByShop(server: TestServer, person: Person): Promise<string> {
  const { refresh } = await aSessionOf(server, person, 'shop', {
    scope: 'openid orders:read',
    resources: [at('orders')],
  })
  const { access } = await server.composed.parts.tokens.rotate.rotate(refresh, 'shop', origin)
  return access.token
}

const asked = (subject_token: string) => ({
  ...{ subject_token, subject_token_type: accessTokenType, resource: at('stock'), scope: 'stock:read' },
})

describe('token exchange by client libraries', function () {
  this.timeout(60_000)

  it('openid-client gets a token for the next resource server, which ends with the user’s session', async () => {
    const { server, amy, secrets, token } = await aChain()
    const execute = [client.allowInsecureRequests]
    const proof = client.ClientSecretBasic(secrets.orders)
    const config = await client.discovery(new URL(server.settings.issuer), 'orders', {}, proof, { execute })
    const tokens = await client.genericGrantRequest(config, tokenExchangeGrant, asked(token))
    expect(tokens).to.include({ token_type: 'bearer', scope: 'stock:read', issued_token_type: accessTokenType })
    expect(tokens).to.not.have.property('refresh_token')
    const said = claimsOf(tokens.access_token)
    expect(said).to.deep.include({
      aud: at('stock'),
      sub: String(amy.id),
      act: { sub: 'orders', act: { sub: 'shop' } },
    })
    expect(said.sid).to.equal(claimsOf(token).sid)
    await server.composed.parts.devices.sessions.endAll(amy.id, 'system')
    await expectOver(server, tokens, basicProof('stock', secrets.stock))
    const failure = await client.genericGrantRequest(config, tokenExchangeGrant, asked(token)).catch(error => error)
    expect(failure).to.include({ error: 'invalid_request', status: 400 })
  })

  it('oauth4webapi gets a token for the next resource server, and invalid_scope for a wider scope', async () => {
    const { server, secrets, token } = await aChain()
    const issuer = new URL(server.settings.issuer)
    const insecure = { [oauth.allowInsecureRequests]: true }
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
    expect(as.grant_types_supported).to.include(tokenExchangeGrant)
    const orders = { client_id: 'orders' }
    const exchange = async (form: Record<string, string>) => {
      const proof = oauth.ClientSecretBasic(secrets.orders)
      const answer = await oauth.genericTokenEndpointRequest(as, orders, proof, tokenExchangeGrant, form, insecure)
      return oauth.processGenericTokenEndpointResponse(as, orders, answer)
    }
    const { access_token } = await exchange(asked(token))
    expect(claimsOf(access_token)).to.deep.include({ aud: at('stock'), scope: 'stock:read' })
    const failure = await exchange({ ...asked(token), scope: 'stock:read stock:write' }).catch(error => error)
    expect(failure).to.be.instanceOf(oauth.ResponseBodyError)
    expect(failure).to.include({ error: 'invalid_scope', status: 400 })
  })
})
