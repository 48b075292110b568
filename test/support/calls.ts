// A valid request for every API route that changes something: the counterpart of forms.ts, which does it for pages.
import type { PageRouteName } from '../../server/http/pages/routes.js'
import { type RouteName, routes } from '../../server/http/routes.js'
import { changeApplication } from './applications.js'
import { anAgreedApplication } from './authorizations.js'
import { aDelivery, aToldApplication } from './deliveries.js'
import type { World } from './forms.js'
import { anInitialAccessToken } from './registrations.js'
import { password } from './server.js'

/** Routes whose client authentication may be in the body are covered by client-authentication.test.ts. */
type ByApplication = { [N in RouteName]: (typeof routes)[N]['access']['kind'] extends 'client' ? N : never }[RouteName]

type ChangingRoute = {
  [N in RouteName]: N extends PageRouteName | ByApplication
    ? never
    : (typeof routes)[N]['method'] extends 'GET'
      ? never
      : N
}[RouteName]

/** Routes whose credential is in the request body: a password, a refresh token, or the token to be introspected. */
export const judgedByBody = [
  'obtain',
  'refresh',
  'verify',
  'blacklist',
  'postAuthorize',
  'postUserinfo',
  'postEndSignIn',
  // Renews the lease of a verifier, and changes nothing that users see.
  'renewLease',
  // Authorized by a registration token, which users do not have: registration.test.ts.
  'register',
  'changeRegistration',
  'deleteRegistration',
] as const satisfies readonly ChangingRoute[]

export type CallName = Exclude<ChangingRoute, (typeof judgedByBody)[number]>

/** A session and a device of the sender other than the ones that the token belongs to. */
export type Own = { sid: string; deviceId: string }

type Call = { path?: Record<string, string>; json?: object }
type CallRow = {
  /** The route only reads. */
  looks?: true
  fill: (world: World, own: Own) => Call | Promise<Call>
}

const profile = { first_name: 'Amelia', last_name: 'Pond', email: 'amelia@example.com' }
const longPassword = 'a much better horse'

const anApiKey = { name: 'Nightly', scopes: ['darvoza:account'] }
async function anApiKeyOf({ composed }: World['server'], userId: number): Promise<string> {
  return (await composed.parts.apiKeys.apiKeys.create(userId, anApiKey, 'system')).key.id
}

const onPerson =
  (json: object = {}) =>
  ({ person }: World): Call => ({ path: { id: String(person.id) }, json })
const onRole =
  (json: (world: World) => object) =>
  (world: World): Call => ({ path: { name: world.roleName }, json: json(world) })
const applicationsOf = ({ composed }: World['server']) => composed.parts.applications.applications
const aNewOne = async (server: World['server']) =>
  (await applicationsOf(server).create({ name: 'Nightly', kind: 'machine', metadata: {} }, 'system')).application
/** A request about a new application, which no other call uses. */
const onApplication =
  (json: object = {}, before: (of: { server: World['server']; id: string }) => Promise<unknown> = async () => {}) =>
  async ({ server }: World): Promise<Call> => {
    const { id } = await aNewOne(server)
    await before({ server, id })
    return { path: { id }, json }
  }
/** A bulk action on `ids` with the confirmed count, so that it is executed and not only previewed. */
const many =
  (ids: (world: World) => string[], more: (world: World) => object = () => ({})) =>
  (world: World): Call => ({
    json: { ids: ids(world), at: new Date(world.server.clock.now()).toISOString(), count: '1', ...more(world) },
  })
const thePerson = ({ person }: World) => [String(person.id)]

export const calls: Record<CallName, CallRow> = {
  changeMe: { fill: () => ({ json: profile }) },
  changePassword: { fill: () => ({ json: { old_password: password, new_password: longPassword } }) },
  endMyOtherSessions: { fill: () => ({}) },
  endMySession: { fill: (_, { sid }) => ({ path: { id: sid } }) },
  endMyOtherDevices: { fill: () => ({}) },
  endMyDevice: { fill: (_, { deviceId }) => ({ path: { id: deviceId } }) },

  createMyApiKey: { fill: () => ({ json: anApiKey }) },
  endMyApiKey: {
    async fill({ server }, { sid }) {
      const { sessionStore, database } = server.composed.parts.storage
      const { userId } = (await sessionStore.find(database, sid))!
      return { path: { id: await anApiKeyOf(server, userId) } }
    },
  },

  withdrawMyApplication: {
    async fill({ server }, { sid }) {
      const { sessionStore, database } = server.composed.parts.storage
      const { userId } = (await sessionStore.find(database, sid))!
      return { path: { id: await anAgreedApplication(server, userId) } }
    },
  },

  createUser: {
    fill: ({ person }) => ({
      json: { username: `new-${person.username}`, password: longPassword, roles: ['support'], ...profile },
    }),
  },
  changeUser: { fill: onPerson(profile) },
  deleteUser: { fill: onPerson() },
  setUserRoles: { fill: onPerson({ roles: ['support'] }) },
  setUserPermissions: { fill: onPerson({ permissions: ['darvoza:users:read'] }) },
  disableUser: { fill: onPerson() },
  enableUser: {
    async fill({ server }) {
      // A new user, since the other calls need theirs enabled.
      const { id } = await server.aUser()
      await server.composed.parts.people.users.disable(id, 'system')
      return { path: { id: String(id) }, json: {} }
    },
  },
  resetUserPassword: { fill: onPerson({ password: longPassword }) },
  withdrawUserApplication: {
    fill: async ({ server, person }) => ({
      path: { id: String(person.id), application: await anAgreedApplication(server, person.id) },
    }),
  },
  createUserApiKey: { fill: onPerson(anApiKey) },
  sendDeliveryAgain: { fill: async ({ server, person }) => ({ path: { id: await aDelivery(server, person) } }) },
  testApplicationLogout: { fill: async ({ server }) => ({ path: { id: await aToldApplication(server) } }) },
  endApiKey: { fill: async ({ server, person }) => ({ path: { id: await anApiKeyOf(server, person.id) } }) },
  endUserSessions: { fill: onPerson() },
  endSession: { fill: ({ sid }) => ({ path: { id: sid } }) },
  endDevice: { fill: ({ deviceId }) => ({ path: { id: deviceId } }) },

  endSessions: { fill: many(({ sid }) => [sid]) },
  endDevices: { fill: many(({ deviceId }) => [deviceId]) },
  disableUsers: { fill: many(thePerson) },
  signOutUsers: { fill: many(thePerson) },
  addRoleToUsers: { fill: many(thePerson, () => ({ role: 'support' })) },
  removeRoleFromUsers: { fill: many(thePerson, ({ roleName }) => ({ role: roleName })) },

  createRole: {
    fill: ({ roleName }) => ({ json: { name: `new-${roleName}`, permissions: ['darvoza:users:read'] } }),
  },
  changeRole: { fill: onRole(({ roleName }) => ({ name: `re-${roleName}` })) },
  deleteRole: { fill: onRole(() => ({})) },
  createApplication: {
    fill: ({ person }) => ({ json: { client_name: `Of ${person.username}`, kind: 'machine' } }),
  },
  changeApplication: { fill: onApplication({ client_name: 'Otherwise' }) },
  deleteApplication: { fill: onApplication() },
  disableApplication: { fill: onApplication() },
  enableApplication: { fill: onApplication({}, ({ server, id }) => applicationsOf(server).disable(id, 'system')) },
  endApplicationSessions: { fill: onApplication() },
  previewApplicationLifetimes: { looks: true, fill: onApplication({ lifetimes: { refresh_token_lifetime: 600 } }) },
  rotateApplicationSecret: { fill: onApplication({ overlap: '1d' }) },
  endApplicationSecret: {
    async fill({ server }) {
      const { id } = await aNewOne(server)
      const [secret] = await server.composed.parts.applications.secretChanges.list(id)
      return { path: { id, secret: secret!.id }, json: {} }
    },
  },
  createInitialAccessToken: { fill: () => ({ json: { name: 'For the tools', most_uses: 3 } }) },
  endInitialAccessToken: {
    fill: async ({ server }) => ({ path: { id: (await anInitialAccessToken(server)).token.id } }),
  },
  adoptApplication: {
    fill: onApplication({}, ({ server, id }) => changeApplication(server, id, { origin: 'registration' })),
  },
  addRevocation: { fill: ({ person }) => ({ json: { kind: 'user', subject: String(person.id), effect: 'end' } }) },

  previewPolicies: { looks: true, fill: () => ({ json: { changes: { reuse_grace: 5 } } }) },
  changePolicies: { fill: () => ({ json: { changes: { reuse_grace: 5 }, reason: 'tighter' } }) },
  undoPolicies: { fill: () => ({ json: { reason: 'a mistake' } }) },
  rotateKey: { fill: () => ({ json: { now: true } }) },
  revokeKey: { fill: () => ({ path: { kid: 'device' } }) },
}

export const callNames = Object.keys(calls) as CallName[]

export type ReadyCall = { name: CallName; method: string; path: string; body: string; looks: boolean }

/** The request of a call, with path and body filled in. @param own session and device of the sender */
export async function readyCall(world: World, name: CallName, own: Own): Promise<ReadyCall> {
  const { path = {}, json = {} } = await calls[name].fill(world, own)
  const { method, path: pattern } = routes[name]
  const filled = pattern.replace(/:(\w+)/g, (_, part: string) => {
    if (path[part] === undefined) throw new Error(`${name} needs ${part}`)
    return encodeURIComponent(path[part])
  })
  return { name, method, path: filled, body: JSON.stringify(json), looks: calls[name].looks === true }
}
