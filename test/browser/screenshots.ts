// Makes docs/screenshots anew, for the README: `npm run screenshots`. The demo's users are invented, and the same each
// time.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { composeDemo } from '../../server/composition/demo.js'
import { aVisit, closeBrowser, signIn } from '../support/browser.js'
import { aClient } from '../support/client.js'
import { removeFolders } from '../support/engines.js'
import { aServer, password, stopSharedHashing, type TestServer } from '../support/server.js'

const folder = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url))
const admin = { username: 'admin', password }
/** On a wide screen, and small enough for a README. */
const scale = 0.75

const server = await aServer()
server.clock.advance('24d')
await composeDemo(server.composed.parts).make({ users: 400, sessions: 2_000, seed: 'darvoza', password: null })
await server.composed.jobs.runAll()

const page = await aVisit(server, { deviceScaleFactor: scale, reducedMotion: 'reduce' })
await signIn(page, admin)
mkdirSync(folder, { recursive: true })

await server.composed.parts.tokens.counters.flush()
await page.goto('/admin?range=7d')
await take(page, 'home', 1040)

await page.goto(`/admin/users/${await whoHasMany(server)}`)
await take(page, 'devices', 900)

await page.goto('/admin/inspector')
await page.locator('textarea').fill(await anEndedToken(server))
await page.locator('main form .buttons button').click()
await take(page, 'inspector', 900)

await closeBrowser()
await server.close()
await stopSharedHashing()
removeFolders()

async function take(page: Page, name: string, height: number): Promise<void> {
  await page.setViewportSize({ width: 1360, height })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

/** The user who is signed in on the most devices. */
async function whoHasMany({ composed }: TestServer): Promise<number> {
  const [row] = await composed.parts.storage.database.read<{ id: number }>(
    `SELECT s.user_id AS id FROM session s JOIN device d ON d.id = s.device_id
     WHERE s.ended_at IS NULL AND d.ended_at IS NULL AND s.user_id <> 1
     GROUP BY s.user_id ORDER BY COUNT(DISTINCT s.device_id) DESC, s.user_id LIMIT 1`,
  )
  return row!.id
}

/** The token of a user whose lost phone an administrator has ended. */
async function anEndedToken(server: TestServer): Promise<string> {
  const user = await server.aUser({ username: 'nodira.saidova', firstName: 'Nodira', lastName: 'Saidova' })
  const phone =
    'Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36'
  const { access } = await aClient(server, phone).signIn(user)
  server.clock.advance('7m')
  const adminUser = await aClient(server).signIn(admin)
  const { body } = await aClient(server).get(`/api/admin/sessions?user=${user.id}`, adminUser.access)
  await aClient(server).delete(`/api/admin/sessions/${body.results[0].id}/`, adminUser.access)
  server.clock.advance('1m')
  return access
}
