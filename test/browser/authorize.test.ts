// The authorization code flow from an application on another origin through the pages and back, in a real browser,
// which applies the CSP to every redirect that follows a form.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Locator, Page } from 'playwright-core'
import { changeApplication } from '../support/applications.js'
import { authorizePath, aWebsite } from '../support/authorizations.js'
import {
  aVisit,
  expectAccessible,
  expectNoSidewaysScroll,
  onBrowser,
  sizes,
  takeScreenshot,
} from '../support/browser.js'
import { aServer, settle } from '../support/server.js'

let listener: Server | undefined

afterEach(() => {
  listener?.closeAllConnections()
  listener?.close()
})

/** An application on its own port that records the authorization responses of browsers. */
async function aProgram() {
  const came: { method: string; parameters: Record<string, string> }[] = []
  listener = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk as Buffer))
    request.on('end', () => {
      const url = new URL(request.url!, 'http://localhost')
      const sent = request.method === 'POST' ? new URLSearchParams(Buffer.concat(chunks).toString()) : url.searchParams
      if (url.pathname === '/back') came.push({ method: request.method!, parameters: Object.fromEntries(sent) })
      response.setHeader('Content-Type', 'text/html')
      response.end('<!doctype html><title>The shop</title><h1>Back at the shop</h1>')
    })
  })
  await new Promise<void>(resolve => listener!.listen(0, '127.0.0.1', resolve))
  return { came, redirectUri: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/back` }
}

async function aStage(metadata: object = {}) {
  const server = await aServer()
  const program = await aProgram()
  const registered = { redirect_uris: [program.redirectUri], first_party: true, ...metadata }
  await aWebsite(server, 'shop', { name: 'The shop', metadata: registered })
  await settle(server.composed)
  const amy = await server.aUser({ username: 'amy' })
  const link = (changes = {}) => authorizePath('shop', { redirect_uri: program.redirectUri, ...changes })
  return { server, amy, link, registered, ...program }
}

async function typeIn(page: Page, { username, password }: { username: string; password: string }): Promise<void> {
  await page.locator('[name=username]').fill(username)
  await page.locator('[name=password]').fill(password)
  await page.locator('main form .buttons button').first().click()
}

const isFocused = (element: Locator) => element.evaluate(node => node.matches(':focus'))

const isBack = (page: Page) => page.getByText('Back at the shop').waitFor()

onBrowser('an authorization request in a browser', () => {
  const patience = 60_000

  it('returns a code after the sign-in, with JavaScript and without, and the next time at once', async () => {
    const { amy, link, came, server } = await aStage()
    for (const javaScriptEnabled of [true, false]) {
      const page = await aVisit(server, { javaScriptEnabled })
      await page.goto(link())
      await page.getByRole('heading', { name: 'Sign in to The shop' }).waitFor()
      await typeIn(page, { ...amy, password: 'wrong' })
      await page.getByRole('alert').waitFor()
      await typeIn(page, amy)
      await isBack(page)
      await page.goto(link({ state: 'again' }))
      await isBack(page)
    }
    expect(came.map(({ parameters }) => parameters.state)).to.deep.equal(['a state', 'again', 'a state', 'again'])
    for (const { parameters } of came) expect(parameters.code).to.match(/^dvz_code_/)
  }).timeout(patience)

  it('with response_mode form_post returns by POST, by a button without JavaScript', async () => {
    const { amy, link, came, server } = await aStage()
    const page = await aVisit(server)
    await page.goto(link({ response_mode: 'form_post' }))
    await typeIn(page, amy)
    await isBack(page)
    const plain = await aVisit(server, { javaScriptEnabled: false })
    await plain.goto(link({ response_mode: 'form_post' }))
    await typeIn(plain, amy)
    await plain.getByRole('button', { name: 'Continue' }).click()
    await isBack(plain)
    expect(came.map(({ method }) => method)).to.deep.equal(['POST', 'POST'])
    for (const { parameters } of came) expect(parameters).to.have.all.keys('code', 'state', 'iss')
  })

  it('cancelled by a button returns access_denied, also in Uzbek', async () => {
    const { link, came, server } = await aStage()
    const page = await aVisit(server, { locale: 'uz' })
    await page.goto(link())
    await page.getByRole('button', { name: 'Bekor qilib, The shop ilovasiga qaytish' }).click()
    await isBack(page)
    expect(came[0]!.parameters).to.include({ error: 'access_denied', state: 'a state' })
  })

  it('lets a user who must change the password do so, and then returns a code', async () => {
    const { link, came, server } = await aStage()
    const newcomer = await server.aUser({ username: 'newcomer', mustChangePassword: true })
    const page = await aVisit(server)
    await page.goto(link())
    await typeIn(page, newcomer)
    await page.locator('[name=old_password]').fill(newcomer.password)
    await page.locator('[name=new_password]').fill('a much better horse')
    await page.locator('[name=new_password_again]').fill('a much better horse')
    await page.locator('main form .buttons button').first().click()
    await isBack(page)
    expect(came[0]!.parameters).to.have.property('code')
  })

  const words = {
    en: ['Sign in to The shop', 'Allow The shop?', 'See your name and username', 'Afterwards your browser goes to'],
    uz: [
      ...['The shop ilovasiga kirish', '“The shop” ilovasiga ruxsat berasizmi?'],
      ...['Ism-familiyangiz va foydalanuvchi nomingizni koʻrish', 'brauzeringiz ushbu manzilga oʻtadi'],
    ],
    ru: [
      ...['Вход в The shop', 'Разрешить доступ приложению «The shop»?'],
      ...['Видеть ваше имя и имя пользователя', 'После этого браузер перейдёт на'],
    ],
  } as const

  it('names the application, the scopes and the redirect host in each language, without JavaScript', async () => {
    const { link, came, server, redirectUri } = await aStage({ first_party: false })
    for (const locale of ['en', 'uz', 'ru'] as const) {
      const somebody = await server.aUser()
      const page = await aVisit(server, { locale, javaScriptEnabled: false })
      const [signIn, asks, right, goes] = words[locale]
      await page.goto(link())
      await page.getByRole('heading', { name: signIn }).waitFor()
      await typeIn(page, somebody)
      await page.getByRole('heading', { name: asks }).waitFor()
      await page.getByText(right).waitFor()
      await page.getByText(goes).getByText(new URL(redirectUri).host).waitFor()
      await page.locator('button[value=allow]').click()
      await isBack(page)
    }
    expect(came).to.have.length(3)
    for (const { parameters } of came) expect(parameters.code).to.match(/^dvz_code_/)
  }).timeout(patience)

  it('can be denied and allowed with the keyboard alone', async () => {
    const { amy, link, came, server } = await aStage({ first_party: false })
    const page = await aVisit(server)
    for (const [decision, seen] of [
      ['deny', 'error'],
      ['allow', 'code'],
    ] as const) {
      await page.goto(link({ state: decision }))
      if (decision === 'deny') {
        await page.keyboard.type(amy.username)
        await page.keyboard.press('Tab')
        await page.keyboard.type(amy.password)
        await page.keyboard.press('Enter')
      }
      const button = page.locator(`button[value=${decision}]`)
      await button.waitFor()
      await page.locator('button[value=allow]').waitFor()
      for (let tabs = 0; tabs < 20 && !(await isFocused(button)); tabs++) await page.keyboard.press('Tab')
      expect(await isFocused(button), decision).to.equal(true)
      await page.keyboard.press('Enter')
      await isBack(page)
      expect(came.at(-1)!.parameters).to.have.property(seen)
    }
  }).timeout(patience)

  it('has accessible sign-in, consent and error pages, on a wide screen and on a phone', async () => {
    const { server, amy, link, registered } = await aStage()
    await aWebsite(server, 'stranger', { name: 'A stranger', origin: 'registration' })
    await settle(server.composed)
    for (const [size, colorScheme] of [
      ['wide', 'light'],
      ['phone', 'dark'],
    ] as const) {
      const look = async (page: Page, name: string) => {
        await expectAccessible(page, `${name} ${size}`)
        await expectNoSidewaysScroll(page, `${name} ${size}`)
        await takeScreenshot(page, `authorize ${name} ${colorScheme} ${size}`)
      }
      expect(sizes).to.have.property(size)
      const page = await aVisit(server, { size, colorScheme })
      await page.goto(link())
      await look(page, 'sign-in')
      await typeIn(page, amy)
      await isBack(page)
      server.clock.advance('1m')
      await page.goto(link({ prompt: 'login' }))
      await look(page, 'sign-in again')
      await changeApplication(server, 'shop', { metadata: { ...(await metadataOf()), required_roles: ['clerk'] } })
      await settle(server.composed)
      await page.goto(link())
      await look(page, 'not allowed')
      await changeApplication(server, 'shop', { metadata: await metadataOf() })
      await settle(server.composed)
      await page.goto(link({ redirect_uri: 'https://elsewhere.example/' }))
      await look(page, 'unregistered')
      const expired = page.url().replace(/\/oauth.*/, '/login?ticket=1.x')
      await page.goto(expired)
      await look(page, 'expired')
      await page.goto(authorizePath('stranger', { response_type: 'token' }))
      await page.getByText('Go to stranger.example').waitFor()
      await look(page, 'interstitial')
      await page.goto(authorizePath('stranger'))
      await page.locator('button[value=allow]').waitFor()
      await look(page, 'consent of a stranger')
    }

    async function metadataOf() {
      const { applicationStore, database } = server.composed.parts.storage
      const { required_roles: _, ...metadata } = (await applicationStore.find(database, 'shop'))!.metadata
      expect(metadata.redirect_uris).to.deep.equal(registered.redirect_uris)
      return metadata
    }
  }).timeout(patience)
})
