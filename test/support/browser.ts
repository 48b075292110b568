// Headless Chromium on real pages, where it is installed: one browser for the whole run, a new context for each visit.
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { missing } from './engines.js'

/** chromium-headless-shell draws no windows and needs two fifths less processor time for the same pages. */
const executable = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
  .map(name => `/usr/bin/${name}`)
  .find(existsSync)

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

/**
 * Folder of screenshots, deleted by the next build. Made only with `SCREENSHOTS` or `EVERY_LOOK`: each costs as much as
 * axe.
 */
const screenshots = fileURLToPath(new URL('../../screenshots/', import.meta.url))

export const sizes = {
  wide: { width: 1360, height: 860 },
  laptop: { width: 1024, height: 768 },
  phone: { width: 390, height: 844 },
} as const
export type Size = keyof typeof sizes

let browser: Promise<Browser> | null = null

/** A `describe` for tests that need Chromium; reports it as missing where it is not installed. */
export function onBrowser(title: string, define: () => void): void {
  // Tests of many pages, which take long on a busy machine.
  if (executable)
    describe(title, function () {
      this.timeout(60_000)
      define()
    })
  else missing(title, 'chromium is not installed (apt-get install chromium-headless-shell)')
}

/** A page in a new browser context with its own cookies, locale and colour scheme; a script error fails the test. */
export async function aVisit(
  server: { url: string },
  { size = 'wide', ...options }: BrowserContextOptions & { size?: Size } = {},
): Promise<Page> {
  browser ??= launch()
  const context = await (await browser).newContext({
    baseURL: server.url,
    viewport: sizes[size],
    locale: 'en-GB',
    timezoneId: 'Asia/Tashkent',
    ...options,
  })
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  page.on('pageerror', error => {
    throw error
  })
  return page
}

/** Imports playwright lazily: this file is part of every test run, and most runs open no page. */
async function launch(): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  return chromium.launch({ executablePath: executable!, args: flags })
}

export async function closeVisits(): Promise<void> {
  for (const context of (await browser)?.contexts() ?? []) await context.close()
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close()
  browser = null
}

export async function signIn(page: Page, user: { username: string; password: string }): Promise<void> {
  await page.goto('/login')
  await page.locator('[name=username]').fill(user.username)
  await page.locator('[name=password]').fill(user.password)
  await page.locator('main form .buttons button').first().click()
}

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** Expects no violations by axe: WCAG 2.2 A and AA, and its best practices. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  const { readFile } = await import('node:fs/promises')
  await page.evaluate(await readFile(axeSource, 'utf8'))
  const violations = await page.evaluate(async () => {
    // Without preloading of style sheets, which only one rule needs; that rule is experimental and off.
    const preload = { assets: ['media'], timeout: 10_000 }
    // @ts-expect-error axe is there by the line above
    const found = await globalThis.axe.run({ resultTypes: ['violations'], preload })
    return found.violations.map((one: { id: string; nodes: { html: string; failureSummary: string }[] }) => ({
      id: one.id,
      nodes: one.nodes.slice(0, 3).map(node => `${node.html.slice(0, 200)} ${node.failureSummary}`),
    }))
  })
  expect(violations, what).to.deep.equal([])
}

/** Expects no horizontal scrolling (WCAG 1.4.10 Reflow): page, tables and facts fit the screen. */
export async function expectNoSidewaysScroll(page: Page, what: string): Promise<void> {
  const tooWide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  expect(tooWide, `${what}: pixels wider than the screen`).to.equal(0)
  const beyond = await page.evaluate(`[...document.querySelectorAll('.card .table')].filter(table =>
    table.getBoundingClientRect().right > table.closest('.card').getBoundingClientRect().right + 1
  ).map(table => table.caption?.textContent)`)
  expect(beyond, `${what}: tables wider than their card`).to.deep.equal([])
  const facts = await page.evaluate(
    `[...document.querySelectorAll('.facts dd')].filter(fact => fact.scrollWidth > fact.clientWidth + 1).map(fact => fact.textContent)`,
  )
  expect(facts, `${what}: facts wider than their column`).to.deep.equal([])
}

/** Expects `novalidate` on every form with constraints: the browser would report errors in its own language. */
export async function expectOwnComplaints(page: Page, what: string): Promise<void> {
  const forms = await page.evaluate(`[...document.querySelectorAll('form:not([novalidate])')].filter(form =>
    form.querySelector('[required], [pattern], [type=email], [type=number], [type=url], [type^=date], [minlength]')
  ).map(form => form.outerHTML.slice(0, 200))`)
  expect(forms, `${what}: forms that the browser checks`).to.deep.equal([])
}

/** @param part size of the top part to be captured, for a page that is too high for a full screenshot */
export async function takeScreenshot(
  page: Page,
  name: string,
  part?: { width: number; height: number },
): Promise<void> {
  if (!process.env.SCREENSHOTS && !process.env.EVERY_LOOK) return
  mkdirSync(screenshots, { recursive: true })
  const what = part ? { clip: { x: 0, y: 0, ...part } } : { fullPage: true }
  await page.screenshot({ path: join(screenshots, `${name}.png`), ...what })
}
