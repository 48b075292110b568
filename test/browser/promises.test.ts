// The numbers that a page shows before an action are what the action does: tokens that a role change makes stale,
// sessions that a policy ends, devices that a bulk end reaches. Counted with real API clients.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { aVisit, onBrowser, signIn } from '../support/browser.js'
import { aClient, type Client, claimsOf, type Pair } from '../support/client.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'

const admin = { username: 'admin', password }
const android =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0'

type User = { id: number; username: string; password: string }
type SignedIn = { client: Client; pair: Pair; user: User }

async function onPhone(server: TestServer, user: User, userAgent = android): Promise<SignedIn> {
  const client = aClient(server, userAgent)
  return { client, pair: await client.signIn(user), user }
}

const isGood = async ({ client, pair }: SignedIn) => (await client.get('/api/me/', pair.access)).status === 200
const refreshes = async ({ client, pair }: SignedIn) => (await client.refresh(pair.refresh)).status === 200

async function countOf<T>(all: readonly T[], is: (one: T) => Promise<boolean>): Promise<number> {
  let count = 0
  for (const one of all) if (await is(one)) count++
  return count
}

/** The number in a text of the page. */
async function numberIn(page: Page, pattern: RegExp): Promise<number> {
  const text = await page.getByText(pattern).first().innerText()
  return Number(pattern.exec(text)![1])
}

const told = (page: Page, text: string | RegExp) => page.getByRole('status').getByText(text).waitFor()

onBrowser('a role change on the page of a user', () => {
  it('shows the number of live access tokens, which all become stale, and every session can refresh', async () => {
    const server = await aServer()
    await server.composed.parts.people.roles.create('clerk', ['orders:write'], 'system')
    const [amy, bob] = [await server.aUser({ username: 'amy' }), await server.aUser({ username: 'bob' })]
    // One session has an expired access token: the session lives, and has no live token.
    const asleep = await onPhone(server, amy)
    server.clock.advance('61m')
    const awake = [await onPhone(server, amy), await onPhone(server, amy, firefox)]
    const gone = await onPhone(server, amy)
    await gone.client.post('/api/token/blacklist/', { refresh: gone.pair.refresh })
    const other = await onPhone(server, bob)
    // Nor has a browser session any access token.
    const own = await aVisit(server)
    await signIn(own, amy)
    await own.waitForURL('**/account')

    const page = await aVisit(server)
    await signIn(page, admin)
    await page.waitForURL('**/admin')
    await page.goto(`/admin/users/${amy.id}`)
    const said = await numberIn(page, /will refresh (\d+) live token/)
    expect(said)
      .to.equal(await countOf([asleep, ...awake, gone], isGood))
      .and.equal(2)

    await page.locator('#roles > summary').click()
    const clerk = page.getByRole('checkbox', { name: /^clerk/ })
    await clerk.check()
    await page.locator('form', { has: clerk }).getByRole('button').click()
    await told(page, 'Roles and permissions of amy are saved.')
    for (const { client, pair } of awake) {
      expect((await client.get('/api/me/', pair.access)).body).to.include({ reason: 'token_stale' })
      const { status, body } = await client.refresh(pair.refresh)
      expect(status).to.equal(200)
      expect(claimsOf(body.access)).to.deep.include({ roles: ['clerk'], sid: claimsOf(pair.access).sid })
      expect((await client.get('/api/me/', body.access)).status).to.equal(200)
    }
    expect(await refreshes(asleep)).to.equal(true)
    expect(await isGood(other)).to.equal(true)
    await own.reload()
    await own.getByRole('heading', { name: 'Profile' }).waitFor()
  })
})

onBrowser('the preview of a policy change', () => {
  it('shows the numbers of sessions, users and stale tokens that the saved policy then ends', async () => {
    const server = await aServer()
    const people = [await server.aUser(), await server.aUser(), await server.aUser()]
    const [amy, bob, cleo] = people as [User, User, User]
    const idle = [await onPhone(server, amy), await onPhone(server, amy, firefox), await onPhone(server, bob)]
    server.clock.advance('2h')
    const lively = [await onPhone(server, bob, firefox), await onPhone(server, cleo)]
    const page = await aVisit(server)
    await signIn(page, admin)
    await page.waitForURL('**/admin')
    await page.goto('/admin/policies')
    await page.getByRole('link', { name: 'Change' }).first().click()
    await page.locator('[name=refresh_token_lifetime]').fill('1h')
    await page.getByRole('button', { name: 'See what it would do' }).click()
    await page.getByRole('link', { name: 'Now', exact: true }).click()
    await page.getByText('Live access tokens become stale at once').waitFor()
    const said = {
      sessions: await numberIn(page, /^(\d+) sessions will end/),
      users: await factOf(page, 'Users among them'),
      stale: await factOf(page, 'Access tokens that become stale at once'),
    }
    const all = [...idle, ...lively]
    const live = await countOf(all, isGood)
    // The preview changes nothing.
    expect(await countOf(lively, isGood)).to.equal(lively.length)

    await page.getByLabel('Why').fill('a stricter year')
    await page
      .getByRole('button', { name: `Save: ${said.sessions} sessions will end at their next refresh, which is due now` })
      .click()
    await told(page, /Saved as version/)
    await settle(server.composed)
    const stale = live - (await countOf(all, isGood))
    const refused: SignedIn[] = []
    for (const one of all) if (!(await refreshes(one))) refused.push(one)
    expect(refused).to.deep.equal(idle)
    const users = new Set(refused.map(one => one.user.id)).size
    expect(said).to.deep.equal({ sessions: refused.length, users, stale })
    await page.reload()
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(new URL(page.url()).pathname).to.equal('/admin/policies')
  })
})

onBrowser('a bulk end of a filtered list', () => {
  it('ends the devices of the preview, and neither others nor later ones', async () => {
    const server = await aServer()
    const [amy, bob] = [await server.aUser(), await server.aUser()]
    const phones = [await onPhone(server, amy), await onPhone(server, bob), await onPhone(server, bob)]
    const laptops = [await onPhone(server, amy, firefox), await onPhone(server, bob, firefox)]
    const page = await aVisit(server)
    await signIn(page, admin)
    await page.waitForURL('**/admin')
    await page.goto('/admin/devices')
    // The bulk end is offered only for a filtered list.
    expect(await page.getByRole('link', { name: 'End all found' }).count()).to.equal(0)
    await page.getByLabel('System').fill('Android')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('link', { name: 'End all found' }).click()
    await page.getByText('3 devices of 2 users are signed out at once.').waitFor()
    const later = await onPhone(server, amy)
    expect(await countOf(phones, isGood)).to.equal(3)
    await page.getByRole('button', { name: 'End 3 devices' }).click()
    await told(page, '3 devices of 2 users are signed out.')
    expect(await countOf(phones, isGood)).to.equal(0)
    expect(await countOf(phones, refreshes)).to.equal(0)
    expect(await countOf([...laptops, later], isGood)).to.equal(3)
    // The filter is still in the address.
    expect(new URL(page.url()).searchParams.get('platform')).to.equal('Android')
  })

  it('leaves out a user who has been made administrator since the preview', async () => {
    const server = await aServer()
    const bob = await server.aUser({ username: 'bob' })
    const phones = [await onPhone(server, bob), await onPhone(server, bob, firefox)]
    const page = await aVisit(server)
    await signIn(page, await server.aUser({ roles: ['support'] }))
    await page.waitForURL('**/admin')
    await page.goto('/admin/sessions?user=bob')
    await page.getByRole('link', { name: 'End all found' }).click()
    await page.getByText('2 sessions of 1 user end at once.').waitFor()
    await server.composed.parts.people.users.setRoles(bob.id, ['admin'], 'system')
    await page.getByRole('button', { name: 'End 2 sessions' }).click()
    await told(page, 'Nothing was ended. Left out, because they have more rights than you: bob.')
    expect(await countOf(phones, refreshes)).to.equal(2)
  })
})

/** The number that a page shows for a label. */
async function factOf(page: Page, label: string): Promise<number> {
  const fact = page.locator('dl > div', { has: page.getByText(label, { exact: true }) })
  return Number(await fact.locator('dd').innerText())
}
