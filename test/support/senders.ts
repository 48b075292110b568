// All kinds of senders of requests and their rights: by access token, cookie, API key, or as an application. The
// expected outcome of a route is computed from these rights alone (expected.ts).
import { builtInRoles, ownPermissions } from '../../server/policy/permissions.js'
import { aConfidentialApplication, anApplication, aSessionOf, basic, inForm } from './applications.js'
import type { Own } from './calls.js'
import { aClient, claimsOf } from './client.js'
import { refreshAs } from './codes.js'
import { tokenOf } from './forms.js'
import { settle, type TestServer } from './server.js'
import { aVisitor, type Visitor } from './visitor.js'

export type Rights = {
  /** Built-in permissions (`darvoza:…`). */
  permissions: readonly string[]
  /** Scopes of the token; a token of the built-in application needs none (`everything`). */
  scopes: 'everything' | readonly string[]
  /** A token without a user (client_credentials). */
  ofNobody?: true
  /** The token's audience is another resource server. */
  foreign?: true
  /** The sign-in is not recent enough for routes that require a recent one. */
  early?: true
  /** The user must change the password first. */
  newcomer?: true
  /** A public client, which sends only its client_id. */
  unproved?: true
  /** An elevated API key, which may use routes that require a recent sign-in. */
  elevated?: true
}

export type Sender = {
  who: string
  by: 'token' | 'cookie' | 'application' | 'key'
  rights: Rights
  headers: Record<string, string>
  /** Form parameters of a public client. */
  fields?: Record<string, string>
  /** The browser whose cookies and forms are used; not signed in unless the sender uses a cookie. */
  visitor: Visitor
  formToken: string
  /** The user of the credential. */
  user?: Person
}

type Person = { id: number; username: string; password: string }
const nothing = { permissions: [], scopes: [] } as const
const every = Object.keys(ownPermissions)

/** Users by roles and state, each by token and by cookie. */
export async function people(server: TestServer): Promise<Sender[]> {
  const { support, auditor } = builtInRoles
  return [
    // Created first: its sign-in is before the clock is advanced.
    ...(await aPerson(server, 'support of before', ['support'], { permissions: support, early: true })),
    ...(await aPerson(server, 'support', ['support'], { permissions: support })),
    ...(await aPerson(server, 'an auditor', ['auditor'], { permissions: auditor })),
    ...(await aPerson(server, 'nobody in particular', [], { permissions: [] })),
    ...(await aPerson(server, 'a newcomer to support', ['support'], { permissions: support, newcomer: true })),
  ]
}

/** A separate user for cookie and token, so that neither ends the sessions of the other. */
async function aPerson(
  server: TestServer,
  who: string,
  roles: string[],
  of: Omit<Rights, 'scopes'>,
): Promise<Sender[]> {
  const rights: Rights = { ...of, scopes: 'everything' }
  const [one, other] = [await aUser(server, roles, rights), await aUser(server, roles, rights)]
  const browser = { ...(await byCookie(server, one)), who: `${who} by cookie`, user: one, rights }
  const { access } = await aClient(server).signIn(other)
  if (of.early) {
    server.clock.advance('6m')
    await browser.visitor.open('/account')
  }
  return [browser, { ...nobodys(server), who: `${who} by token`, user: other, rights, headers: bearer(access) }]
}

const aUser = (server: TestServer, roles: string[], { newcomer }: Rights) =>
  server.aUser({ roles, ...(newcomer && { mustChangePassword: true }) })

/** Tokens of an administrator through applications with fewer rights, and tokens of machines (client_credentials). */
export async function applications(server: TestServer): Promise<Sender[]> {
  const resource = 'https://books.example'
  const resourceScopes = [{ name: 'books:read', description: 'See books' }]
  await anApplication(server, 'books', { kind: 'resource_server', resource, resourceScopes })
  const senders: Sender[] = []
  for (const [scope, listed] of [
    ['openid', every],
    ['darvoza:account', every],
    ['openid darvoza:account', []],
    ['darvoza:admin', ['darvoza:users:read']],
    ['darvoza:admin', ['darvoza:sessions:end']],
    ['darvoza:admin', []],
    ['openid books:read', every],
    ['openid revocations:read', every],
  ] as const) {
    const person = await server.aUser({ roles: ['admin'] })
    const id = `app-of-${person.id}`
    const metadata = { scope, permissions: [...listed], first_party: true }
    await anApplication(server, id, { metadata })
    const { refresh } = await aSessionOf(server, person, id, { scope, authenticatedAt: server.clock.now() })
    const { access } = await refreshAs(server, refresh, id)
    const foreign = scope.includes('books:read')
    const rights: Rights = { permissions: listed, scopes: scope.split(' '), ...(foreign && { foreign }) }
    const who = `an application with "${scope}" for [${listed.length > 1 ? 'all' : listed}]`
    senders.push({ ...nobodys(server), who, user: person, rights, headers: bearer(access) })
  }
  return [
    ...senders,
    await aProgram(server, 'robot', 'openid revocations:read darvoza:account darvoza:admin'),
    await aProgram(server, 'stock-robot', 'books:read revocations:read', resource),
  ]
}

async function aProgram(server: TestServer, id: string, scope: string, resource?: string): Promise<Sender> {
  const metadata = {
    scope,
    grant_types: ['client_credentials' as const],
    permissions: every,
  }
  const secret = await aConfidentialApplication(server, id, { kind: 'machine', metadata })
  await settle(server.composed)
  const { body } = await aClient(server).send('POST', '/oauth/token', {
    body: `grant_type=client_credentials${resource ? `&resource=${encodeURIComponent(resource)}` : ''}`,
    headers: { ...inForm, ...basic(id, secret) },
  })
  const rights: Rights = {
    permissions: [],
    scopes: body.scope.split(' '),
    ofNobody: true,
    ...(resource && { foreign: true }),
  }
  const headers = bearer(body.access_token)
  return { ...nobodys(server), who: `a program by its token${resource ? ' for another' : ''}`, rights, headers }
}

/** API keys of an administrator, and one of a user who has lost the permissions of the key. */
export async function keys(server: TestServer): Promise<Sender[]> {
  const resource = 'https://ledger.example'
  const resourceScopes = [{ name: 'ledger:read', description: 'See the ledger' }]
  await anApplication(server, 'ledger', { kind: 'resource_server', resource, resourceScopes })
  await settle(server.composed)
  const { composed } = server
  const orders = ['orders:read', 'orders:write']
  await composed.parts.people.roles.create('seller', orders, 'system')
  const kinds: { who: string; scopes: readonly string[]; more?: object; lost?: true }[] = [
    { who: 'with one scope', scopes: ['darvoza:users:read'] },
    { who: 'to end sessions', scopes: ['darvoza:sessions:end'] },
    { who: 'to end sessions, elevated', scopes: ['darvoza:sessions:end'], more: { elevated: true } },
    { who: 'of the account', scopes: ['darvoza:account'] },
    {
      who: 'that may everything, elevated',
      scopes: ['darvoza:account', ...every, ...orders],
      more: { elevated: true },
    },
    { who: 'whose user has lost it all', scopes: every, more: { elevated: true }, lost: true },
    { who: 'of a resource server', scopes: every, more: { resource } },
    { who: 'of a resource server, without a scope', scopes: [], more: { resource } },
  ]
  const senders: Sender[] = []
  for (const { who, scopes, more = {}, lost } of kinds) {
    const user = await server.aUser({ roles: ['admin', 'seller'] })
    const wanted = { name: who, scopes, ...more }
    const { key, text } = await composed.parts.apiKeys.apiKeys.create(user.id, wanted, 'system')
    if (lost) await composed.parts.people.users.setRoles(user.id, [], 'system')
    const rights: Rights = {
      permissions: lost ? [] : every,
      scopes,
      ...(key.elevated && { elevated: true }),
      ...(key.resource !== null && { foreign: true }),
    }
    const headers = { Authorization: `Token ${text}` }
    senders.push({ ...nobodys(server), who: `a key ${who}`, by: 'key', user, rights, headers })
  }
  return senders
}

/** Applications that call with their own client authentication. */
export async function callers(server: TestServer): Promise<Sender[]> {
  const secret = await aConfidentialApplication(server, 'website', {})
  await anApplication(server, 'app', { kind: 'native', metadata: { token_endpoint_auth_method: 'none' } })
  const by = 'application' as const
  return [
    { ...nobodys(server), who: 'a website', by, rights: nothing, headers: basic('website', secret) },
    {
      ...nobodys(server),
      who: 'an app',
      by,
      rights: { ...nothing, unproved: true },
      headers: {},
      fields: { client_id: 'app' },
    },
  ]
}

const nobodys = (server: TestServer) => ({ visitor: aVisitor(server), formToken: '', by: 'token' }) as const

/** A sender without credentials: the answer of public routes. */
export const nobody = (server: TestServer): Sender => ({
  ...nobodys(server),
  who: 'nobody',
  by: 'application',
  rights: nothing,
  headers: {},
})

async function byCookie(server: TestServer, user: Person) {
  const visitor = aVisitor(server)
  await visitor.signIn(user)
  // The password page has a form even for a user who must change the password first.
  const { text } = await visitor.open('/account/password')
  const formToken = /name="_token" value="([^"]+)"/.exec(text)?.[1] ?? (await tokenOf(visitor))
  return { visitor, formToken, by: 'cookie', headers: {} } as const
}

/** Another session of the user on another device, to be ended. */
export async function ownOf(server: TestServer, user: Person): Promise<Own> {
  const { sid } = claimsOf((await aClient(server).signIn(user)).access)
  return { sid, deviceId: (await server.composed.parts.devices.sessions.require(sid)).session.deviceId }
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })
