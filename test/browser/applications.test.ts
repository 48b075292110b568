// An application is registered by a person with eyes alone: what is clicked and typed is what stands on the pages.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { aVisit, onBrowser, signIn, takeScreenshot } from '../support/browser.js'
import { aServer, issuer, password, type TestServer } from '../support/server.js'

const admin = { username: 'admin', password }

async function anAdministrator(server: TestServer, options: Parameters<typeof aVisit>[1] = {}): Promise<Page> {
  const page = await aVisit(server, options)
  await signIn(page, admin)
  await page.waitForURL('**/admin')
  return page
}

onBrowser('an application', () => {
  it('is registered, its secret shown once, and its code copied, by somebody who has only the pages to go by', async () => {
    const server = await aServer()
    const page = await anAdministrator(server, { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.getByRole('link', { name: 'Applications' }).first().click()
    await page.getByRole('link', { name: 'New application' }).first().click()
    await page.getByRole('link', { name: 'Website with a server' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Shop')

    // What is wrong is told at the field, and nothing that was typed is lost.
    await page.getByLabel('Redirect URIs').fill('http://shop.example/callback')
    await page.getByRole('button', { name: 'Register' }).click()
    const wrong = page.locator('.field', { has: page.getByLabel('Redirect URIs') }).locator('.problem')
    expect(await wrong.textContent()).to.include('http is for')
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

    // Nobody sees the secret again.
    await page.getByRole('link', { name: 'Shop', exact: true }).click()
    expect(await page.content()).to.not.include(secret)
    await page.getByRole('link', { name: 'Secrets' }).click()
    const secrets = await page.content()
    expect(secrets).to.include(`…${secret!.slice(-4)}`)
    expect(secrets).to.not.include(secret)
  }).timeout(60_000)
})
