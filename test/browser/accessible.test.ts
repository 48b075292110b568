// Every page, light on a wide screen and dark on a phone: axe finds no violation, nothing overflows sideways, and
// neither scripts nor the CSP report an error. Leaves a screenshot of each (dist/screenshots). EVERY_LOOK=1 tries each
// colour scheme with each size, and leaves screenshots of each language too.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { pathOfUserCode } from '../../server/http/pages/connect.js'
import { pageRoutes } from '../../server/http/pages/routes.js'
import { ownPermissions } from '../../server/policy/permissions.js'
import { anAgreedApplication, aResourceServer, aWebsite } from '../support/authorizations.js'
import {
  aVisit,
  expectAccessible,
  expectNoSidewaysScroll,
  expectOwnComplaints,
  onBrowser,
  type Size,
  signIn,
  sizes,
  takeScreenshot,
} from '../support/browser.js'
import { aClient } from '../support/client.js'
import { aDelivery } from '../support/deliveries.js'
import { aDeviceCode } from '../support/device-codes.js'
import { aLegacyToken, aServerAfterDjango } from '../support/legacy-tokens.js'
import { password, settle, type TestServer } from '../support/server.js'

const admin = { username: 'admin', password }

type Shown = { name: string; path: string; prepare?: (page: Page, server: TestServer) => Promise<void> }

const outside: Shown[] = [
  { name: 'landing', path: '/' },
  { name: 'sign-in', path: '/login?next=%2Faccount' },
  {
    name: 'sign-in refused',
    path: '/login',
    prepare: page => signIn(page, { username: 'admin', password: 'wrong' }),
  },
  { name: 'nothing here', path: '/nothing' },
  { name: 'signed out', path: '/oauth/logout' },
  { name: 'connect', path: '/device?user_code=BCDF-GHJK' },
  { name: 'error codes', path: '/errors' },
  { name: 'error code', path: '/errors/token_reused' },
  {
    name: 'first password',
    path: '/login',
    prepare: page => signIn(page, { username: 'newcomer', password }),
  },
]

const inside: Shown[] = [
  { name: 'profile', path: '/account' },
  {
    name: 'profile refused',
    path: '/account',
    async prepare(page) {
      await page.getByLabel('E-mail').evaluate(input => {
        ;(input as unknown as { type: string }).type = 'text'
      })
      await page.getByLabel('E-mail').fill('nobody')
      await page.getByRole('button', { name: 'Save' }).click()
    },
  },
  { name: 'password', path: '/account/password' },
  { name: 'sign out asked', path: '/oauth/logout?client_id=shop' },
  { name: 'devices', path: '/account/devices' },
  {
    name: 'devices asked',
    path: '/account/devices',
    prepare: page => page.locator('.confirm summary').first().click(),
  },
  {
    name: 'applications',
    path: '/account/applications',
    prepare: page => page.locator('.confirm summary').first().click(),
  },
  {
    name: 'consent',
    path: '/consent',
    async prepare(page) {
      const asked = {
        client_id: 'weather',
        response_type: 'code',
        scope: 'openid profile email read offline_access',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
        redirect_uri: 'https://weather.example/callback',
      }
      await page.goto(`/oauth/authorize?${new URLSearchParams(asked)}`)
      await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
    },
  },
  { name: 'connect by a code', path: '/device' },
  { name: 'connect refused', path: '/device?user_code=bcdf-ghjk' },
  {
    name: 'connect asked',
    path: '/device',
    async prepare(page, server) {
      const { userCode } = await aDeviceCode(server, `television-${Math.random()}`)
      await page.goto(pathOfUserCode(userCode))
      await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
    },
  },
  {
    name: 'connect done',
    path: '/device',
    async prepare(page, server) {
      const { userCode } = await aDeviceCode(server, `television-${Math.random()}`)
      await page.goto(pathOfUserCode(userCode))
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      await page.getByText('Go back to your device').waitFor()
    },
  },
  { name: 'own API keys', path: '/account/keys' },
  { name: 'new API key', path: '/account/keys/new' },
  {
    name: 'new API key refused',
    path: '/account/keys/new',
    prepare: page => page.locator('#api-key-form .buttons button').click(),
  },
  {
    name: 'API key made',
    path: '/account/keys/new',
    async prepare(page) {
      await page.getByLabel('Name', { exact: true }).fill('Nightly report')
      await page.locator('input[name="own:darvoza:account"]').check()
      await page.locator('input[name=expires][value=never]').check()
      await page.locator('#api-key-form .buttons button').click()
      await page.locator('.given').waitFor()
    },
  },
  { name: 'events', path: '/account/events' },
  { name: 'users', path: '/admin/users' },
  { name: 'home', path: '/admin' },
  { name: 'home week', path: '/admin?range=7d' },
  { name: 'home month', path: '/admin?range=30d' },
  {
    name: 'home figures',
    path: '/admin?range=never',
    async prepare(page) {
      for (const summary of await page.locator('.plot summary').all()) await summary.click()
    },
  },
  { name: 'users none', path: '/admin/users?text=zzz' },
  { name: 'new user', path: '/admin/users/new' },
  {
    name: 'new user refused',
    path: '/admin/users/new',
    prepare: page => page.locator('main form .buttons button').click(),
  },
  {
    name: 'password made',
    path: '/admin/users/4/password',
    prepare: page => page.locator('main form .buttons button').click(),
  },
  { name: 'reset password', path: '/admin/users/2/password' },
  {
    name: 'many users',
    path: '/admin/users',
    async prepare(page) {
      await page.locator('tbody input[type=checkbox]').first().check()
      await page.locator('button[value=disable]').click()
      await page.locator('.preview').waitFor()
    },
  },
  { name: 'all devices', path: '/admin/devices' },
  {
    name: 'one device',
    path: '/admin/devices',
    prepare: page => page.locator('tbody a[href^="/admin/devices/"]').first().click(),
  },
  { name: 'end many devices', path: '/admin/devices/end?user=amina.karimova' },
  { name: 'all sessions', path: '/admin/sessions' },
  { name: 'all sessions none', path: '/admin/sessions?user=nobody' },
  { name: 'all sessions of several', path: '/admin/sessions?user=%40example.com' },
  { name: 'end many sessions', path: '/admin/sessions/end?user=amina.karimova' },
  {
    name: 'one session',
    path: '/admin/sessions',
    prepare: page => page.locator('tbody a[href^="/admin/sessions/"]').first().click(),
  },
  { name: 'user', path: '/admin/users/2' },
  { name: 'new API key of a user', path: '/admin/users/4/keys/new' },
  { name: 'API keys', path: '/admin/api-keys' },
  { name: 'logout tokens', path: '/admin/deliveries' },
  { name: 'applications', path: '/admin/applications' },
  { name: 'resource servers', path: '/admin/resource-servers' },
  { name: 'registration', path: '/admin/applications/-/tokens' },
  { name: 'new application', path: '/admin/applications/-/new' },
  {
    name: 'new application refused',
    path: '/admin/applications/-/new?kind=web',
    async prepare(page) {
      await page.locator('main form .disclosure summary').click()
      await page.locator('main form .buttons button').click()
    },
  },
  { name: 'new resource server', path: '/admin/applications/-/new?kind=resource_server' },
  { name: 'application', path: '/admin/applications/shop' },
  {
    name: 'application asked',
    path: '/admin/applications/shop',
    prepare: page => page.locator('.confirm summary').nth(1).click(),
  },
  {
    name: 'application settings',
    path: '/admin/applications/shop?tab=settings',
    prepare: page => page.locator('main form .disclosure summary').click(),
  },
  { name: 'application access', path: '/admin/applications/shop?tab=access' },
  { name: 'application test', path: '/admin/applications/shop?tab=test' },
  { name: 'application test not begun', path: '/admin/applications/shop/test/back' },
  { name: 'application lifetimes', path: '/admin/applications/shop?tab=lifetimes' },
  {
    name: 'application lifetimes preview',
    path: '/admin/applications/shop?tab=lifetimes',
    async prepare(page) {
      await page.locator('#field-access_token_lifetime').fill('5m')
      await page.locator('main form .buttons button').click()
      await page.locator('.preview').waitFor()
    },
  },
  { name: 'application resource', path: '/admin/applications/orders?tab=resource' },
  {
    name: 'application secret made',
    path: '/admin/applications/shop?tab=secrets',
    prepare: page => page.locator('main form .buttons button').last().click(),
  },
  { name: 'policies', path: '/admin/policies' },
  { name: 'policy change', path: '/admin/policies/change?group=lifetimes' },
  { name: 'policy preview', path: '/admin/policies/preview?refresh_token_lifetime=1h&version=2&apply=now' },
  { name: 'policy versions', path: '/admin/policies/versions' },
  { name: 'policy undo', path: '/admin/policies/versions/2/undo' },
  { name: 'roles', path: '/admin/roles' },
  { name: 'role matrix', path: '/admin/roles/-/matrix' },
  { name: 'new role', path: '/admin/roles/-/new' },
  { name: 'role', path: '/admin/roles/clerk' },
  { name: 'role built in', path: '/admin/roles/support' },
  { name: 'keys', path: '/admin/keys' },
  {
    name: 'keys asked',
    path: '/admin/keys',
    prepare: page => page.locator('.confirm summary').nth(1).click(),
  },
  { name: 'revocations', path: '/admin/revocations' },
  { name: 'what ends what', path: '/admin/revocations/effects' },
  { name: 'revoke by hand', path: '/admin/revocations/new?what=all_ended&subject=bobur&reason=lost' },
  {
    name: 'revoke by hand asked',
    path: '/admin/revocations/new?what=all_ended&subject=bobur&reason=lost',
    prepare: page => page.locator('main form .buttons button').click(),
  },
  { name: 'inspector', path: '/admin/inspector' },
  {
    name: 'inspector refused',
    path: '/admin/inspector',
    async prepare(page) {
      await page.locator('textarea').fill('eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IngifQ.eyJzdWIiOiIxIn0.AAAA')
      await page.locator('main form .buttons button').click()
    },
  },
  {
    name: 'inspector of an API key',
    path: '/admin/inspector',
    async prepare(page, { composed }) {
      const wanted = { name: 'Nightly', scopes: ['darvoza:users:read'] }
      const { text } = await composed.parts.apiKeys.apiKeys.create(1, wanted, 'system')
      await page.locator('textarea').fill(text)
      await page.locator('main form .buttons button').click()
      await page.getByText('The API key is valid').waitFor()
    },
  },
  { name: 'audit', path: '/admin/audit' },
  {
    name: 'audit opened',
    path: '/admin/audit',
    prepare: page => page.locator('.disclosure summary').first().click(),
  },
  { name: 'audit entry', path: '/admin/audit/1' },
  { name: 'incidents', path: '/admin/incidents' },
  { name: 'former service', path: '/admin/former-service' },
  {
    name: 'language menu',
    path: '/admin/users',
    prepare: page => page.locator('summary', { hasText: 'English' }).click(),
  },
  {
    name: 'account menu',
    path: '/admin/users',
    prepare: page => page.locator('summary', { hasText: 'Account menu' }).click(),
  },
  { name: 'error codes inside', path: '/errors' },
  { name: 'error code inside', path: '/errors/permission_denied' },
  {
    name: 'refused',
    path: '/admin/users/1',
    async prepare(page) {
      await page.locator('summary', { hasText: 'Disable' }).click()
      await page.getByRole('button', { name: 'Disable' }).click()
    },
  },
  {
    name: 'password again',
    path: '/admin/users/2',
    async prepare(page, server) {
      server.clock.advance('6m')
      await page.locator('summary', { hasText: 'Disable' }).click()
      await page.getByRole('button', { name: 'Disable' }).click()
    },
  },
]

const devices = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0',
]

/** A server with users, roles, devices and applications, so that pages are not empty. */
async function aTown(): Promise<TestServer> {
  const server = await aServerAfterDjango()
  await server.composed.parts.people.roles.create('clerk', ['darvoza:users:read', 'orders:write'], 'system')
  const people = [
    ['amina.karimova', 'Amina', 'Karimova'],
    ['bobur', 'Bobur', 'Yusupov'],
    ['elena.petrova', 'Elena', 'Petrova'],
    ['a-very-long-username-of-thirty', 'Maximiliana Alexandrovna', 'Bartholomew-Featherstonehaugh'],
  ] as const
  for (const [username, firstName, lastName] of people) {
    const roles = { bobur: ['support'], 'elena.petrova': ['clerk'] }[username as string] ?? []
    await server.aUser({ username, firstName, lastName, email: `${username}@example.com`, roles })
  }
  await server.aUser({ username: 'newcomer', mustChangePassword: true })
  const { applications } = server.composed.parts.applications
  await applications.create(
    {
      ...{ id: 'shop', name: 'Shop', kind: 'web' },
      metadata: { redirect_uris: ['https://shop.example/callback'], scope: 'openid profile email orders:read' },
    },
    'system',
  )
  await applications.create(
    {
      ...{ id: 'orders', name: 'Orders', kind: 'resource_server', metadata: {} },
      resource: 'https://orders.example',
      resourceScopes: [{ name: 'orders:read', description: 'See orders' }],
    },
    'system',
  )
  for (const userAgent of devices) {
    await aClient(server, userAgent).signIn({ username: 'amina.karimova', password })
    await aClient(server, userAgent).signIn(admin)
    server.clock.advance('3h')
  }
  await aResourceServer(server, 'forecasts', 'read')
  await aWebsite(server, 'weather', {
    name: 'Weather of the day after tomorrow',
    metadata: { client_uri: 'https://weather.example', tos_uri: 'https://weather.example/terms' },
  })
  await settle(server.composed)
  await someApiKeys(server)
  await someDeliveries(server)
  for (const userId of [1, 2]) await anAgreedApplication(server, userId)
  // An incident: its details are long, and stand in narrow columns.
  const phone = aClient(server, devices[0])
  const { refresh } = await phone.signIn({ username: 'elena.petrova', password })
  const { body } = await phone.refresh(refresh)
  server.clock.advance('25s')
  await phone.refresh(body.refresh)
  server.clock.advance('25s')
  await aClient(server, devices[1]).refresh(refresh)
  for (const jti of ['once', 'once', 'again']) await phone.refresh(aLegacyToken(3, { jti }))
  await phone.refresh(aLegacyToken(3, { user_id: 999 }))
  await phone.refresh(aLegacyToken(3, {}, { secret: 'of somebody else' }))
  await server.composed.parts.legacy.legacyCounts.flush()
  for (const table of ['session', 'device'])
    await server.composed.parts.storage.database.write(
      `UPDATE ${table} SET address = '2001:db8:85a3:1234:5678:8a2e:370:7334' WHERE user_id = 2`,
    )
  return server
}

/** One pending, one failed and one abandoned delivery. */
async function someDeliveries(server: TestServer): Promise<void> {
  const { database } = server.composed.parts.storage
  const ids: string[] = []
  for (let count = 0; count < 3; count++) ids.push(await aDelivery(server, { id: 2, username: 'amina.karimova' }))
  await database.write("UPDATE delivery SET attempts = 3, failure = 'STATUS', status = 503 WHERE id = ?", [ids[1]!])
  await database.write(
    "UPDATE delivery SET state = 'gave_up', failure = 'NOT_ALLOWED', done_at = created_at, ended = 'browser' WHERE id = ?",
    [ids[2]!],
  )
}

/** API keys of each kind: temporary, permanent, of a resource server, expired and ended. */
async function someApiKeys({ composed, clock }: TestServer): Promise<void> {
  const { apiKeys } = composed.parts.apiKeys
  const soon = clock.now() + 3_600_000
  const every = ['darvoza:account', ...Object.keys(ownPermissions)]
  for (const userId of [1, 2]) {
    const make = async (name: string, scopes: string[], more: object = {}) =>
      (await apiKeys.create(userId, { name, scopes, ...more }, 'system')).key.id
    await make('Report', ['darvoza:account'], { expiresAt: soon })
    await apiKeys.end(await make('Of before', ['darvoza:account']), null, 'system')
    await make('A key with a name that is rather long, for a script that nobody remembers', [], {
      resource: 'https://orders.example',
    })
    if (userId === 2) continue
    await make('Backup', every, { elevated: true })
    const used = await make('Nightly', ['darvoza:users:read', 'darvoza:audit:read'], { expiresAt: soon + 1e10 })
    await composed.parts.storage.apiKeyStore.used(
      composed.parts.storage.database,
      used,
      clock.now(),
      '2001:db8:85a3:1234:5678:8a2e:370:7334',
    )
  }
  clock.advance('2h')
}

/** Sizes at which names in another language may need more space. */
const sized: Size[] = ['wide', 'laptop', 'phone']
const looks: { colorScheme: 'light' | 'dark'; size: Size }[] = [
  { colorScheme: 'light', size: 'wide' },
  { colorScheme: 'dark', size: 'phone' },
]
if (process.env.EVERY_LOOK) looks.push({ colorScheme: 'dark', size: 'wide' }, { colorScheme: 'light', size: 'phone' })

async function expectFit(page: Page, name: string, locale: string): Promise<void> {
  for (const size of sized) {
    await page.setViewportSize(sizes[size])
    if (process.env.EVERY_LOOK) await takeScreenshot(page, `${name} ${locale} ${size}`)
    await expectNoSidewaysScroll(page, `${name} on a ${size} screen`)
  }
}

/** Pages that are not checked here, and why. */
const unseen: Record<string, string> = {
  '/swagger': 'made by swagger-ui: api-documents.test.ts',
  '/redoc': 'made by redoc: api-documents.test.ts',
  '/admin/audit/export': 'a file',
  '/admin/users.csv': 'a file',
  '/admin/applications.csv': 'a file',
  '/admin/api-keys.csv': 'a file',
}

describe('the list of checked pages', () => {
  it('contains every page route, but for those of swagger-ui, redoc and files', () => {
    const shown = [...outside, ...inside].map(({ path }) => path.split('?')[0]!)
    const matches = (route: string) => new RegExp(`^${route.replace(/[:*]\w+/g, '[^/]+')}$`)
    const missing = Object.values(pageRoutes)
      .filter(({ method, path }) => method === 'GET' && !shown.some(one => matches(path).test(one)))
      .map(({ path }) => path)
    expect(missing.sort()).to.deep.equal(Object.keys(unseen).sort())
  })
})

onBrowser('every page', () => {
  for (const { colorScheme, size } of looks) {
    it(`has no axe violation, sideways scroll or console error in ${colorScheme} on a ${size} screen`, async () => {
      const town = await aTown()
      const page = await aVisit(town, { colorScheme, size, reducedMotion: 'reduce' })
      const complaints: string[] = []
      page.on('console', message => {
        // Chromium logs each page with an error status.
        if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text())
      })
      const check = async ({ name, path, prepare }: Shown) => {
        await page.goto(path)
        await prepare?.(page, town)
        await takeScreenshot(page, `${name} ${colorScheme} ${size}`)
        await expectAccessible(page, name)
        await expectNoSidewaysScroll(page, name)
        await expectOwnComplaints(page, name)
      }
      for (const shown of outside) await check(shown)
      await page.context().clearCookies()
      await signIn(page, admin)
      for (const shown of inside) {
        await check(shown)
        if (shown.prepare || colorScheme !== looks[0]!.colorScheme || size !== looks[0]!.size) continue
        await expectFit(page, shown.name, 'en')
        await page.setViewportSize(sizes[size])
      }
      expect(complaints).to.deep.equal([])
    }).timeout(300_000)
  }

  // English is checked above, where the pages are open already.
  for (const locale of ['uz', 'ru']) {
    it(`does not scroll sideways on a ${sized.join(', ')} screen in ${locale}`, async () => {
      const page = await aVisit(await aTown(), { locale, size: sized[0]! })
      await signIn(page, admin)
      for (const { name, path, prepare } of inside) {
        if (prepare) continue
        await page.goto(path)
        await expectFit(page, name, locale)
      }
    }).timeout(120_000)
  }
})
