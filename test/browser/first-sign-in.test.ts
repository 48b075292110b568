// The first use of the pages: the printed password, the language, the colour scheme, the time zone.
import { expect } from 'chai'
import { aVisit, onBrowser, signIn } from '../support/browser.js'
import { aServer, password } from '../support/server.js'

const admin = { username: 'admin', password }

onBrowser('the first sign-in', () => {
  it('with a printed password requires a new one, and then shows the requested page', async () => {
    const server = await aServer()
    const printed = { username: 'root', password: 'printed-once-9f2k', roles: ['admin'], mustChangePassword: true }
    await server.composed.parts.people.users.create(printed, 'system')
    const page = await aVisit(server)
    await page.goto('/admin/users')
    expect(new URL(page.url()).pathname).to.equal('/login')
    await page.locator('[name=username]').fill('root')
    await page.locator('[name=password]').fill(printed.password)
    await page.locator('[name=password]').press('Enter')
    await page.getByRole('heading', { name: 'Choose a password of your own' }).waitFor()
    await page.goto('/account/devices')
    await page.getByLabel('The password you were given').fill(printed.password)
    await page.getByLabel('New password', { exact: true }).fill('seven brown camels')
    await page.getByLabel('Repeat new password').fill('seven brown camels')
    await page.getByRole('button', { name: 'Change the password' }).click()
    await page.getByRole('status').getByText('Your password is changed.').waitFor()
    expect(new URL(page.url()).pathname).to.equal('/account/devices')
  })

  it('with a wrong password shows an alert on the sign-in page, and can be retried', async () => {
    const page = await aVisit(await aServer())
    await signIn(page, { username: 'admin', password: 'a wrong password' })
    await page.getByRole('alert').getByText('The username or the password is wrong.').waitFor()
    expect(await page.locator('[name=username]').inputValue()).to.equal('admin')
    await page.locator('[name=password]').fill(password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/admin**')
  })
})

onBrowser('the language of the pages', () => {
  it('is the one of the Accept-Language header, English otherwise', async () => {
    const server = await aServer()
    for (const [locale, heading, lang] of [
      ['ru-RU', 'Вход', 'ru'],
      ['uz-UZ', 'Kirish', 'uz-Latn'],
      ['de-DE', 'Sign in', 'en'],
    ] as const) {
      const page = await aVisit(server, { locale })
      await page.goto('/login')
      await page.getByRole('heading', { name: heading, exact: true }).waitFor()
      expect(await page.locator('html').getAttribute('lang')).to.equal(lang)
    }
  })

  it('is switched on any page, keeps the address with its filters, and is remembered', async () => {
    const page = await aVisit(await aServer())
    await signIn(page, admin)
    await page.goto('/admin/users?name=ad&size=50')
    await page.locator('summary', { hasText: 'English' }).click()
    await page.getByRole('button', { name: 'Oʻzbekcha' }).click()
    await page.getByRole('heading', { name: 'Foydalanuvchilar' }).waitFor()
    expect(new URL(page.url()).search).to.equal('?name=ad&size=50')
    await page.goto('/account')
    await page.getByRole('heading', { name: 'Profil', exact: true }).waitFor()
  })
})

onBrowser('the colour scheme of the pages', () => {
  it('follows the system until the visitor chooses one, and is then remembered', async () => {
    const page = await aVisit(await aServer(), { colorScheme: 'dark' })
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    await page.goto('/login')
    expect(await ground()).to.equal('rgb(13, 18, 17)')
    await page.locator('summary', { hasText: 'Appearance' }).click()
    await page.getByRole('button', { name: 'Light' }).click()
    await page.waitForURL('**/login')
    expect(await ground()).to.equal('rgb(245, 247, 245)')
    await page.goto('/')
    expect(await ground()).to.equal('rgb(245, 247, 245)')
    expect(await page.locator('html').getAttribute('data-theme')).to.equal('light')
  })
})

onBrowser('the time zone of the pages', () => {
  it("is the browser's after the sign-in, and UTC before", async () => {
    const page = await aVisit(await aServer(), { timezoneId: 'Asia/Tashkent' })
    await page.goto('/')
    await page.getByText('Times are shown in UTC.').waitFor()
    await signIn(page, admin)
    await page.getByText('Times are shown in Asia/Tashkent.').waitFor()
    await page.goto('/account/devices')
    const title = await page.locator('time').first().getAttribute('title')
    expect(title).to.equal('5 January 2026 at 14:00:00 GMT+5')
  })
})
