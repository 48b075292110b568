// The sample applications as published: each in a process of its own, used with a browser.
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { ApplicationKind } from '../../server/policy/application-metadata.js'
import { aVisit, onBrowser } from '../support/browser.js'
import { allowOnPage, anIssuer, endDevicesOf, registered, signInOnPage } from '../support/issuer.js'
import { ended, freePort, waitFor } from '../support/mariadb.js'
import type { TestServer } from '../support/server.js'
import { tied } from '../support/tied.js'

const examples = fileURLToPath(new URL('../../../test/examples/', import.meta.url))

type Example = { file: string; kind: ApplicationKind; callback: string }

const website: Example = {
  file: 'express/website.js',
  kind: 'web',
  callback: 'callback',
}
const pageApp: Example = { file: 'page-app/serve.js', kind: 'browser', callback: '' }

onBrowser('the sample application', () => {
  let running: ChildProcess | null = null
  afterEach(async () => {
    if (running) await ended(running, 'SIGKILL')
    running = null
  })

  /** Registers and starts the sample, and opens a page. */
  async function started({ file, kind, callback }: Example) {
    // Both samples refresh a minute before the end of a token: with each page, or each second.
    const server = await anIssuer({ policy: { access_token_lifetime: 60 } })
    const port = await freePort()
    const home = `http://127.0.0.1:${port}/`
    const secret = await registered(server, 'sample', kind, {
      redirect_uris: [home + callback],
      post_logout_redirect_uris: [home],
    })
    const env = { ISSUER: server.settings.issuer, CLIENT_ID: 'sample', CLIENT_SECRET: secret, PORT: String(port) }
    running = spawn(...tied(process.execPath, [examples + file]), {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH, ...env },
    })
    await waitFor(() => fetch(home))
    const person = await server.aUser({ username: 'amy', firstName: 'Amy', lastName: 'Pond' })
    const page = await aVisit({ url: home })
    const press = async (name: string) => {
      const named = { name, exact: true }
      await page.getByRole('link', named).or(page.getByRole('button', named)).click()
    }
    return { server, person, page, home, press }
  }

  /** Resolves after the second answer of the token endpoint: first for the code, then for a refresh token. */
  const refreshed = ({ logged }: TestServer) =>
    waitFor(async () => {
      const answered = logged.filter(line => line.includes('"/oauth/token","status":200'))
      if (answered.length < 2) throw new Error('not refreshed')
    })

  const says = (page: Page, text: string) => page.getByText(text).waitFor()

  for (const [name, example] of [
    ['of a website with a server (Express, openid-client)', website],
    ['of a page app (oidc-client-ts)', pageApp],
  ] as const)
    it(`${name} signs in, refreshes, notices an ended device at once, and signs out`, async () => {
      const { server, person, page, home, press } = await started(example)
      await page.goto('/')
      await says(page, 'Nobody is signed in.')
      await press('Sign in')
      await signInOnPage(page, person)
      await allowOnPage(page)
      await says(page, 'Hello, Amy Pond.')
      await page.reload()
      await says(page, 'Hello, Amy Pond.')
      await refreshed(server)

      await endDevicesOf(server, person)
      await page.reload()
      await says(page, 'Nobody is signed in.')

      await press('Sign in')
      await signInOnPage(page, person)
      await says(page, 'Hello, Amy Pond.')
      await press('Sign out')
      await says(page, 'Nobody is signed in.')
      expect(page.url()).to.equal(home)
      // The user is signed out at the server too, which asks for the password.
      await press('Sign in')
      await page.locator('[name=password]').waitFor()
    })
})
