// Every component of views/components, in its states. Leaves screenshots, which developers of pages can look at.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { Context } from '../../server/http/handler.js'
import { createFrames } from '../../server/http/pages/frame.js'
import { createTexts } from '../../server/http/pages/texts.js'
import { createViews } from '../../server/http/pages/views.js'
import {
  aVisit,
  expectAccessible,
  expectNoSidewaysScroll,
  onBrowser,
  type Size,
  sizes,
  takeScreenshot,
} from '../support/browser.js'
import { aServer } from '../support/server.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const sample = '../test/browser/components'
/** Components in the layout of every page, or within others. */
const elsewhere = ['account-menu', 'crumbs', 'nav', 'preferences', 'field', 'pagination', 'value', 'empty']

function content(assetPath: (name: string) => string): string {
  const views = createViews(join(root, 'views'))
  const frameOf = createFrames({
    views,
    texts: createTexts(join(root, 'views/locales')),
    issuer: 'http://localhost:4000',
    assetPath,
    formToken: () => 'a-token',
    now: () => Date.parse('2026-01-05T09:00:00Z'),
    readerOf: () => ({ language: 'en', theme: 'auto', zone: 'Asia/Tashkent', zoneKnown: true }),
  })
  const url = '/components?sort=-count'
  const frame = frameOf({ method: 'GET', url, path: '/components', querystring: 'sort=-count', state: {} } as Context)
  return views.render(sample, frame)
}

/** Opens the components at an address of the server, which has no such page itself. */
async function aPageOfComponents(options: Parameters<typeof aVisit>[1]): Promise<Page> {
  const page = await aVisit(await aServer(), options)
  await page.goto('/')
  const [, build] = /\/assets\/([\w-]{12})\//.exec(await page.content()) ?? []
  const assetPath = (name: string) => `/assets/${build}/${name}`
  const body = `<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <title>Components</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="stylesheet" href="${assetPath('css/site.css')}">
        <script type="module" src="${assetPath('js/site.js')}"></script>
      </head>
      <body><main class="page"><h1>Components</h1>${content(assetPath)}</main></body>
    </html>`
  await page.route('**/components', route => route.fulfill({ contentType: 'text/html', body }))
  await page.goto('/components', { waitUntil: 'networkidle' })
  return page
}

onBrowser('every view component', () => {
  it('is on the page of components', () => {
    const text = readFileSync(join(root, 'test/browser/components.ejs'), 'utf8')
    const names = readdirSync(join(root, 'views/components')).map(file => file.replace('.ejs', ''))
    const absent = names.filter(name => !elsewhere.includes(name) && !text.includes(`'${name}'`))
    expect(absent).to.deep.equal([])
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const size of Object.keys(sizes) as Size[]) {
      it(`has no axe violation and no sideways scroll in ${colorScheme} on a ${size} screen`, async () => {
        const page = await aPageOfComponents({ colorScheme, size })
        // User input is escaped in every component.
        expect(await page.locator('td b').count()).to.equal(0)
        await takeScreenshot(page, `components ${colorScheme} ${size}`)
        await expectAccessible(page, 'components')
        await expectNoSidewaysScroll(page, 'components')
      })
    }
  }

  it('table: the select-all box picks every row, and the number of picked rows is shown', async () => {
    const page = await aPageOfComponents({})
    const end = page.locator('#bulk').getByRole('button', { name: 'End' })
    expect(await end.isDisabled()).to.equal(true)
    await page.locator('[data-pick-all]').check()
    await page.getByText('Picked: 3').waitFor()
    expect(await end.isDisabled()).to.equal(false)
    await page.getByLabel('Pick amina').uncheck()
    await page.getByText('Picked: 2').waitFor()
  })
})
