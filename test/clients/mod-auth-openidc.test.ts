// Apache with mod_auth_openidc as relying party: a protected page, opened in a browser.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { anApache, onApache, stopApaches } from '../support/apache.js'
import { aVisit, onBrowser } from '../support/browser.js'
import {
  allowOnPage,
  anIssuer,
  basicProof,
  endDevicesOf,
  expectLive,
  expectOver,
  type Held,
  registered,
  signInOnPage,
} from '../support/issuer.js'
import { freePort } from '../support/mariadb.js'

async function aWebsite(more: readonly string[] = []) {
  const server = await anIssuer({}, { outgoingAllow: { hosts: ['localhost'], networks: [] } })
  const port = await freePort()
  const home = `http://localhost:${port}/`
  const secret = await registered(server, 'intranet', 'web', {
    redirect_uris: [`${home}inside/callback`],
    post_logout_redirect_uris: [home],
    backchannel_logout_uri: `${home}inside/callback?logout=backchannel`,
  })
  const apache = await anApache(port, [
    `OIDCProviderMetadataURL ${server.settings.issuer}/.well-known/openid-configuration`,
    'OIDCClientID intranet',
    `OIDCClientSecret ${secret}`,
    `OIDCRedirectURI ${home}inside/callback`,
    `OIDCDefaultLoggedOutURL ${home}`,
    'OIDCCryptoPassphrase of-the-test-0123456789abcdef',
    'OIDCPKCEMethod S256',
    'OIDCScope "openid profile email"',
    'OIDCRemoteUserClaim preferred_username',
    // A page that shows the tokens of the session.
    'OIDCInfoHook access_token refresh_token id_token userinfo',
    ...more,
  ])
  const person = await server.aUser({ username: 'amy' })
  return { server, apache, person, proof: basicProof('intranet', secret) }
}

async function signIn(page: Page, url: string, person: Parameters<typeof signInOnPage>[1]): Promise<void> {
  await page.goto(`${url}/inside/`)
  await signInOnPage(page, person)
  await allowOnPage(page)
  await page.getByText(`Inside is ${person.username}.`).waitFor()
}

/** The tokens that Apache holds for this browser. */
async function heldFor(page: Page, url: string): Promise<Held> {
  const answer = await page.request.get(`${url}/inside/callback?info=json`)
  expect(answer.status()).to.equal(200)
  return answer.json()
}

onApache('Apache with mod_auth_openidc', () => {
  afterEach(stopApaches)

  onBrowser('in Chromium', () => {
    it('signs in, refreshes and logs out, which ends tokens and browser session', async () => {
      const { server, apache, person, proof } = await aWebsite()
      const page = await aVisit(apache)
      await signIn(page, apache.url, person)
      const first = await heldFor(page, apache.url)
      await expectLive(server, first, proof)

      const refresh = async ({ access_token }: Held) => {
        const query = new URLSearchParams({ refresh: `${apache.url}/inside/`, access_token })
        await page.goto(`${apache.url}/inside/callback?${query}`)
        return new URL(page.url()).searchParams.get('error_code')
      }
      expect(await refresh(first)).to.equal(null)
      const second = await heldFor(page, apache.url)
      expect(second.access_token).to.not.equal(first.access_token)
      await expectLive(server, second, proof)

      await page.goto(`${apache.url}/inside/callback?logout=${encodeURIComponent(`${apache.url}/`)}`)
      await page.getByText('Anybody sees this.').waitFor()
      await expectOver(server, second, proof)
      // The browser session at the server has ended too.
      await page.goto(`${apache.url}/inside/`)
      await page.locator('[name=password]').waitFor()
    })

    it('accepts a logout token after a device was ended, and asks for a new sign-in', async () => {
      const { server, apache, person } = await aWebsite()
      const page = await aVisit(apache)
      await signIn(page, apache.url, person)
      await endDevicesOf(server, person)
      await server.composed.parts.deliveries.sending.run()
      await server.composed.jobs.settled()
      const { deliveryStore, database } = server.composed.parts.storage
      expect(await deliveryStore.waiting(database, 10), apache.errors()).to.equal(0)
      await page.goto(`${apache.url}/inside/`)
      await page.locator('[name=password]').waitFor()
    })

    it('reports refresh_failed for a refresh token that a thief has used, and the session ends', async () => {
      const { server, apache, person, proof } = await aWebsite()
      const page = await aVisit(apache)
      await signIn(page, apache.url, person)
      const { refresh_token = '', access_token } = await heldFor(page, apache.url)
      const stolen = await fetch(`${server.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token }),
        headers: proof.headers!,
      })
      const thief = (await stolen.json()) as Held
      server.clock.advance('1m')
      const query = new URLSearchParams({ refresh: `${apache.url}/inside/`, access_token })
      await page.goto(`${apache.url}/inside/callback?${query}`)
      expect(new URL(page.url()).searchParams.get('error_code')).to.equal('refresh_failed')
      await expectOver(server, thief, proof)
    })

    it('logs the user out at the next refresh after an administrator has ended the device', async () => {
      // It refreshes at each page: the remaining hour of an access token is less than this number of seconds.
      const { server, apache, person, proof } = await aWebsite([
        'OIDCRefreshAccessTokenBeforeExpiry 3700 logout_on_error',
      ])
      const page = await aVisit(apache)
      await signIn(page, apache.url, person)
      await page.reload()
      await page.getByText('Inside is amy.').waitFor()
      const held = await heldFor(page, apache.url)
      await endDevicesOf(server, person)
      await expectOver(server, held, proof)
      await page.goto(`${apache.url}/inside/`)
      await page.getByText('Anybody sees this.').waitFor()
      await page.goto(`${apache.url}/inside/`)
      await page.locator('[name=password]').waitFor()
    })
  })
})
