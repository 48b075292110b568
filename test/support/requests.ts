// A valid request for every row of the route table, so that only the sender decides the outcome: changing routes are in
// calls.ts and forms.ts, the others here.
import type { Access } from '../../server/http/kinds/kinds.js'
import type { RouteRow } from '../../server/http/route.js'
import { type RouteName, routes } from '../../server/http/routes.js'
import { anApplication } from './applications.js'
import { type CallName, calls, type judgedByBody, type Own, readyCall } from './calls.js'
import { type FormName, filledForm, forms, type World } from './forms.js'
import type { Visitor } from './visitor.js'

export type Row = RouteRow<Access>
export const rows = Object.entries(routes) as [RouteName, Row][]

/** The body is `form` or `json`; a request without a body has neither. */
export type ReadyRequest = {
  name: RouteName
  row: Row
  path: string
  form?: Record<string, string>
  json?: object
}

/** What a request is filled in with: its subjects, and session, device, browser and form token of the sender. */
export type Filling = { world: World; own: Own; visitor: Visitor; formToken: string }

type Reading = { [N in RouteName]: (typeof routes)[N]['method'] extends 'GET' ? N : never }[RouteName]
type ByItsBody = Exclude<RouteName, Reading | CallName | FormName> & ((typeof judgedByBody)[number] | RouteName)

/** Bodies of routes whose credential is in the body or is checked after it. None of them is valid. */
const bodies: Record<ByItsBody, Pick<ReadyRequest, 'form' | 'json'>> = {
  obtain: { json: {} },
  refresh: { json: { refresh: 'a.b.c' } },
  verify: { json: { token: 'a.b.c' } },
  blacklist: { json: { refresh: 'a.b.c' } },
  token: { form: { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://shop.example/back' } },
  push: { form: { response_type: 'token' } },
  deviceAuthorization: { form: { scope: 'openid' } },
  introspect: { form: { token: 'a.b.c' } },
  revoke: { form: { token: 'a.b.c' } },
  postAuthorize: { form: { client_id: 'nobody' } },
  postUserinfo: { form: {} },
  postEndSignIn: { form: { client_id: 'nobody' } },
  register: { json: {} },
  changeRegistration: { json: {} },
  deleteRegistration: { json: {} },
  renewLease: { json: { verifier: 'one', applied: '' } },
}

/** Routes that need parameters of a flow (ticket, code): an authorized sender gets an error about them. */
export const incomplete: ReadonlySet<RouteName> = new Set(['consentPage', 'token', 'push', 'deviceAuthorization'])

/** Identifiers for the paths of reading routes, by the path segment before: `/users/:id`. */
const identifiers = {
  users: ({ person }: World) => String(person.id),
  sessions: ({ sid }: World) => sid,
  devices: ({ deviceId }: World) => deviceId,
  applications: ({ person }: World) => `shop-of-${person.id}`,
  roles: ({ roleName }: World) => roleName,
  versions: ({ policyVersion }: World) => String(policyVersion),
  audit: () => '1',
  register: () => 'app-of-nobody',
  errors: () => 'token_expired',
  assets: () => 'darvoza.svg',
} as const satisfies Record<string, (world: World) => string>

/** The path of a reading route, about something that exists. */
function addressOf({ path }: Row, world: World): string {
  const parts = path.split('/')
  const filled = parts.map((part, index) => {
    if (!/^[:*]/.test(part)) return part
    const identifier = identifiers[parts[index - 1] as keyof typeof identifiers] as ((of: World) => string) | undefined
    if (!identifier) throw new Error(`${path}: nothing to be read is known behind "${parts[index - 1]}"`)
    return encodeURIComponent(identifier(world))
  })
  return filled.join('/')
}

/** Adds the application that reading routes ask for. */
export async function readableWorld(world: World): Promise<World> {
  await anApplication(world.server, identifiers.applications(world), { resource: `https://${world.roleName}.example` })
  return world
}

/** The request for a route. @param world from readableWorld */
export async function readyRequest(
  { world, own, visitor, formToken }: Filling,
  name: RouteName,
): Promise<ReadyRequest> {
  const row: Row = routes[name]
  if (row.method === 'GET') return { name, row, path: addressOf(row, world) }
  if (name in bodies) return { name, row, path: row.path, ...bodies[name as ByItsBody] }
  if (name in calls) {
    const { path, body } = await readyCall(world, name as CallName, own)
    return { name, row, path, json: JSON.parse(body) as object }
  }
  // Routes under /account are about the sender's own device; the user to be enabled is a new, disabled one.
  const isOwn = row.path.startsWith('/account')
  const about = isOwn ? { ...world, deviceId: own.deviceId } : world
  const other = name === 'enableUserPage' ? { ...about, person: await world.server.aUser() } : about
  const { path, fields } = await filledForm(other, name as FormName, visitor)
  // The form token is the one of the sender's browser.
  return { name, row, path, form: { ...fields, ...(name in forms && { _token: formToken }) } }
}
