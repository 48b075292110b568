// A valid form for every POST route of the pages, each about a new user and new objects, so that an attack with it is
// refused for the intended reason and not for an invalid field.
import { pathOfUserCode } from '../../server/http/pages/connect.js'
import { type PageRouteName, pageRoutes } from '../../server/http/pages/routes.js'
import { anApplication, changeApplication } from './applications.js'
import { anAgreedApplication } from './authorizations.js'
import { aClient } from './client.js'
import { aDelivery, aToldApplication } from './deliveries.js'
import { aDeviceCode } from './device-codes.js'
import { anInitialAccessToken } from './registrations.js'
import { password, type TestServer } from './server.js'
import { devicesOf } from './sessions.js'
import { aVisitor, type Visitor } from './visitor.js'

export type FormName = {
  [N in PageRouteName]: (typeof pageRoutes)[N]['method'] extends 'POST' ? N : never
}[PageRouteName]

/** A user with a device, a session and a role, and the newest policy version: the subjects of a form. */
export type World = {
  server: TestServer
  person: { id: number; username: string; password: string }
  sid: string
  deviceId: string
  roleName: string
  policyVersion: number
}

type Filled = { path?: Record<string, string>; fields: Record<string, string> }

type FormRow = {
  /** The sender: an administrator by default, the user of the world, or a visitor who is not signed in (`nobody`). */
  by?: 'person' | 'nobody'
  /** The route only reads. */
  looks?: true
  /** @param sender the browser that will submit the form */
  fill: (world: World, sender: Visitor) => Filled | Promise<Filled>
}

const profile = { first_name: 'Amelia', last_name: 'Pond', email: 'amelia@example.com' }
const longPassword = 'a much better horse'

const onPerson =
  (fields: (world: World) => Record<string, string> = () => ({})) =>
  (world: World): Filled => ({ path: { id: String(world.person.id) }, fields: fields(world) })
const onDevice =
  (fields: Record<string, string> = {}) =>
  ({ deviceId: id }: World): Filled => ({ path: { id }, fields })
const onRole =
  (fields: (world: World) => Record<string, string> = () => ({})) =>
  (world: World): Filled => ({ path: { name: world.roleName }, fields: fields(world) })
const pickPerson =
  (fields: Record<string, string>) =>
  ({ person }: World): Filled => ({ fields: { ...fields, [`pick:${person.id}`]: '1', back: '/admin/users' } })
const revocation = ({ person }: World): Filled => ({
  fields: { what: 'all_ended', subject: String(person.id), reason: 'lost' },
})
const activeKey = async ({ server }: World) =>
  (await server.composed.parts.keys.keyRing.list()).find(key => key.state === 'active' && key.algorithm === 'ES256')!
    .kid
/** A new key, published and not yet active. */
const waitingKey = async ({ server }: World) => (await server.composed.parts.keys.keyRing.rotate({}, 'system')).key.kid

/** The ticket of an authorization request that this browser has started. */
async function aTicket(server: TestServer, mark: string, visitor: Visitor): Promise<string> {
  const id = `shop-${mark}`
  const redirectUri = 'https://shop.example/back'
  await anApplication(server, id, { metadata: { redirect_uris: [redirectUri], allow_without_pkce: true } })
  const query = new URLSearchParams({ client_id: id, redirect_uri: redirectUri, response_type: 'code' })
  const { headers } = await visitor.send('GET', `/oauth/authorize?${query}`)
  return new URL(headers.get('location')!, server.url).searchParams.get('ticket')!
}
/** A new website as the subject of a form. */
const anApplicationOf = async ({ server, person }: World) => {
  const made = await server.composed.parts.applications.applications.create(
    {
      name: `Shop of ${person.username}`,
      kind: 'web',
      metadata: { redirect_uris: ['https://shop.example/callback'] },
    },
    'system',
  )
  return made.application
}
const onApplication =
  (fields: Record<string, string> = {}) =>
  async (world: World): Promise<Filled> => ({ path: { id: (await anApplicationOf(world)).id }, fields })

const anApiKey = { name: 'Nightly', resource: '', 'own:darvoza:account': '1', expires: '90d', until: '' }
async function anApiKeyOf({ composed }: TestServer, userId: number): Promise<string> {
  const wanted = { name: 'Nightly', scopes: ['darvoza:account'] }
  return (await composed.parts.apiKeys.apiKeys.create(userId, wanted, 'system')).key.id
}

/** The user of a browser session. */
async function userOf({ composed }: TestServer, { cookies }: Visitor): Promise<number> {
  return (await composed.parts.signIn.browserSessions.find(cookies.get('darvoza-4000') ?? ''))!.user.id
}

/** The value of a hidden field of a page. */
async function hiddenOn(visitor: Visitor, path: string, name: string): Promise<string> {
  const { text } = await visitor.open(path)
  const value = new RegExp(`name="${name}" value="([^"]+)"`).exec(text)?.[1]
  if (value === undefined) throw new Error(`no ${name} on ${path}: ${text.slice(0, 2_000)}`)
  return value
}

export const forms: Record<FormName, FormRow> = {
  signIn: { by: 'nobody', fill: ({ person }) => ({ fields: { username: person.username, password, next: '' } }) },
  leaveSignIn: {
    by: 'nobody',
    looks: true,
    fill: async ({ server, person }, sender) => ({
      fields: { ticket: await aTicket(server, person.username, sender) },
    }),
  },
  signOut: { by: 'person', fill: () => ({ fields: {} }) },
  confirmLogout: { by: 'person', fill: () => ({ fields: { state: 'a' } }) },
  prefer: { by: 'person', looks: true, fill: () => ({ fields: { language: 'ru', theme: 'dark' } }) },
  prove: { by: 'person', looks: true, fill: () => ({ fields: { next: '/account', _proof: password } }) },

  saveConsent: {
    by: 'person',
    async fill({ server, person }, sender) {
      const ticket = await aTicket(server, `for-${person.username}`, sender)
      const shown = await hiddenOn(sender, `/consent?${new URLSearchParams({ ticket })}`, 'shown')
      return { fields: { ticket, shown, decision: 'allow' } }
    },
  },
  decideConnect: {
    by: 'person',
    async fill({ server, person }, sender) {
      const { userCode } = await aDeviceCode(server, `tv-of-${person.username}`)
      const shown = await hiddenOn(sender, pathOfUserCode(userCode), 'shown')
      return { fields: { user_code: userCode, shown, decision: 'allow' } }
    },
  },
  saveProfile: { by: 'person', fill: () => ({ fields: profile }) },
  savePassword: {
    by: 'person',
    fill: () => ({
      fields: { old_password: password, new_password: longPassword, new_password_again: longPassword, next: '' },
    }),
  },
  endOwnOtherDevices: { by: 'person', fill: () => ({ fields: {} }) },
  renameOwnDevice: { by: 'person', fill: onDevice({ name: 'Kitchen' }) },
  endOwnDevice: { by: 'person', fill: onDevice() },

  withdrawOwnApplication: {
    by: 'person',
    async fill({ server }, sender) {
      return { path: { id: await anAgreedApplication(server, await userOf(server, sender)) }, fields: {} }
    },
  },

  createOwnApiKeyPage: { by: 'person', fill: () => ({ fields: anApiKey }) },
  endOwnApiKeyPage: {
    by: 'person',
    fill: async ({ server }, sender) => ({
      path: { id: await anApiKeyOf(server, await userOf(server, sender)) },
      fields: {},
    }),
  },
  createApiKeyOfUserPage: { fill: onPerson(() => anApiKey) },
  sendDeliveryAgainPage: {
    fill: async ({ server, person }) => ({ path: { id: await aDelivery(server, person) }, fields: {} }),
  },
  testApplicationLogoutPage: {
    looks: true,
    fill: async ({ server }) => ({ path: { id: await aToldApplication(server) }, fields: {} }),
  },
  endApiKeyPage: {
    fill: async ({ server, person }) => ({ path: { id: await anApiKeyOf(server, person.id) }, fields: { back: '' } }),
  },

  createUserPage: {
    fill: ({ person }) => ({
      fields: { username: `new-${person.username}`, ...profile, password: longPassword, 'roles:support': '1' },
    }),
  },
  changeUsersPage: { looks: true, fill: pickPerson({ change: 'add-role', role: 'support' }) },
  disableUsersPage: { fill: pickPerson({}) },
  signOutUsersPage: { fill: pickPerson({}) },
  addRoleToUsersPage: { fill: pickPerson({ role: 'support' }) },
  removeRoleFromUsersPage: {
    fill: world => pickPerson({ role: world.roleName })(world),
  },
  saveUserPage: { fill: onPerson(({ person }) => ({ username: `re-${person.username}`, ...profile })) },
  saveUserRoles: { fill: onPerson(() => ({ 'roles:support': '1', permissions: 'orders:read' })) },
  savePasswordOfUser: { fill: onPerson(() => ({ password: longPassword })) },
  withdrawOfUserPage: {
    fill: async ({ server, person }) => ({
      path: { id: String(person.id), application: await anAgreedApplication(server, person.id) },
      fields: {},
    }),
  },
  deleteUserPage: { fill: onPerson() },
  disableUserPage: { fill: onPerson() },
  enableUserPage: {
    async fill(world) {
      await world.server.composed.parts.people.users.disable(world.person.id, 'system')
      return onPerson()(world)
    },
  },
  signOutUserPage: { fill: onPerson() },

  createApplicationPage: {
    fill: ({ person }) => ({
      fields: {
        ...{ kind: 'web', client_name: `Web of ${person.username}`, redirect_uris: 'https://web.example/callback' },
        ...{ client_id: `web-${person.username}`, token_endpoint_auth_method: 'client_secret_basic' },
        ...{ 'scope:openid': '1', 'scope:profile': '1' },
      },
    }),
  },
  saveApplicationPage: {
    fill: onApplication({
      ...{ client_name: 'Another', redirect_uris: 'https://other.example/callback' },
      ...{ token_endpoint_auth_method: 'client_secret_post', 'grant_types:authorization_code': '1' },
    }),
  },
  saveApplicationAccess: { fill: onApplication({ 'scope:openid': '1', permissions: 'orders:read' }) },
  saveApplicationResource: {
    fill: world =>
      onApplication({
        resource: `https://${world.person.username}.example`,
        ...{ scope_0_name: 'orders:read', scope_0_description: 'See orders', scope_0_uz: '', scope_0_ru: '' },
      })(world),
  },
  newApplicationSecret: { fill: onApplication({ overlap: '3600' }) },
  retireApplicationSecret: {
    async fill(world) {
      const { id } = await anApplicationOf(world)
      const [secret] = await world.server.composed.parts.applications.secretChanges.list(id)
      return { path: { id, secret: secret!.id }, fields: {} }
    },
  },
  previewApplicationLifetimesPage: { looks: true, fill: onApplication({ access_token_lifetime: '5m' }) },
  saveApplicationLifetimes: { fill: onApplication({ access_token_lifetime: '5m' }) },
  testApplicationPage: { looks: true, fill: onApplication({ prompt: 'consent' }) },
  // An unknown state redirects back.
  redeemApplicationTest: { looks: true, fill: onApplication({ code: 'dvz_code_x', state: 'x' }) },
  createRegistrationToken: { fill: () => ({ fields: { name: 'For the tools', most_uses: '3', expires: '7d' } }) },
  endRegistrationToken: {
    fill: async ({ server }) => ({ path: { id: (await anInitialAccessToken(server)).token.id }, fields: {} }),
  },
  adoptApplicationPage: {
    async fill(world) {
      const { id } = await anApplicationOf(world)
      await changeApplication(world.server, id, { origin: 'registration' })
      return { path: { id }, fields: { version: '2' } }
    },
  },
  disableApplicationPage: { fill: onApplication() },
  enableApplicationPage: {
    async fill(world) {
      const { id } = await anApplicationOf(world)
      await world.server.composed.parts.applications.applications.disable(id, 'system')
      return { path: { id }, fields: {} }
    },
  },
  endApplicationSessionsPage: { fill: onApplication() },
  deleteApplicationPage: { fill: onApplication() },

  checkPoliciesPage: {
    looks: true,
    fill: ({ policyVersion }) => ({ fields: { version: String(policyVersion), reuse_grace: '5s' } }),
  },
  savePoliciesPage: {
    fill: ({ policyVersion }) => ({
      fields: { changes: 'reuse_grace=5s', apply: 'now', version: String(policyVersion), reason: 'tighter' },
    }),
  },
  undoPolicyNow: {
    fill: ({ policyVersion }) => ({
      path: { version: String(policyVersion) },
      fields: { apply: 'now', reason: 'a mistake' },
    }),
  },

  createRolePage: {
    fill: ({ roleName }) => ({
      fields: { name: `new-${roleName}`, 'own:darvoza:users:read': '1', permissions: 'orders:read' },
    }),
  },
  permitRolePage: { fill: onRole(() => ({ 'own:darvoza:users:read': '1', permissions: 'orders:read' })) },
  renameRolePage: { fill: onRole(({ roleName }) => ({ name: `re-${roleName}` })) },
  deleteRolePage: { fill: onRole() },

  rotateKeyPage: { fill: () => ({ fields: { now: '1' } }) },
  removeKeyPage: { fill: async world => ({ path: { kid: await waitingKey(world) }, fields: {} }) },
  revokeKeyPage: { fill: async world => ({ path: { kid: await activeKey(world) }, fields: {} }) },
  revokeSecretPage: { fill: () => ({ path: { secret: 'device' }, fields: {} }) },
  previewRevocationPage: { looks: true, fill: revocation },
  addRevocationPage: { fill: revocation },

  inspectToken: { looks: true, fill: () => ({ fields: { token: 'a.b.c' } }) },
  checkAudit: { looks: true, fill: () => ({ fields: {} }) },

  endPickedDevicesPage: { looks: true, fill: ({ deviceId }) => ({ fields: { [`pick:${deviceId}`]: '1' } }) },
  endManyDevicesPage: { fill: ({ deviceId }) => ({ fields: { [`pick:${deviceId}`]: '1', back: '' } }) },
  endDevicePage: { fill: onDevice({ back: '' }) },
  endPickedSessionsPage: { looks: true, fill: ({ sid }) => ({ fields: { [`pick:${sid}`]: '1' } }) },
  endManySessionsPage: { fill: ({ sid }) => ({ fields: { [`pick:${sid}`]: '1', why: 'lost', back: '' } }) },
  endSessionPage: { fill: ({ sid }) => ({ path: { id: sid }, fields: { why: 'lost', back: '' } }) },
}

export const formNames = Object.keys(forms) as FormName[]

/** A filled-in form with a sender who may submit it. */
export type ReadyForm = {
  name: FormName
  path: string
  fields: Record<string, string>
  sender: Visitor
  looks: boolean
}

/**
 * Creates a new user and fills in the form about that user.
 * @param mark part of the user's name, so that two servers can get the same names
 * @param roles additional roles of the user
 */
export async function readyForm(
  server: TestServer,
  name: FormName,
  mark: string,
  roles: string[] = [],
): Promise<ReadyForm> {
  const row = forms[name]
  const world = await aWorld(server, mark, roles)
  const sender = aVisitor(server)
  if (row.by !== 'nobody') await sender.signIn(row.by === 'person' ? world.person : { username: 'admin', password })
  const { path, fields } = await filledForm(world, name, sender)
  return { name, path, fields, sender, looks: row.looks === true }
}

/** The form filled in about an existing world. */
export async function filledForm(
  world: World,
  name: FormName,
  sender = aVisitor(world.server),
): Promise<{ path: string; fields: Record<string, string> }> {
  const { path = {}, fields } = await forms[name].fill(world, sender)
  return { path: pathOf(name, path), fields }
}

export async function aWorld(server: TestServer, mark: string, others: string[]): Promise<World> {
  const { roles } = server.composed.parts.people
  const roleName = `clerk-${mark}`
  await roles.create(roleName, ['orders:write'], 'system')
  const person = await server.aUser({ username: `amy-${mark}`, roles: [roleName, ...others] })
  await aClient(server, 'phone/1.0').signIn(person)
  const [found] = await devicesOf(server, person.id)
  // Alternates between two values, so that there is always a change to undo.
  const { reuse_grace: grace } = (await server.composed.parts.policies.policies.show()).policy
  await server.setPolicy({ reuse_grace: grace === 7 ? 8 : 7 })
  const { version: policyVersion } = await server.composed.parts.policies.policies.show()
  return { server, person, roleName, policyVersion, sid: found!.sessions[0]!.id, deviceId: found!.device.id }
}

function pathOf(name: FormName, values: Record<string, string>): string {
  return pageRoutes[name].path.replace(/:(\w+)/g, (_, part: string) => {
    if (values[part] === undefined) throw new Error(`${name} needs ${part}`)
    return encodeURIComponent(values[part])
  })
}

/** The form token of the visitor's pages. */
export async function tokenOf(visitor: Visitor): Promise<string> {
  const { text, path } = await visitor.open('/account')
  const token = /name="_token" value="([^"]+)"/.exec(text)?.[1]
  if (!token) throw new Error(`no form on ${path}`)
  return token
}
