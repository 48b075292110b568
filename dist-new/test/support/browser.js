// Headless Chromium on real pages, where it is installed. One browser for the whole run, a fresh context for each visit.
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { missing } from './engines.js';
/** The shell has no windows of its own to draw: two fifths less to do for the same pages. */
const executable = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
    .map(name => `/usr/bin/${name}`)
    .find(existsSync);
const flags = [
    ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
/** Not committed, and gone with the next build: to be looked at. Made where `SCREENSHOTS` is set: a picture costs as much as axe. */
const screenshots = fileURLToPath(new URL('../../screenshots/', import.meta.url));
export const sizes = {
    wide: { width: 1360, height: 860 },
    laptop: { width: 1024, height: 768 },
    phone: { width: 390, height: 844 },
};
let browser = null;
/** Describes behaviour that needs a browser. */
export function onBrowser(title, define) {
    // Whole journeys: a busy machine takes its time.
    if (executable)
        describe(title, function () {
            this.timeout(60_000);
            define();
        });
    else
        missing(title, 'chromium is not installed (apt-get install chromium-headless-shell)');
}
/** A visit with cookies, language and look of its own; what the page's scripts complain of fails the test. */
export async function aVisit(server, { size = 'wide', ...options } = {}) {
    browser ??= launch();
    const context = await (await browser).newContext({
        baseURL: server.url,
        viewport: sizes[size],
        locale: 'en-GB',
        timezoneId: 'Asia/Tashkent',
        ...options,
    });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    page.on('pageerror', error => {
        throw error;
    });
    return page;
}
/** Loaded here: every run of tests has this file, and most look at no page. */
async function launch() {
    const { chromium } = await import('playwright-core');
    return chromium.launch({ executablePath: executable, args: flags });
}
export async function closeVisits() {
    for (const context of (await browser)?.contexts() ?? [])
        await context.close();
}
export async function closeBrowser() {
    await (await browser)?.close();
    browser = null;
}
export async function signIn(page, user) {
    await page.goto('/login');
    await page.locator('[name=username]').fill(user.username);
    await page.locator('[name=password]').fill(user.password);
    await page.locator('main form .buttons button').first().click();
}
const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Insists that axe finds nothing: WCAG 2.2 A and AA, and its own best practices. */
export async function expectAccessible(page, what) {
    const { readFile } = await import('node:fs/promises');
    await page.evaluate(await readFile(axeSource, 'utf8'));
    const violations = await page.evaluate(async () => {
        // Style sheets would be fetched and parsed anew for one rule, which is experimental and off.
        const preload = { assets: ['media'], timeout: 10_000 };
        // @ts-expect-error axe is there by the line above
        const found = await globalThis.axe.run({ resultTypes: ['violations'], preload });
        return found.violations.map((one) => ({
            id: one.id,
            nodes: one.nodes.slice(0, 3).map(node => `${node.html.slice(0, 200)} ${node.failureSummary}`),
        }));
    });
    expect(violations, what).to.deep.equal([]);
}
/** Nothing is wider than the screen: a person would have to push the page from side to side (WCAG 1.4.10). */
export async function expectNoSidewaysScroll(page, what) {
    const tooWide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(tooWide, `${what}: pixels wider than the screen`).to.equal(0);
    const beyond = await page.evaluate(`[...document.querySelectorAll('.card .table')].filter(table =>
    table.getBoundingClientRect().right > table.closest('.card').getBoundingClientRect().right + 1
  ).map(table => table.caption?.textContent)`);
    expect(beyond, `${what}: tables wider than their card`).to.deep.equal([]);
    const facts = await page.evaluate(`[...document.querySelectorAll('.facts dd')].filter(fact => fact.scrollWidth > fact.clientWidth + 1).map(fact => fact.textContent)`);
    expect(facts, `${what}: facts wider than their column`).to.deep.equal([]);
}
/** No browser is asked to complain of a field, which it would do in a language of its own. */
export async function expectOwnComplaints(page, what) {
    const forms = await page.evaluate(`[...document.querySelectorAll('form:not([novalidate])')].filter(form =>
    form.querySelector('[required], [pattern], [type=email], [type=number], [type=url], [type^=date], [minlength]')
  ).map(form => form.outerHTML.slice(0, 200))`);
    expect(forms, `${what}: forms that the browser checks`).to.deep.equal([]);
}
/** @param part of a page that is too high for a picture of the whole: so much of its top */
export async function takeScreenshot(page, name, part) {
    if (!process.env.SCREENSHOTS && !process.env.EVERY_LOOK)
        return;
    mkdirSync(screenshots, { recursive: true });
    const what = part ? { clip: { x: 0, y: 0, ...part } } : { fullPage: true };
    await page.screenshot({ path: join(screenshots, `${name}.png`), ...what });
}
//# sourceMappingURL=browser.js.map