// DPoP-bound tokens (RFC 9449) by unmodified clients: openid-client and oauth4webapi with and without DPoP nonces, and
// oidc-client-ts on a page of another site in Chromium.
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import express from 'express'
import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import type { Page } from 'playwright-core'
import { aVisit, onBrowser } from '../support/browser.js'
import {
  allowOnPage,
  anIssuer,
  type Held,
  type Person,
  registered,
  signInOnPage,
  throughPages,
} from '../support/issuer.js'
import { freePort } from '../support/mariadb.js'
import type { TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

const callback = 'http://localhost:7000/callback'
const website = { redirect_uris: [callback], scope: 'openid profile offline_access darvoza:account' }
const scope = website.scope

/** The refusal's `error` (RFC 6749 §5.2). */
async function refusal(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
  } catch (error) {
    if (error instanceof client.ResponseBodyError) return error.error
    throw error
  }
  throw new Error('was not refused')
}

describe('openid-client with DPoP-bound tokens', function () {
  this.timeout(120_000)

  async function signedIn(server: TestServer, config: client.Configuration, DPoP: client.DPoPHandle, person: Person) {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const expectedState = client.randomState()
    const address = client.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope,
      state: expectedState,
      dpop_jkt: await DPoP.calculateThumbprint(),
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    const back = await throughPages(server, aVisitor(server), address, person)
    return client.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState }, undefined, { DPoP })
  }

  for (const nonces of [false, true])
    it(`signs in, calls userinfo and API, and refreshes, ${nonces ? 'with' : 'without'} nonces`, async () => {
      const server = await anIssuer()
      await server.setPolicy({ dpop_nonces: nonces })
      const secret = await registered(server, 'shop', 'web', { ...website, dpop_bound_access_tokens: true })
      await registered(server, 'notes', 'native', website)
      const robot = await registered(server, 'robot', 'machine')
      const person = await server.aUser({ username: 'amy' })
      const discovered = (id: string, auth: client.ClientAuth) =>
        client.discovery(new URL(server.settings.issuer), id, {}, auth, { execute: [client.allowInsecureRequests] })
      const jktOf = (token: string) => (jose.decodeJwt(token).cnf as { jkt: string }).jkt

      for (const [id, auth] of [
        ['shop', client.ClientSecretBasic(secret)],
        ['notes', client.None()],
      ] as const) {
        const config = await discovered(id, auth)
        const handle = async (alg: string) => client.getDPoPHandle(config, await client.randomDPoPKeyPair(alg))
        const DPoP = await handle('ES256')
        const jkt = await DPoP.calculateThumbprint()
        const tokens = await signedIn(server, config, DPoP, person)
        expect([tokens.token_type, jktOf(tokens.access_token)], id).to.deep.equal(['dpop', jkt])
        const info = await client.fetchUserInfo(config, tokens.access_token, String(person.id), { DPoP })
        expect(info).to.include({ preferred_username: 'amy' })
        const me = new URL('/api/me', server.settings.issuer)
        const asked = await client.fetchProtectedResource(
          ...([config, tokens.access_token, me, 'GET', undefined, undefined, { DPoP }] as const),
        )
        expect(((await asked.json()) as { username: string }).username).to.equal('amy')
        const bearer = { Authorization: `Bearer ${tokens.access_token}` }
        expect((await fetch(me, { headers: bearer })).status).to.equal(401)

        const next = await client.refreshTokenGrant(config, tokens.refresh_token!, undefined, { DPoP })
        expect(jktOf(next.access_token)).to.equal(jkt)
        // RFC 9449 §5: a confidential client may refresh with a new key; a public client loses the session with its
        // key.
        const other = await handle('PS256')
        const anew = client.refreshTokenGrant(config, next.refresh_token!, undefined, { DPoP: other })
        if (id === 'shop') expect(jktOf((await anew).access_token)).to.equal(await other.calculateThumbprint())
        else expect(await refusal(anew)).to.equal('invalid_grant')
        const unproven = client.refreshTokenGrant(config, next.refresh_token!)
        expect(await refusal(unproven)).to.equal('invalid_dpop_proof')
        if (id === 'notes') await client.refreshTokenGrant(config, next.refresh_token!, undefined, { DPoP })
      }

      const config = await discovered('robot', client.ClientSecretBasic(robot))
      const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
      const { access_token } = await client.clientCredentialsGrant(config, undefined, { DPoP })
      expect(jktOf(access_token)).to.equal(await DPoP.calculateThumbprint())
    })
})

describe('oauth4webapi with DPoP-bound tokens', function () {
  this.timeout(120_000)
  const insecure = { [oauth.allowInsecureRequests]: true }
  const orders = 'https://orders.example.com'

  for (const nonces of [false, true])
    it(`accepts all answers, and the token at a resource server, ${nonces ? 'with' : 'without'} nonces`, async () => {
      const server = await anIssuer()
      await server.setPolicy({ dpop_nonces: nonces })
      const resource_scopes = [{ name: 'orders.read', description: 'Read orders.' }]
      await registered(server, 'orders', 'resource_server', { resource: orders, resource_scopes })
      await registered(server, 'notes', 'native', { redirect_uris: [callback], scope: 'openid orders.read' })
      const person = await server.aUser()
      const issuer = new URL(server.settings.issuer)
      const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
      expect(as.dpop_signing_alg_values_supported).to.include.members(['ES256', 'EdDSA'])
      const notes: oauth.Client = { client_id: 'notes' }
      const DPoP = oauth.DPoP(notes, await oauth.generateKeyPair('ES256'))
      let retries = 0
      /** A retry after a nonce error, as in the library's documentation. */
      async function retried<T>(attempt: () => Promise<T>): Promise<T> {
        try {
          return await attempt()
        } catch (error) {
          if (!oauth.isDPoPNonceError(error)) throw error
          retries++
          return attempt()
        }
      }

      const verifier = oauth.generateRandomCodeVerifier()
      const state = oauth.generateRandomState()
      const address = new URL(as.authorization_endpoint!)
      address.search = new URLSearchParams({
        ...{ client_id: 'notes', redirect_uri: callback, response_type: 'code', scope: 'openid orders.read', state },
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        dpop_jkt: await DPoP.calculateThumbprint(),
      }).toString()
      const back = oauth.validateAuthResponse(
        ...([as, notes, await throughPages(server, aVisitor(server), address, person), state] as const),
      )
      const tokens = await retried(async () => {
        const answer = await oauth.authorizationCodeGrantRequest(
          ...([as, notes, oauth.None(), back, callback, verifier, { ...insecure, DPoP }] as const),
        )
        return oauth.processAuthorizationCodeResponse(as, notes, answer)
      })
      expect(tokens.token_type).to.equal('dpop')
      const { sub } = await retried(async () => {
        const answer = await oauth.userInfoRequest(as, notes, tokens.access_token, { ...insecure, DPoP })
        return oauth.processUserInfoResponse(as, notes, String(person.id), answer)
      })
      expect(sub).to.equal(String(person.id))
      const next = await retried(async () => {
        const options = { ...insecure, DPoP }
        const answer = await oauth.refreshTokenGrantRequest(as, notes, oauth.None(), tokens.refresh_token!, options)
        return oauth.processRefreshTokenResponse(as, notes, answer)
      })
      expect(retries, 'the first answer brought a nonce for all that came later').to.equal(nonces ? 1 : 0)

      // The request to a resource server passes the library's own validation.
      const sent: Request[] = []
      await oauth.protectedResourceRequest(next.access_token, 'GET', new URL(`${orders}/a`), undefined, undefined, {
        DPoP,
        [oauth.customFetch]: async (url: string, { body: _, ...init }: { body?: unknown }) => {
          sent.push(new Request(url, init as RequestInit))
          return new Response('[]')
        },
      })
      const claims = await oauth.validateJwtAccessToken(as, sent[0]!, orders, { ...insecure, requireDPoP: true })
      expect(claims.cnf).to.deep.equal({ jkt: await DPoP.calculateThumbprint() })
    })
})

const library = createRequire(import.meta.url)
  .resolve('oidc-client-ts')
  .replace(/umd\/[^/]+$/, 'browser')

const html = (settings: object) => `<!doctype html>
<title>Notes</title>
<p id="here"></p>
<script src="/library/oidc-client-ts.min.js"></script>
<script>
  const dpop = { bind_authorization_code: true, store: new oidc.IndexedDbDPoPStore() }
  const manager = new oidc.UserManager({ ...${JSON.stringify(settings)}, dpop })
  const show = text => { document.getElementById('here').textContent = text }
  const back = async () => {
    if (!/[?&](code|error)=/.test(location.search)) return manager.getUser()
    const user = await manager.signinCallback()
    history.replaceState(null, '', '/')
    return user
  }
  const userinfo = async (scheme, nonce) => {
    const user = await manager.getUser()
    const url = ${JSON.stringify(settings)}.authority + '/oauth/userinfo'
    const proof = await manager.dpopProof(url, user, 'GET', nonce)
    const answer = await fetch(url, { headers: { Authorization: scheme + ' ' + user.access_token, DPoP: proof } })
    return [answer.status, answer.headers.get('dpop-nonce'), (await answer.json()).preferred_username]
  }
  back().then(user => show(user ? user.profile.preferred_username : 'nobody'), error => show('failed: ' + error.message))
</script>`

onBrowser('oidc-client-ts with DPoP-bound tokens', () => {
  let site: Server | undefined
  afterEach(() => {
    site?.closeAllConnections()
    site?.close()
  })

  it('signs in, renews and reads userinfo; the refresh token without its key is refused', async function () {
    this.timeout(120_000)
    const server = await anIssuer()
    const port = await freePort()
    const home = `http://localhost:${port}/`
    await registered(server, 'notes', 'browser', {
      ...{ redirect_uris: [home], scope: 'openid profile offline_access', dpop_bound_access_tokens: true },
    })
    const person = await server.aUser({ username: 'amy' })
    const app = express()
    app.use('/library', express.static(library))
    app.get('/', (_, response) => {
      const own = { client_id: 'notes', redirect_uri: home, scope: 'openid profile', automaticSilentRenew: false }
      response.send(html({ authority: server.settings.issuer, ...own }))
    })
    site = createServer(app)
    await new Promise<void>(resolve => site!.listen(port, '127.0.0.1', resolve))
    const page = await aVisit({ url: home })
    const run = <Result>(script: string) => page.evaluate<Result>(script)
    const here = (who: string) => page.locator('#here').getByText(who, { exact: true }).waitFor()

    await page.goto(home)
    await here('nobody')
    await run('void manager.signinRedirect()')
    await signInOnPage(page as Page, person)
    await allowOnPage(page)
    await here('amy')
    const first = await run<Held & { token_type: string }>('manager.getUser()')
    expect(first.token_type).to.equal('DPoP')
    expect(jose.decodeJwt(first.refresh_token!).cnf).to.deep.equal(jose.decodeJwt(first.access_token).cnf)
    expect(await run(`userinfo('DPoP')`)).to.deep.equal([200, null, 'amy'])
    expect((await run<unknown[]>(`userinfo('Bearer')`))[0]).to.equal(401)

    await run('manager.signinSilent()')
    await server.setPolicy({ dpop_nonces: true })
    await run('manager.signinSilent()')
    const renewed = await run<Held>('manager.getUser()')
    expect(renewed.refresh_token).to.not.equal(first.refresh_token)
    const [status, nonce] = await run<[number, string]>(`userinfo('DPoP')`)
    expect(status, 'a nonce is asked for').to.equal(401)
    expect(await run(`userinfo('DPoP', '${nonce}')`)).to.deep.equal([200, nonce, 'amy'])

    // A stolen refresh token without the key is refused.
    const stolen = { grant_type: 'refresh_token', client_id: 'notes', refresh_token: renewed.refresh_token! }
    const answer = await fetch(`${server.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(stolen) })
    expect([answer.status, ((await answer.json()) as { error: string }).error]).to.deep.equal([
      400,
      'invalid_dpop_proof',
    ])
    await run('manager.signinSilent()')
  })
})
