// oidc-client-ts, unmodified, on a page of another site in Chromium: a public client with PKCE, which calls the token
// endpoint and userinfo cross-origin (CORS) and renews its tokens by the refresh token.
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import express from 'express'
import type { Page } from 'playwright-core'
import { aVisit, onBrowser } from '../support/browser.js'
import {
  allowOnPage,
  anIssuer,
  endDevicesOf,
  expectOver,
  type Held,
  type Person,
  registered,
  signInOnPage,
} from '../support/issuer.js'
import { freePort } from '../support/mariadb.js'

const library = createRequire(import.meta.url)
  .resolve('oidc-client-ts')
  .replace(/umd\/[^/]+$/, 'browser')

/** The page of the application, which is also its redirect URI. `#here` shows the user name. */
const html = (settings: object) => `<!doctype html>
<title>Notes</title>
<p id="here"></p>
<script src="/library/oidc-client-ts.min.js"></script>
<script>
  const manager = new oidc.UserManager(${JSON.stringify(settings)})
  const show = text => { document.getElementById('here').textContent = text }
  const back = async () => {
    if (!/[?&](code|error)=/.test(location.search)) return manager.getUser()
    const user = await manager.signinCallback()
    history.replaceState(null, '', '/')
    return user
  }
  back().then(user => show(user ? user.profile.preferred_username : 'nobody'), error => show('failed: ' + error.message))
</script>`

onBrowser('oidc-client-ts in a browser', () => {
  let site: Server | undefined
  afterEach(() => {
    site?.closeAllConnections()
    site?.close()
  })

  async function aPageApp(more: object = {}) {
    const server = await anIssuer()
    const port = await freePort()
    const home = `http://localhost:${port}/`
    await registered(server, 'notes', 'browser', {
      redirect_uris: [home],
      post_logout_redirect_uris: [home],
      scope: 'openid profile email offline_access',
    })
    const app = express()
    app.use('/library', express.static(library))
    app.get('/', (_, response) => {
      response.send(
        html({
          authority: server.settings.issuer,
          client_id: 'notes',
          redirect_uri: home,
          post_logout_redirect_uri: home,
          scope: 'openid profile email',
          loadUserInfo: true,
          automaticSilentRenew: false,
          ...more,
        }),
      )
    })
    site = createServer(app)
    await new Promise<void>(resolve => site!.listen(port, '127.0.0.1', resolve))
    return { server, home, person: await server.aUser({ username: 'amy', email: 'amy@example.com' }) }
  }

  /** Runs a script in the page and returns its result. */
  const run = <Result>(page: Page, script: string) => page.evaluate<Result>(script)
  const here = (page: Page, who: string) => page.locator('#here').getByText(who, { exact: true }).waitFor()
  const held = (page: Page) => run<Held & { scope: string }>(page, 'manager.getUser()')

  async function signIn(page: Page, home: string, person: Person): Promise<void> {
    await page.goto(home)
    await here(page, 'nobody')
    await run(page, 'void manager.signinRedirect()')
    await signInOnPage(page, person)
    await allowOnPage(page)
    await here(page, person.username)
  }

  it('signs in, reads userinfo, refreshes and signs out; reuse of a refresh token ends the session', async () => {
    const { server, home, person } = await aPageApp()
    const page = await aVisit({ url: home })
    await signIn(page, home, person)
    expect(await run(page, 'manager.getUser().then(user => user.profile)')).to.include({
      sub: String(person.id),
      email: 'amy@example.com',
    })
    const first = await held(page)
    await run(page, 'manager.signinSilent()')
    const second = await held(page)
    expect(second.access_token).to.not.equal(first.access_token)
    expect(second.refresh_token).to.not.equal(first.refresh_token)

    await run(page, 'void manager.signoutRedirect()')
    await here(page, 'nobody')
    await expectOver(server, second, { form: { client_id: 'notes' } })

    // Consent is remembered: only the password is asked for.
    await run(page, 'void manager.signinRedirect()')
    await signInOnPage(page, person)
    await here(page, person.username)
    const third = await held(page)
    await run(page, 'manager.signinSilent()')
    const fourth = await held(page)
    server.clock.advance('1m')
    const refused = await run(
      page,
      `manager.getUser().then(user => manager.storeUser(Object.assign(user, { refresh_token: '${third.refresh_token}' })))
        .then(() => manager.signinSilent()).then(() => null, error => error.error)`,
    )
    expect(refused).to.equal('invalid_grant')
    await expectOver(server, fourth, { form: { client_id: 'notes' } })
  })

  it('keeps two tabs with a sign-in each signed in when both renew in turns and at the same time', async () => {
    const { home, person } = await aPageApp()
    const one = await aVisit({ url: home })
    await signIn(one, home, person)
    const two = await one.context().newPage()
    await two.goto(home)
    await here(two, 'nobody')
    // The browser session and the consent exist: no page is shown.
    await run(two, 'void manager.signinRedirect()')
    await here(two, person.username)
    for (const tab of [one, two, one, two]) await run(tab, 'manager.signinSilent()')
    await Promise.all([one, two].map(tab => run(tab, 'manager.signinSilent()')))
    const [first, second] = [await held(one), await held(two)]
    expect(first.refresh_token).to.not.equal(second.refresh_token)
    for (const tab of [one, two]) expect(await run(tab, 'manager.getUser().then(user => user.expired)')).to.equal(false)
  })

  it('keeps three tabs signed in that share one session and renew at the same time', async () => {
    const { home, person } = await aPageApp()
    const one = await aVisit({ url: home })
    await signIn(one, home, person)
    const tabs = [one, await one.context().newPage(), await one.context().newPage()]
    const user = await run<string>(one, 'manager.getUser().then(user => user.toStorageString())')
    for (const tab of tabs.slice(1)) {
      await tab.goto(home)
      await run(tab, `manager.storeUser(oidc.User.fromStorageString(${JSON.stringify(user)}))`)
    }
    await Promise.all(tabs.map(tab => run(tab, 'manager.signinSilent()')))
    const tokens = await Promise.all(tabs.map(held))
    expect(new Set(tokens.map(({ refresh_token }) => refresh_token)).size).to.equal(1)
    for (const tab of tabs) await run(tab, 'manager.signinSilent()')
  })

  it('refuses its tokens at once after an administrator has ended the device', async () => {
    const { server, home, person } = await aPageApp({ scope: 'openid profile offline_access' })
    const page = await aVisit({ url: home })
    await signIn(page, home, person)
    const tokens = await held(page)
    await endDevicesOf(server, person)
    await expectOver(server, tokens, { form: { client_id: 'notes' } })
    expect(await run(page, 'manager.signinSilent().then(() => null, error => error.error)')).to.equal('invalid_grant')
    await run(page, 'void manager.signinRedirect()')
    await page.locator('[name=password]').waitFor()
  })
})
