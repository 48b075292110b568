// A request for every row of the route table, filled in so that nothing is wrong with it but who sends it: calls.ts and
// forms.ts have those that change something, here are the others.
import type { Access } from '../../server/http/kinds/kinds.js'
import type { RouteRow } from '../../server/http/route.js'
import { type RouteName, routes } from '../../server/http/routes.js'
import { anApplication } from './applications.js'
import { type CallName, calls, type judgedByBody, type Own, readyCall } from './calls.js'
import { type FormName, filledForm, forms, type World } from './forms.js'
import type { Visitor } from './visitor.js'

export type Row = RouteRow<Access>
export const rows = Object.entries(routes) as [RouteName, Row][]

/** `form` where it is sent as one; `json` otherwise; neither where it has no body. */
export type ReadyRequest = {
  name: RouteName
  row: Row
  path: string
  form?: Record<string, string>
  json?: object
}

/** What a request is filled in for: whom and what it is about, and what is the sender's own. */
export type Filling = { world: World; own: Own; visitor: Visitor; formToken: string }

type Reading = { [N in RouteName]: (typeof routes)[N]['method'] extends 'GET' ? N : never }[RouteName]
type ByItsBody = Exclude<RouteName, Reading | CallName | FormName> & ((typeof judgedByBody)[number] | RouteName)

/** Judged by what the body holds, or behind it. Nothing of these is good. */
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

/** What these ask for only a flow of its own brings along: whoever is let in is told that it is wrong. */
export const incomplete: ReadonlySet<RouteName> = new Set(['consentPage', 'token', 'push', 'deviceAuthorization'])

/** What the addresses of reading routes are filled in with, by the part before: `/users/:id`. */
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

/** An address of a reading route, of something that is there. */
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

/** An application that reading routes find. */
export async function readableWorld(world: World): Promise<World> {
  await anApplication(world.server, identifiers.applications(world), { resource: `https://${world.roleName}.example` })
  return world
}

/** A request for a row. @param world of readableWorld */
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
  // What is of the sender's own stands under /account; another is disabled first, so that it can be enabled.
  const isOwn = row.path.startsWith('/account')
  const about = isOwn ? { ...world, deviceId: own.deviceId } : world
  const other = name === 'enableUserPage' ? { ...about, person: await world.server.aUser() } : about
  const { path, fields } = await filledForm(other, name as FormName, visitor)
  // Some pages ask for a field that only they have; the token is the one of the sender's browser.
  return { name, row, path, form: { ...fields, ...(name in forms && { _token: formToken }) } }
}
