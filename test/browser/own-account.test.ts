// The account pages of a user: profile, password, devices and security events; and the chosen language.
import { expect } from 'chai'
import { aVisit, onBrowser, signIn } from '../support/browser.js'
import { aClient } from '../support/client.js'
import { aServer } from '../support/server.js'

onBrowser('the account pages of a user', () => {
  it('change profile and password, rename and end devices, and list all of it as security events', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    const programs = ['tv/1.0', 'tablet/1.0', 'watch/1.0'].map(userAgent => aClient(server, userAgent))
    const tokens: string[] = []
    for (const program of programs) tokens.push((await program.signIn(amy)).access)
    const statuses = async () => {
      const found: number[] = []
      for (const [at, program] of programs.entries()) found.push((await program.get('/api/me/', tokens[at]!)).status)
      return found
    }
    const page = await aVisit(server)
    const told = (text: string) => page.getByRole('status').getByText(text).waitFor()
    const goTo = (name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true }).first().click()
    await signIn(page, amy)

    await page.getByLabel('First name').fill('Amelia')
    await page.getByLabel('E-mail').fill('amelia@example.com')
    await page.getByRole('button', { name: 'Save' }).click()
    await told('Your profile is saved.')
    expect(await page.getByLabel('First name').inputValue()).to.equal('Amelia')
    expect((await programs[0]!.get('/api/me/', tokens[0]!)).body).to.include({ first_name: 'Amelia' })

    await goTo('My devices')
    const device = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) })
    await device('tablet/1.0').locator('summary', { hasText: 'Rename' }).click()
    await device('tablet/1.0').getByLabel('Name of the device').fill('Kitchen')
    await device('tablet/1.0').getByRole('button', { name: 'Save' }).click()
    await told('The device was renamed.')
    await device('tv/1.0').locator('.confirm summary').click()
    await device('tv/1.0').getByText('This signs tv/1.0 out at once, in one application.').waitFor()
    expect(await statuses()).to.deep.equal([200, 200, 200])
    await device('tv/1.0').getByRole('button', { name: 'End', exact: true }).click()
    await told('tv/1.0 is signed out.')
    expect(await statuses()).to.deep.equal([401, 200, 200])
    await page.locator('summary', { hasText: 'End all others' }).click()
    await page.getByText('2 other devices are signed out at once. You stay signed in here.').waitFor()
    await page.getByRole('button', { name: 'End all others' }).click()
    await told('All your other devices are signed out.')
    expect(await statuses()).to.deep.equal([401, 401, 401])
    expect(await page.locator('.own-device').count()).to.equal(1)

    tokens[0] = (await programs[0]!.signIn(amy)).access
    await goTo('Password')
    const changeTo = async (again: string) => {
      await page.getByLabel('Current password').fill(amy.password)
      await page.getByLabel('New password', { exact: true }).fill('seven brown camels')
      await page.getByLabel('Repeat new password').fill(again)
      await page.getByRole('button', { name: 'Change the password' }).click()
    }
    await changeTo('seven brown camel')
    expect(await page.locator('[aria-invalid=true]').getAttribute('name')).to.equal('new_password_again')
    expect(await statuses()).to.deep.equal([200, 401, 401])
    await changeTo('seven brown camels')
    await told('Your password is changed. Your other devices are signed out.')
    expect(await statuses()).to.deep.equal([401, 401, 401])
    expect((await programs[0]!.send('POST', '/api/token/', { json: amy })).status).to.equal(401)
    await programs[0]!.signIn({ ...amy, password: 'seven brown camels' })

    await goTo('Security events')
    await page.getByRole('heading', { level: 1, name: 'Security events' }).waitFor()
    const events = await page.locator('.what > div').allInnerTexts()
    expect(events).to.deep.equal([
      ...['Signed in', 'Changed the password', 'Signed in', 'Ended a device', 'Ended a device', 'Ended a device'],
      ...['Renamed a device', 'Changed the profile', 'Signed in', 'Signed in', 'Signed in', 'Signed in'],
      'Imported the user',
    ])
  })
})

onBrowser('a chosen language', () => {
  it('is kept after the sign-out, at the next sign-in and after the browser was closed', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    const page = await aVisit(server)
    await page.goto('/login')
    await page.locator('summary', { hasText: 'English' }).click()
    await page.getByRole('button', { name: 'Русский' }).click()
    await page.getByRole('heading', { name: 'Вход', exact: true }).waitFor()
    await signIn(page, amy)
    await page.getByRole('heading', { level: 1, name: 'Профиль' }).waitFor()
    await page.locator('summary', { hasText: 'Меню аккаунта' }).click()
    await page.getByRole('button', { name: 'Выйти' }).click()
    await page.getByText('Вы вышли из аккаунта.').waitFor()
    const { cookies } = await page.context().storageState()
    // Cookies without an expiry are deleted when the browser is closed.
    const lasting = { cookies: cookies.filter(cookie => cookie.expires > 0), origins: [] }
    const later = await aVisit(server, { storageState: lasting })
    await later.goto('/login')
    await later.getByRole('heading', { name: 'Вход', exact: true }).waitFor()
    expect(await later.locator('html').getAttribute('lang')).to.equal('ru')
  })
})
