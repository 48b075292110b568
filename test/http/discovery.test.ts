// Discovery documents of OpenID Connect and OAuth: members, endpoints, caching and CORS.
import { expect } from 'chai'
import { endpoints } from '../../server/http/oauth/discovery.js'
import { routes } from '../../server/http/routes.js'
import { aConfidentialApplication, basic, inForm } from '../support/applications.js'
import { aClient } from '../support/client.js'
import { later } from '../support/keys.js'
import { sendRaw } from '../support/raw.js'
import { aServer, issuer } from '../support/server.js'

/** Endpoints that the initial policy closes; registration.test.ts opens registration. */
const byPolicy: ReadonlySet<string> = new Set(['registration_endpoint'])

/** An application that is registered for no grant. */
const none = { metadata: { grant_types: [] } }

const paths = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']

describe('discovery documents', () => {
  // oidcc-discovery-endpoint-verification
  it('have the members of OpenID Connect Discovery §3 and RFC 8414 §2, and no empty ones', async () => {
    const client = aClient(await aServer())
    const [connect, oauth] = await Promise.all(paths.map(path => client.get(path)))
    for (const { status, headers } of [connect!, oauth!]) {
      expect(status).to.equal(200)
      expect(headers.get('content-type')).to.match(/^application\/json/)
      expect(headers.get('cache-control')).to.equal('public, max-age=300')
      expect(headers.get('access-control-allow-origin')).to.equal('*')
      expect(headers.get('access-control-allow-credentials')).to.equal(null)
    }
    expect(oauth!.text).to.equal(connect!.text)
    const { body } = connect!
    expect(body.issuer).to.equal(issuer)
    expect(body.id_token_signing_alg_values_supported).to.deep.equal(['ES256', 'RS256'])
    expect(body.subject_types_supported).to.deep.equal(['public'])
    expect(body.response_types_supported).to.deep.equal(['code'])
    expect(body.response_modes_supported).to.have.members(['query', 'fragment', 'form_post'])
    expect(body.dpop_signing_alg_values_supported).to.deep.equal(['ES256', 'RS256', 'PS256', 'EdDSA'])
    expect(body.code_challenge_methods_supported).to.deep.equal(['S256'])
    expect(body.scopes_supported).to.include.members(['openid', 'profile', 'email', 'roles', 'offline_access'])
    expect(body.claims_supported).to.include.members(['sub', 'nonce', 'sid', 'name', 'email_verified', 'roles'])
    expect(body.authorization_response_iss_parameter_supported).to.equal(true)
    // Stated explicitly: the default of an absent member is true, or clients may expect support.
    for (const name of ['request_uri_parameter_supported', 'request_parameter_supported', 'claims_parameter_supported'])
      expect(body[name], name).to.equal(false)
    expect(body.introspection_endpoint_auth_methods_supported).to.not.include('none')
    expect(body.token_endpoint_auth_methods_supported).to.include('none')
    for (const [name, value] of Object.entries(body)) expect(value, name).to.not.deep.equal([])
  })

  it('list exactly the existing OAuth endpoints, all below the issuer', async () => {
    const client = aClient(await aServer())
    const { body } = await client.get(paths[0]!)
    const known = new Set<string>(Object.values(routes).map(row => row.path))
    for (const [name, path] of Object.entries(endpoints))
      expect(body[name], name).to.equal(known.has(path) && !byPolicy.has(name) ? issuer + path : undefined)
    // No OAuth route is missing.
    const told = new Set<string>(Object.values(endpoints))
    const oauth = [...known].filter(path => path.startsWith('/oauth/') && !path.includes(':'))
    expect(oauth.filter(path => !told.has(path))).to.deep.equal([])
  })

  it('list exactly the grants that /oauth/token accepts; others get unsupported_grant_type', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { grant_types_supported: grants } = (await client.get(paths[0]!)).body
    expect(grants).to.include('client_credentials')
    // It is registered for no grant: each one that exists is refused as unauthorized_client.
    const headers = { ...inForm, ...basic('shop', await aConfidentialApplication(server, 'shop', none)) }
    const refusals: [grant: string, error: string][] = []
    const registered = ['jwt-bearer', 'saml2-bearer', 'device_code', 'token-exchange', 'made-up']
    const others = ['password', 'implicit', 'authorization_code', 'refresh_token', 'urn:openid:params:grant-type:ciba']
    const all = [...grants, ...others, ...registered.map(name => `urn:ietf:params:oauth:grant-type:${name}`)]
    for (const grant of new Set<string>(all)) {
      const body = String(new URLSearchParams({ grant_type: grant }))
      const answer = await client.send('POST', '/oauth/token', { headers, body })
      expect(answer.status, grant).to.equal(400)
      refusals.push([grant, answer.body.error])
    }
    const refusedAs = (error: string) => refusals.filter(one => one[1] === error).map(([grant]) => grant)
    expect(refusedAs('unauthorized_client')).to.deep.equal(grants)
    expect(refusedAs('unsupported_grant_type')).to.have.length(refusals.length - grants.length)
  })

  it('keep their ETag and answer If-None-Match with 304 until a signing algorithm is added', async () => {
    const server = await aServer()
    const client = aClient(server)
    const etag = async () => (await client.get(paths[0]!)).headers.get('etag')
    const first = await etag()
    for (const path of paths) {
      const kept = [`GET ${path} HTTP/1.1`, 'Host: localhost', `If-None-Match: ${first}`]
      expect(await sendRaw(server, kept)).to.include({ status: 304, text: '' })
    }
    await server.composed.parts.keys.keyRing.rotate({ atOnce: true }, 'system')
    expect(await etag()).to.equal(first)
    await server.setPolicy({ access_token_algorithm: 'EdDSA' })
    await later('1m', server)
    // No token is signed with EdDSA yet.
    expect(await etag()).to.equal(first)
    await later('21m', server)
    expect((await client.get(paths[0]!)).body.id_token_signing_alg_values_supported).to.include('EdDSA')
    expect(await etag()).to.not.equal(first)
  })

  it('allow every origin by CORS, in preflight and error answers too', async () => {
    const client = aClient(await aServer())
    const headers = { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'GET' }
    for (const path of [...paths, endpoints.jwks_uri]) {
      const preflight = await client.send('OPTIONS', path, { headers })
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).to.deep.equal([204, '*'])
      const wrong = await client.send('DELETE', path, { headers })
      expect([wrong.status, wrong.headers.get('access-control-allow-origin')]).to.deep.equal([405, '*'])
    }
  })
})
