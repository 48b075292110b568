// The pages of the API document, swagger-ui and redoc, in a real browser: their function, no request to another origin,
// and no violation of their Content-Security-Policy.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { tags } from '../../server/http/openapi/tags.js'
import { aVisit, expectNoSidewaysScroll, onBrowser, sizes, takeScreenshot } from '../support/browser.js'
import { aClient } from '../support/client.js'
import { aServer, password, type TestServer } from '../support/server.js'

/** Opens a page and records requests to other origins, and errors on the console. */
async function aWatchedVisit(server: TestServer, options: Parameters<typeof aVisit>[1] = {}) {
  const page = await aVisit(server, options)
  // The scripts are large, and slow on a busy machine.
  page.setDefaultTimeout(40_000)
  const elsewhere: string[] = []
  const complaints: string[] = []
  page.on('request', request => {
    const { protocol, origin } = new URL(request.url())
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== server.url) elsewhere.push(request.url())
  })
  page.on('console', message => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text())
  })
  await page.addInitScript(() => {
    // @ts-expect-error in the browser
    globalThis.document.addEventListener('securitypolicyviolation', event =>
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
    )
  })
  return { page, expectQuiet: () => expect({ elsewhere, complaints }).to.deep.equal({ elsewhere: [], complaints: [] }) }
}

/** Sends one operation of the document by its buttons. @returns the status and the body that the page shows */
async function tryOut(page: Page, operationId: string, parameters: Record<string, string> = {}) {
  const operation = page.locator(`[id$="-${operationId}"].opblock`)
  await operation.locator('.opblock-summary-control').first().click()
  await operation.getByRole('button', { name: 'Try it out' }).click()
  for (const [name, value] of Object.entries(parameters))
    await operation.locator(`[data-param-name="${name}"] input`).fill(value)
  await operation.getByRole('button', { name: 'Execute' }).click()
  const answer = operation.locator('.live-responses-table')
  await answer.waitFor()
  const body = answer.locator('.highlight-code code').first()
  return {
    status: Number((await answer.locator('.response-col_status').last().innerText()).split('\n')[0]),
    body: (await body.count()) > 0 ? await body.innerText() : '',
  }
}

async function signInHere(page: Page, username: string, typed = password): Promise<void> {
  const form = page.locator('[data-way=password]')
  await form.locator('[name=username]').fill(username)
  await form.locator('[name=password]').fill(typed)
  await form.getByRole('button', { name: 'Sign in' }).click()
}

onBrowser('the swagger page', () => {
  it("signs in, lists the sessions of the user, ends one, and that session's token is refused", async () => {
    const server = await aServer()
    const amy = await server.aUser()
    const phone = aClient(server, 'Mozilla/5.0 (iPhone) Phone/1')
    const { access } = await phone.signIn(amy)
    const { page, expectQuiet } = await aWatchedVisit(server)
    await page.goto('/swagger/')
    await page.locator('.opblock').first().waitFor()

    await signInHere(page, amy.username, 'not the password')
    await page.getByText('The username or the password is wrong.').waitFor()
    expect(await page.locator('[data-told] a').getAttribute('href')).to.equal('/errors/no_active_account')
    expect(await page.locator('[name=password]').inputValue()).to.equal('')
    expect((await tryOut(page, 'myDevices')).status).to.equal(401)

    await signInHere(page, amy.username)
    await page.getByText(`Signed in as ${amy.username}`).waitFor()
    const sessions = await tryOut(page, 'mySessions')
    expect(sessions.status).to.equal(200)
    const { results } = JSON.parse(sessions.body) as { results: { id: string; current: boolean }[] }
    expect(results).to.have.length(2)
    const other = results.find(one => !one.current)!
    expect((await phone.get('/api/me/', access)).status).to.equal(200)
    expect((await tryOut(page, 'endMySession', { id: other.id })).status).to.equal(204)
    await expectNoSidewaysScroll(page, 'swagger')
    await takeScreenshot(page, 'swagger signed in')
    const refused = await phone.get('/api/me/', access)
    expect([refused.status, refused.body.reason]).to.deep.equal([401, 'session_ended'])

    // After the sign-out neither a token nor the session is left.
    await page.locator('[data-way=out]').getByRole('button').click()
    await page.locator('[data-way=password]').waitFor()
    expect(
      (await aClient(server).get('/api/me/sessions/', (await phone.signIn(amy)).access)).body.results,
    ).to.have.length(1)
    expect(await page.evaluate('[localStorage.length, sessionStorage.length]')).to.deep.equal([0, 0])
    expectQuiet()
  }).timeout(180_000)

  it('accepts an API key, and ends the session of a sign-in when the page is left', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    const client = aClient(server)
    const { access } = await client.signIn(amy)
    const asked = { token: access, json: { name: 'docs', scopes: ['darvoza:account'] } }
    const { body } = await client.send('POST', '/api/me/keys/', asked)
    const { page, expectQuiet } = await aWatchedVisit(server, { colorScheme: 'dark', size: 'phone' })
    await page.goto('/swagger/')
    await page.locator('.opblock').first().waitFor()
    const byKey = page.locator('[data-way=key]')
    await byKey.locator('[name=key]').fill('dvz')
    await byKey.getByRole('button', { name: 'Use' }).click()
    await page.getByText('This is not an API key').waitFor()
    await byKey.locator('[name=key]').fill(body.key)
    await byKey.getByRole('button', { name: 'Use' }).click()
    await page.getByText('With the API key dvz_key_').waitFor()
    expect((await tryOut(page, 'mySessions')).status).to.equal(200)
    await expectNoSidewaysScroll(page, 'swagger on a phone')
    await takeScreenshot(page, 'swagger with a key dark phone')
    await page.locator('[data-way=out]').getByRole('button').click()

    await signInHere(page, amy.username)
    await page.getByText(`Signed in as ${amy.username}`).waitFor()
    const sessions = async () => (await client.get('/api/me/sessions/', access)).body.results.length as number
    expect(await sessions()).to.equal(2)
    await page.goto('/errors/')
    // The request is sent when the page has gone, and no event reports it.
    let left = await sessions()
    for (let tries = 0; left > 1 && tries < 1_000; tries++) left = await sessions()
    expect(left).to.equal(1)
    expectQuiet()
  }).timeout(120_000)

  it('links to /openapi.json without JavaScript, and so does the redoc page', async () => {
    const server = await aServer()
    for (const path of ['/swagger', '/redoc']) {
      const page = await aVisit(server, { javaScriptEnabled: false })
      await page.goto(path)
      await page.locator('noscript a[href="/openapi.json"]').waitFor()
      expect(await page.locator('form[data-way]:visible').count(), path).to.equal(0)
    }
  })
})

onBrowser('the redoc page', () => {
  it('has every chapter, finds words, and sends no request to another origin', async () => {
    const server = await aServer()
    const { page, expectQuiet } = await aWatchedVisit(server, { colorScheme: 'dark' })
    await page.goto('/redoc/')
    const chapters = page.locator('#redoc li[data-item-id^="tag/"]:not([data-item-id*="/operation/"]) > label')
    await chapters.first().waitFor()
    const shown = (await chapters.allInnerTexts()).map(text => text.trim())
    expect(shown).to.deep.equal([...new Set(tags.map(({ name }) => name))])
    await page.locator('#redoc [role=search] input').fill('blacklist')
    await page.locator('#redoc [data-role="search:results"] li').first().waitFor()
    for (const size of ['wide', 'phone'] as const) {
      await page.setViewportSize(sizes[size])
      await expectNoSidewaysScroll(page, `redoc on a ${size} screen`)
      await takeScreenshot(page, `redoc dark ${size}`, sizes[size])
    }
    expectQuiet()
  }).timeout(120_000)
})
