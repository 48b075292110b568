// The applications of test/conformance/ for the OpenID Foundation's conformance suite, tested without the suite: the
// steps of those modules that no other test covers. The suite sends no PKCE.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import * as client from 'openid-client'
import { readSettings } from '../../config/settings.js'
import { anIssuer, type Person, throughPages } from '../support/issuer.js'
import type { TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

const recipe = fileURLToPath(new URL('../../../test/conformance/', import.meta.url))
type Registered = { client_id: string; client_secret: string }
type Plan = { alias: string; client: Registered; client2: Registered; client_secret_post: Registered }
const plan = JSON.parse(readFileSync(`${recipe}plan.json`, 'utf8')) as Plan
const callback = `https://localhost.emobix.co.uk:8443/test/a/${plan.alias}/callback`
const state = 'state-of-the-suite'

describe('applications of the OpenID conformance suite', function () {
  this.timeout(60_000)
  let server: TestServer
  let person: Person
  beforeEach(async () => {
    const { applicationsFile } = readSettings({ APPLICATIONS_FILE: `${recipe}applications.json` })
    server = await anIssuer({}, { applicationsFile })
    person = await server.aUser({ username: 'amy', firstName: 'Amy', lastName: 'Pond', email: 'amy@example.com' })
  })

  const by = ({ client_id, client_secret }: Registered, prove = client.ClientSecretBasic) =>
    client.discovery(new URL(server.settings.issuer), client_id, {}, prove(client_secret), {
      execute: [client.allowInsecureRequests],
    })

  /** An authorization code flow, from the authorization endpoint to tokens and userinfo. */
  async function run(config: client.Configuration, parameters: Record<string, string>) {
    const asked = { redirect_uri: callback, scope: 'openid', state, ...parameters }
    const back = await throughPages(server, aVisitor(server), client.buildAuthorizationUrl(config, asked), person)
    const { nonce: expectedNonce } = parameters
    const checks = { expectedState: state, idTokenExpected: true, ...(expectedNonce && { expectedNonce }) }
    const tokens = await client.authorizationCodeGrant(config, back, checks)
    const userinfo = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub)
    return { tokens, userinfo }
  }

  it('sign in with client_secret_basic and client_secret_post', async () => {
    for (const [one, prove] of [
      [plan.client, client.ClientSecretBasic],
      [plan.client2, client.ClientSecretBasic],
      // oidcc-server-client-secret-post
      [plan.client_secret_post, client.ClientSecretPost],
    ] as const)
      expect((await run(await by(one, prove), { nonce: 'n' })).userinfo.sub).to.equal(String(person.id))
  })

  it('may omit the nonce, order scopes freely, and send unsupported scopes and the claims parameter', async () => {
    const config = await by(plan.client)
    // oidcc-ensure-request-without-nonce-succeeds-for-code-flow
    expect((await run(config, {})).tokens.claims()).to.not.have.property('nonce')
    // oidcc-ensure-other-scope-order-succeeds
    expect((await run(config, { scope: 'email openid' })).userinfo.email).to.equal('amy@example.com')
    // oidcc-scope-address, oidcc-scope-phone
    const unknown = await run(config, { scope: 'openid address phone', nonce: 'n' })
    expect(unknown.tokens.scope).to.equal('openid')
    // oidcc-claims-essential: the claims parameter is not supported, as discovery says, and is ignored.
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } })
    expect((await run(config, { scope: 'openid profile', claims, nonce: 'n' })).userinfo.name).to.equal('Amy Pond')
  })

  it('may send the authorization request by POST; a request object is refused with request_not_supported', async () => {
    const { client_id } = plan.client
    const asked = { client_id, redirect_uri: callback, response_type: 'code', scope: 'openid', state, nonce: 'n' }
    const visitor = aVisitor(server)
    // oidcc-ensure-post-request-succeeds
    const posted = await visitor.send('POST', '/oauth/authorize', { form: asked })
    expect(posted.status).to.equal(303)
    const next = new URL(posted.headers.get('location')!, server.url)
    const back = await throughPages(server, visitor, next, person)
    expect(back.searchParams.get('code')).to.match(/^dvz_code_/)
    expect(back.searchParams.get('state')).to.equal(state)

    // oidcc-ensure-request-object-with-redirect-uri: request_not_supported is allowed.
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const request = `${part({ alg: 'none' })}.${part({ ...asked, redirect_uri: 'https://attacker.example/' })}.`
    const refused = await visitor.send('GET', `/oauth/authorize?${new URLSearchParams({ ...asked, request })}`)
    const sentTo = new URL(refused.headers.get('location') ?? '', server.url)
    expect(sentTo.origin).to.not.equal('https://attacker.example')
    const seen = sentTo.href.startsWith(callback) ? sentTo.searchParams.get('error')! : refused.text
    expect(seen).to.include('request_not_supported')
  })

  // oidcc-refresh-token
  it('keep iss, sub, aud and auth_time at a refresh; the refresh token of another application is refused', async () => {
    const [one, other] = [await by(plan.client), await by(plan.client2)]
    const { tokens } = await run(one, { scope: 'openid offline_access', nonce: 'n' })
    const stolen = await client.refreshTokenGrant(other, tokens.refresh_token!).catch((error: unknown) => error)
    expect((stolen as client.ResponseBodyError).error).to.equal('invalid_grant')
    const refreshed = await client.refreshTokenGrant(one, tokens.refresh_token!)
    const [before, after] = [tokens.claims()!, refreshed.claims()!]
    for (const name of ['iss', 'sub', 'aud', 'auth_time'] as const)
      expect(after[name], name).to.deep.equal(before[name])
    expect(after).to.not.have.property('nonce')
  })
})
