// The admin pages about users: what matters is on the first screen, rows have no warning colours, and names are not
// broken inside words.

import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { composeDemo } from '../../server/composition/demo.js'
import { aVisit, onBrowser, signIn } from '../support/browser.js'
import { aServer, password, type TestServer } from '../support/server.js'

const admin = { username: 'admin', password }

async function aTown(): Promise<{ server: TestServer; userId: number }> {
  const server = await aServer()
  server.clock.advance('10d')
  await composeDemo(server.composed.parts).make({ users: 40, sessions: 160, seed: 'darvoza', password: null })
  const [row] = await server.composed.parts.storage.database.read<{ id: number }>(
    `SELECT s.user_id AS id FROM session s WHERE s.ended_at IS NULL AND s.user_id <> 1
     GROUP BY s.user_id ORDER BY COUNT(DISTINCT s.device_id) DESC, s.user_id LIMIT 1`,
  )
  return { server, userId: row!.id }
}

/** Words in names, addresses and badges that are broken across two lines. */
const brokenWords = (page: Page) =>
  page.evaluate(`[...document.querySelectorAll('.names > *, td > a, td .badges > *')].flatMap(element => {
    const broken = []
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const { data } = texts.currentNode
      for (const match of data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
        const range = document.createRange()
        range.setStart(texts.currentNode, match.index)
        range.setEnd(texts.currentNode, match.index + match[0].length)
        if (new Set([...range.getClientRects()].map(rect => Math.round(rect.top))).size > 1) broken.push(match[0])
      }
    }
    return broken
  })`)

onBrowser('the admin page of a user', () => {
  it('has actions, facts and devices on the first screen, forms folded, and no red button in a row', async () => {
    const { server, userId } = await aTown()
    const page = await aVisit(server)
    await signIn(page, admin)
    await page.waitForURL('**/admin')
    await page.goto(`/admin/users/${userId}`)
    const top = async (selector: string) => (await page.locator(selector).first().boundingBox())!.y
    const places = [await top('.acts'), await top('.facts'), await top('#devices'), await top('#devices tbody tr')]
    expect(places).to.deep.equal([...places].sort((a, b) => a - b))
    expect(places.at(-1)).to.be.below(700)
    expect(await page.evaluate('document.documentElement.scrollHeight')).to.be.below(1_600)
    expect(await page.locator('td .caution').count()).to.equal(0)
    expect(await page.locator('#field-username').isVisible()).to.equal(false)
    await page.locator('#profile summary').click()
    expect(await page.locator('#field-username').isVisible()).to.equal(true)
  })

  it('is less than 3200 pixels high on a phone', async () => {
    const { server, userId } = await aTown()
    const page = await aVisit(server, { size: 'phone', locale: 'ru-RU' })
    await signIn(page, admin)
    await page.waitForURL('**/admin')
    await page.goto(`/admin/users/${userId}`)
    expect(await page.evaluate('document.documentElement.scrollHeight')).to.be.below(3_200)
  })
})

onBrowser('lists of users, devices and sessions on a wide screen', () => {
  it('break no name inside a word', async () => {
    const { server } = await aTown()
    for (const locale of ['en-GB', 'uz-UZ']) {
      const page = await aVisit(server, { locale })
      await signIn(page, admin)
      await page.waitForURL('**/admin')
      for (const path of ['/admin/users', '/admin/devices', '/admin/sessions']) {
        await page.goto(path)
        expect(await brokenWords(page), `${path} ${locale}`).to.deep.equal([])
      }
    }
  })
})
