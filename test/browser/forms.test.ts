// Forms with invalid values: the page shows the error in its own language, not the browser's, and focuses the first
// invalid field. With JavaScript and without.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { aVisit, onBrowser, signIn } from '../support/browser.js'
import { aServer, password } from '../support/server.js'

const admin = { username: 'admin', password }
const focused = (page: Page) => page.evaluate('document.activeElement.id')

onBrowser('a form with invalid values', () => {
  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with scripts' : 'without scripts'

    it(`the sign-in form names missing fields in Russian and focuses the first, ${how}`, async () => {
      const page = await aVisit(await aServer(), { locale: 'ru-RU', javaScriptEnabled })
      await page.goto('/login')
      const submit = page.getByRole('main').getByRole('button', { name: 'Войти', exact: true })
      await submit.click()
      await page.getByText('Исправьте 2 поля:').waitFor()
      expect(await page.locator('.problem', { hasText: 'Заполните это поле.' }).count()).to.equal(2)
      if (javaScriptEnabled) expect(await focused(page)).to.equal('field-username')
      await page.getByLabel('Имя пользователя').fill('admin')
      await submit.click()
      await page.getByText('Исправьте 1 поле:').waitFor()
      expect(await page.locator('[autofocus]').getAttribute('id')).to.equal('field-password')
      expect(await page.getByLabel('Имя пользователя').inputValue()).to.equal('admin')
    })

    it(`the new user form shows the error in Uzbek, keeps the values and links to the field, ${how}`, async () => {
      const page = await aVisit(await aServer(), { locale: 'uz-UZ', javaScriptEnabled })
      await signIn(page, admin)
      await page.goto('/admin/users/new')
      await page.getByLabel('Foydalanuvchi nomi').fill('amina')
      await page.getByLabel('E-pochta').fill('amina')
      // A password is generated unless one is to be typed: only then is there a field.
      const typed = page.locator('[name=password]')
      expect(await typed.isVisible()).to.equal(false)
      await page.getByLabel('Oʻzim yozaman').check()
      await typed.fill('a much better horse')
      await page.getByRole('main').getByRole('button', { name: 'Yaratish' }).click()
      const email = page.getByLabel('E-pochta')
      await page.locator('.field .problem', { hasText: 'Bu e-pochta manzili emas.' }).waitFor()
      expect(await email.getAttribute('aria-invalid')).to.equal('true')
      expect(await email.inputValue()).to.equal('amina')
      expect(await page.locator('[autofocus]').getAttribute('id')).to.equal('field-email')
      if (javaScriptEnabled) expect(await focused(page)).to.equal('field-email')
      const lead = page.getByRole('alert').getByRole('link', { name: 'E-pochta' })
      await lead.click()
      expect(new URL(page.url()).hash).to.equal('#field-email')
    })
  }
})

onBrowser('a form without a required radio choice', () => {
  it('focuses the first choice, marks the group, and lists the other invalid field', async () => {
    const page = await aVisit(await aServer())
    await signIn(page, admin)
    await page.goto('/admin/revocations/new')
    await page.getByRole('button', { name: 'See what it affects' }).click()
    await page.getByText('Please correct 2 things:').waitFor()
    expect(await focused(page)).to.equal('field-what-first')
    expect(await page.locator('[aria-invalid=true]').evaluateAll(all => all.map(one => one.id))).to.deep.equal([
      'field-what-first',
      'field-reason',
    ])
    expect(await page.locator('#field-what .choices.wrong').count()).to.equal(1)
    await page.locator('#field-reason').focus()
    await page.getByRole('alert').getByRole('link').first().click()
    expect(await focused(page)).to.equal('field-what-first')
  })
})

onBrowser('a password field', () => {
  it('shows and hides the password by mouse and keyboard, and is type=password on submit', async () => {
    const page = await aVisit(await aServer())
    await page.goto('/login')
    const field = page.getByLabel('Password')
    const reveal = page.getByRole('button', { name: 'Show what is typed' })
    await page.getByLabel('Username').fill('admin')
    await field.fill(password)
    await reveal.click()
    expect([await field.getAttribute('type'), await reveal.getAttribute('aria-pressed')]).to.deep.equal([
      'text',
      'true',
    ])
    await reveal.press('Enter')
    expect(await field.getAttribute('type')).to.equal('password')
    await reveal.press('Space')
    expect(await field.getAttribute('type')).to.equal('text')
    await page.evaluate(
      `document.addEventListener('submit', event => { event.preventDefault(); window.sent = event.target.elements.password.type })`,
    )
    await field.press('Enter')
    expect(await page.evaluate('window.sent')).to.equal('password')
  })

  it('has no show button without JavaScript', async () => {
    const page = await aVisit(await aServer(), { javaScriptEnabled: false })
    await page.goto('/login')
    expect(await page.locator('.reveal').isVisible()).to.equal(false)
  })
})
