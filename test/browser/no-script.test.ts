// The pages without JavaScript, and with the keyboard alone.
import { expect } from 'chai'
import { aVisit, onBrowser, signIn } from '../support/browser.js'
import { aClient } from '../support/client.js'
import { aServer, password } from '../support/server.js'

const admin = { username: 'admin', password }

onBrowser('the pages without JavaScript', () => {
  it('a user signs in, changes the profile, renames a device, ends another one, and signs out', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    await aClient(server, 'lost-phone/1.0').signIn(amy)
    for (const size of ['wide', 'phone'] as const) {
      const page = await aVisit(server, { javaScriptEnabled: false, size })
      await signIn(page, amy)
      await page.getByLabel('First name').fill('Amelia')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Your profile is saved.').waitFor()
      if (size === 'phone') await page.locator('.phone-nav summary').click()
      await page.getByRole('link', { name: 'My devices' }).locator('visible=true').first().click()
      await page.locator('.own-device.current summary', { hasText: 'Rename' }).click()
      await page.getByLabel('Name of the device').locator('visible=true').fill(`Kitchen ${size}`)
      await page.locator('.own-device.current').getByRole('button', { name: 'Save' }).click()
      await page.getByRole('heading', { name: `Kitchen ${size}` }).waitFor()
      if (size === 'wide') {
        const lost = page.locator('.own-device', { hasText: 'lost-phone' })
        await lost.locator('.confirm summary').click()
        await lost.getByRole('button', { name: 'End' }).click()
        await page.getByText('lost-phone/1.0 is signed out.').waitFor()
      }
      await page.locator('summary', { hasText: 'Account menu' }).click()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByText('You are signed out.').waitFor()
    }
  })

  it('an administrator finds a user, types the password again, and disables the user', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amina' })
    const page = await aVisit(server, { javaScriptEnabled: false })
    await signIn(page, admin)
    await page.getByLabel('Find a person').fill('AMI')
    await page.getByRole('button', { name: 'Search' }).click()
    // The only match: its page opens without a list.
    await page.getByRole('heading', { level: 1, name: 'amina' }).waitFor()
    server.clock.advance('10m')
    await page.locator('summary', { hasText: 'Disable' }).first().click()
    await page.getByRole('button', { name: 'Disable' }).click()
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('amina is disabled and signed out everywhere.').waitFor()
    expect((await server.composed.parts.people.users.require(amy.id)).active).to.equal(false)
  })
})

onBrowser('the pages by keyboard', () => {
  it('the first Tab stop skips the menus, and Escape closes a menu and returns the focus to it', async () => {
    const page = await aVisit(await aServer())
    await signIn(page, admin)
    await page.goto('/account/devices')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).to.equal('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).to.equal('main')
    const menu = page.locator('summary', { hasText: 'Account menu' })
    await menu.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Escape')
    expect(await page.getByRole('button', { name: 'Sign out' }).count()).to.equal(0)
    expect(await menu.evaluate(element => element === element.ownerDocument.activeElement)).to.equal(true)
  })

  it('a user signs in and saves the profile without a pointer', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    const page = await aVisit(server)
    await page.goto('/login')
    await page.keyboard.type('amy')
    await page.keyboard.press('Tab')
    await page.keyboard.type(amy.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Profile' }).waitFor()
    await page.getByLabel('First name').focus()
    await page.keyboard.type('Amelia')
    await page.keyboard.press('Enter')
    await page.getByText('Your profile is saved.').waitFor()
  })
})
