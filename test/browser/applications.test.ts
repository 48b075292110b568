// An administrator registers an application on the pages alone, and a relying party set up with what they show signs
// users in.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { aVisit, onBrowser, signIn, takeScreenshot } from '../support/browser.js'
import { aRelyingParty, type RelyingParty } from '../support/relying-party.js'
import { aServer, issuer, password, type TestServer } from '../support/server.js'

const admin = { username: 'admin', password }

async function anAdministrator(server: TestServer, options: Parameters<typeof aVisit>[1] = {}): Promise<Page> {
  const page = await aVisit(server, options)
  await signIn(page, admin)
  await page.waitForURL('**/admin')
  return page
}

let shop: RelyingParty | undefined

afterEach(() => shop?.close())

onBrowser('an application registered on the pages', () => {
  it('shows its secret once and sample code to copy, and the registration form keeps typed values', async () => {
    const server = await aServer()
    const page = await anAdministrator(server, { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.getByRole('link', { name: 'Applications' }).first().click()
    await page.getByRole('link', { name: 'New application' }).first().click()
    await page.getByRole('link', { name: 'Website with a server' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Shop')

    // An error is shown at its field, and typed values are kept.
    await page.getByLabel('Redirect URIs').fill('http://shop.example/callback')
    await page.getByRole('button', { name: 'Register' }).click()
    const wrong = page.locator('.field', { has: page.getByLabel('Redirect URIs') }).locator('.problem')
    expect(await wrong.textContent()).to.include('http is only for')
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).to.equal('Shop')
    await takeScreenshot(page, 'application new refused')

    await page.getByLabel('Redirect URIs').fill('http://localhost:3000/callback')
    await page.getByRole('button', { name: 'Register' }).click()
    const secret = await page.locator('.facts code', { hasText: /^dvz_sec_/ }).textContent()
    expect(secret).to.match(/^dvz_sec_[\w-]{43}$/)
    expect(await page.locator('.alert.warn').first().textContent()).to.include('localhost')
    await takeScreenshot(page, 'application made')

    await page.getByRole('button', { name: 'Copy Node: openid-client' }).click()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(copied).to.include('http://localhost:3000/callback').and.include(issuer)
    expect(copied).to.not.include('dvz_sec_')

    // The secret is never shown again.
    await page.getByRole('link', { name: 'Shop', exact: true }).click()
    expect(await page.content()).to.not.include(secret)
    await page.getByRole('link', { name: 'Secrets' }).click()
    const secrets = await page.content()
    expect(secrets).to.include(`…${secret!.slice(-4)}`)
    expect(secrets).to.not.include(secret)
  }).timeout(60_000)

  it('signs a user in after consent, until the user withdraws the consent', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    shop = await aRelyingParty(server)
    const page = await anAdministrator(server, { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.getByRole('link', { name: 'Applications' }).first().click()
    await page.getByRole('link', { name: 'New application' }).first().click()
    await page.getByRole('link', { name: 'Website with a server' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Shop')
    await page.getByLabel('Redirect URIs').fill(`${shop.url}/callback`)
    await page.getByRole('button', { name: 'Register' }).click()
    const secret = await page.locator('.facts code', { hasText: /^dvz_sec_/ }).textContent()
    await page.locator('summary', { hasText: 'curl' }).click()
    await page.getByRole('button', { name: 'Copy curl' }).click()
    shop.learn(await page.evaluate<string>('navigator.clipboard.readText()'), secret!)

    const visit = await aVisit(server)
    const told = (text: string) => visit.getByText(text).waitFor()
    await visit.goto(`${shop.url}/sign-in`)
    await visit.getByRole('heading', { name: 'Sign in to Shop' }).waitFor()
    await visit.getByLabel('Username').fill(amy.username)
    await visit.getByLabel('Password', { exact: true }).fill(amy.password)
    await visit.getByRole('button', { name: 'Sign in' }).click()
    await visit.getByRole('heading', { name: 'Allow Shop?' }).waitFor()
    await told(new URL(shop.url).host)
    await visit.getByRole('button', { name: 'Allow', exact: true }).click()
    await told('Hello, amy')
    await visit.goto(`${shop.url}/again`)
    await told('Still signed in')

    await visit.goto('/account/applications')
    await visit.getByRole('heading', { name: 'Shop' }).waitFor()
    await told('1 live session')
    await takeScreenshot(visit, 'applications of a person')
    await visit.locator('.confirm summary').first().click()
    await visit.getByRole('button', { name: 'Withdraw' }).click()
    await told('Shop no longer has access.')
    await told('No application acts for you')
    await visit.goto(`${shop.url}/again`)
    await told('Refused: invalid_grant')
    // The user is still signed in, and is asked for consent again.
    await visit.goto(`${shop.url}/sign-in`)
    await visit.getByRole('heading', { name: 'Allow Shop?' }).waitFor()
    await visit.getByRole('button', { name: 'Do not allow' }).click()
    await told('Refused: access_denied')
  }).timeout(60_000)
})
