// An administrator finds a lost phone by the name of its user, ends the device, and sees that it has ended. In each
// language, and without JavaScript; real API clients check the tokens.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { aVisit, onBrowser } from '../support/browser.js'
import { type Answer, aClient, type Client, type Pair } from '../support/client.js'
import { aServer, password, type TestServer } from '../support/server.js'

const android =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36'
const laptop = 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0'

/** The texts on the pages, by language. */
const languages = {
  'en-GB': {
    username: 'Username',
    password: 'Password',
    signIn: 'Sign in',
    users: 'Users',
    devices: 'Devices',
    find: 'Name, e-mail, ID or IP address',
    search: 'Search',
    end: 'End',
    proof: 'Continue',
    ended: 'Ended',
    user: 'User: name, e-mail or ID',
    menu: 'Menu',
    reach: '1 session',
    told: 'refused from now on',
  },
  'uz-UZ': {
    username: 'Foydalanuvchi nomi',
    password: 'Parol',
    signIn: 'Kirish',
    users: 'Foydalanuvchilar',
    find: 'Ism, login, e-pochta, ID yoki IP manzil',
    search: 'Qidirish',
    end: 'Uzish',
    devices: 'Qurilmalar',
    user: 'Foydalanuvchi: ism, e-pochta yoki ID',
    menu: 'Menyu',
    reach: '1 ta sessiya',
    proof: 'Davom etish',
    ended: 'Uzilgan',
    told: 'endi qabul qilinmaydi',
  },
  'ru-RU': {
    username: 'Имя пользователя',
    password: 'Пароль',
    signIn: 'Войти',
    users: 'Пользователи',
    find: 'Имя, логин, почта, ID или IP-адрес',
    search: 'Найти',
    end: 'Завершить',
    devices: 'Устройства',
    user: 'Пользователь: имя, почта или ID',
    menu: 'Меню',
    reach: '1 сессия',
    proof: 'Продолжить',
    ended: 'Завершено',
    told: 'токены больше не принимаются',
  },
} as const
type Locale = keyof typeof languages
type Words = Record<keyof (typeof languages)['en-GB'], string>

async function signIn(page: Page, words: Words): Promise<void> {
  await page.goto('/admin')
  await page.getByLabel(words.username).fill('admin')
  await page.getByLabel(words.password).fill(password)
  await page.getByRole('main').getByRole('button', { name: words.signIn, exact: true }).click()
}

/** Follows a menu link; the menu stands beside the page, or opens on a phone. */
async function goTo(page: Page, words: Words, section: string): Promise<void> {
  const menu = page.locator('summary', { hasText: words.menu }).first()
  if (await menu.isVisible()) await menu.click()
  await page
    .getByRole('navigation')
    .getByRole('link', { name: section, exact: true })
    .locator('visible=true')
    .first()
    .click()
  await page.getByRole('heading', { level: 1, name: section, exact: true }).waitFor()
}

async function openPerson(page: Page, words: Words, username: string): Promise<void> {
  await goTo(page, words, words.users)
  // A search for the beginning of the name, in another case.
  await page.getByLabel(words.find).fill(username.slice(0, 4).toUpperCase())
  await page.getByRole('button', { name: words.search, exact: true }).click()
  await page.getByRole('link', { name: username }).click()
  await page.getByRole('heading', { level: 1, name: username }).waitFor()
}

const phoneRow = (page: Page) => page.getByRole('row').filter({ hasText: 'Android' })

async function endPhone(page: Page, words: Words): Promise<void> {
  const row = phoneRow(page)
  await row.locator('summary', { hasText: words.end }).click()
  // The number of sessions is shown before the end is confirmed.
  await row.getByText(words.reach).waitFor()
  await row.getByRole('button', { name: words.end, exact: true }).click()
}

async function expectOver(page: Page, words: Words, username: string): Promise<void> {
  await page.getByRole('status').getByText(words.told).waitFor()
  expect(await phoneRow(page).count()).to.equal(0)
  await goTo(page, words, words.devices)
  await page.getByLabel(words.user).fill(username)
  await page.getByRole('button', { name: words.search, exact: true }).click()
  await phoneRow(page).getByText(words.ended, { exact: true }).waitFor()
  expect(
    await page.getByRole('row').filter({ hasText: 'Firefox' }).getByText(words.ended, { exact: true }).count(),
  ).to.equal(0)
}

/** The answers to a pair of tokens: verify, use, refresh. */
async function attempts(client: Client, { access, refresh }: Pair): Promise<Answer[]> {
  return [
    await client.verify(access),
    await client.get('/api/me/', access),
    await client.verify(refresh),
    await client.refresh(refresh),
  ]
}
const statuses = (answers: Answer[]) => answers.map(answer => answer.status)

async function aLoss(server: TestServer, username: string) {
  const user = await server.aUser({ username })
  const clients = { phone: aClient(server, android), laptop: aClient(server, laptop) }
  const pairs = { phone: await clients.phone.signIn(user), laptop: await clients.laptop.signIn(user) }
  return {
    async expectBothLive() {
      for (const which of ['phone', 'laptop'] as const) {
        const answers = await attempts(clients[which], pairs[which])
        expect(statuses(answers), which).to.deep.equal([200, 200, 200, 200])
        pairs[which] = { ...pairs[which], ...answers[3]!.body }
      }
    },
    async expectPhoneOver() {
      const answers = await attempts(clients.phone, pairs.phone)
      expect(statuses(answers)).to.deep.equal([401, 401, 401, 401])
      for (const { body } of answers) expect(body).to.include({ code: 'token_not_valid', reason: 'session_ended' })
      expect(statuses(await attempts(clients.laptop, pairs.laptop))).to.deep.equal([200, 200, 200, 200])
    },
  }
}

onBrowser('the lost phone of a user', () => {
  for (const locale of Object.keys(languages) as Locale[]) {
    const words = languages[locale]
    it(`is found by username and ended: its tokens are refused at once, the laptop's are not (${locale})`, async () => {
      const server = await aServer()
      const loss = await aLoss(server, 'amina.karimova')
      await server.aUser({ username: 'amirbek' })
      const page = await aVisit(server, { locale, size: locale === 'uz-UZ' ? 'phone' : 'wide' })
      await signIn(page, words)
      await openPerson(page, words, 'amina.karimova')
      await loss.expectBothLive()
      await endPhone(page, words)
      await page.getByRole('status').waitFor()
      await loss.expectPhoneOver()
      await expectOver(page, words, 'amina.karimova')
    })
  }

  it('is found and ended without JavaScript, after the password was asked for again', async () => {
    const locale = 'ru-RU'
    const words = languages[locale]
    const server = await aServer()
    const loss = await aLoss(server, 'amina.karimova')
    const page = await aVisit(server, {
      locale,
      javaScriptEnabled: false,
      size: 'phone',
    })
    await signIn(page, words)
    await openPerson(page, words, 'amina.karimova')
    server.clock.advance('6m')
    await loss.expectBothLive()
    await endPhone(page, words)
    await loss.expectBothLive()
    await page.getByLabel(words.password).fill(password)
    await page.getByRole('button', { name: words.proof, exact: true }).click()
    await page.getByRole('status').waitFor()
    await loss.expectPhoneOver()
    await expectOver(page, words, 'amina.karimova')
  })
})
