// The expected outcome of a request by its sender and the row of its route: an independent model of authorization,
// written from the route table and not from the code that enforces it.
import { expect } from 'chai'
import { type Access, kinds } from '../../server/http/kinds/kinds.js'
import type { RouteName } from '../../server/http/routes.js'
import type { OwnPermission } from '../../server/policy/permissions.js'
import { type ErrorCode, errors } from '../../server/protocol/errors.js'
import type { Row } from './requests.js'
import type { Sender } from './senders.js'

/** `open`: no authentication is required. `code`: refused with this error code. `leadsTo`: a redirect to this path. */
export type Outcome = 'open' | 'admitted' | { code: ErrorCode } | { leadsTo: string } | 'asked for the password'

type Ask<K extends Access['kind']> = (access: Extract<Access, { kind: K }>, sender: Sender, name: RouteName) => Outcome

/** Routes that create credentials which outlive the session: refused for tokens of other applications. */
const makesKeys: readonly RouteName[] = ['createMyApiKey', 'createUserApiKey', 'createInitialAccessToken']

/** Routes whose test request sets a password, which would allow a sign-in: refused for API keys. */
const givesPasswords: readonly RouteName[] = ['createUser']

type Closed = Extract<Access, { kind: 'person' | 'permission' }>

/** The outcome for an API key, by its scopes. */
function ofKey({ rights }: Sender, access: Closed, name: RouteName): Outcome {
  const permission = 'permission' in access ? access.permission : null
  if (access.inPerson) return { code: 'not_by_api_key' }
  if (rights.foreign) return { code: 'token_audience' }
  if (!rights.scopes.includes(permission ?? 'darvoza:account')) return { code: 'api_key_scope' }
  if (permission !== null && !rights.permissions.includes(permission)) return { code: 'permission_denied' }
  if (access.recentlyAuthenticated && !rights.elevated) return { code: 'api_key_not_elevated' }
  return givesPasswords.includes(name) ? { code: 'not_by_api_key' } : 'admitted'
}

/** The checks of the access token itself: presence, audience, scope, user. */
function ofToken({ by, rights }: Sender, scope: string): Outcome {
  if (by !== 'token') return { code: 'not_authenticated' }
  if (rights.foreign) return { code: 'token_audience' }
  if (rights.scopes !== 'everything' && !rights.scopes.includes(scope)) return { code: 'insufficient_scope' }
  return rights.ofNobody ? { code: 'insufficient_scope' } : 'admitted'
}

/** The last check, of the token's application. */
function ofApplication({ rights }: Sender, name: RouteName): Outcome {
  const isOurs = rights.scopes === 'everything'
  return !isOurs && makesKeys.includes(name) ? { code: 'insufficient_scope' } : 'admitted'
}

const table: { [K in Access['kind']]: Ask<K> } = {
  open: () => 'open',
  file: () => 'open',
  publicPage: () => 'open',
  authorization: () => 'open',

  person(access, sender, name) {
    if (sender.by === 'key') return ofKey(sender, access, name)
    const outcome = ofToken(sender, 'darvoza:account')
    const { rights } = sender
    if (outcome !== 'admitted') return outcome
    if (rights.newcomer && !access.beforeNewPassword) return { code: 'password_change_required' }
    if (access.recentlyAuthenticated && rights.early) return { code: 'insufficient_user_authentication' }
    return ofApplication(sender, name)
  },

  permission(access, sender, name) {
    if (sender.by === 'key') return ofKey(sender, access, name)
    const outcome = ofToken(sender, 'darvoza:admin')
    const { rights } = sender
    if (outcome !== 'admitted') return outcome
    if (rights.newcomer) return { code: 'password_change_required' }
    if (!rights.permissions.includes(access.permission)) return { code: 'permission_denied' }
    if (access.recentlyAuthenticated && rights.early) return { code: 'insufficient_user_authentication' }
    return ofApplication(sender, name)
  },

  // Any audience is accepted. A token of the built-in application has no OpenID Connect scope.
  scope({ scope }, sender) {
    const { scopes } = sender.rights
    const had = scopes === 'everything' ? [] : scopes
    return ofToken({ ...sender, rights: { ...sender.rights, scopes: had, ...{ foreign: undefined } } }, scope)
  },

  // Only client_credentials tokens are accepted: no token of a user and no API key.
  program({ scope }, { by, rights }) {
    if (by !== 'token') return { code: 'not_authenticated' }
    if (rights.foreign) return { code: 'token_audience' }
    const isOwn = rights.ofNobody && rights.scopes.includes(scope)
    return isOwn ? 'admitted' : { code: 'insufficient_scope' }
  },

  // No sender of the tests has a registration token. Registration itself is closed by policy before authentication.
  registration({ own }, { by }) {
    if (!own) return 'open'
    return { code: by === 'token' ? 'registration_token_unknown' : 'not_authenticated' }
  },

  client({ confidential }, { by, rights }) {
    return by !== 'application' || (confidential && rights.unproved) ? { code: 'invalid_client' } : 'admitted'
  },

  page({ permission, recentlyAuthenticated, beforeNewPassword }, { by, rights }) {
    if (by !== 'cookie') return { leadsTo: '/login' }
    if (rights.newcomer && !beforeNewPassword) return { leadsTo: '/account/password' }
    if (permission && !rights.permissions.includes(permission)) return { code: 'permission_denied' }
    return recentlyAuthenticated && rights.early ? 'asked for the password' : 'admitted'
  },
}

/** Permissions that handlers require in addition to the row of the route. */
const more: Partial<Record<RouteName, OwnPermission>> = {
  // Any built-in permission; all senders of the tests with one have this one.
  homePage: 'darvoza:users:read',
  // A preview needs the permission for the change; the test request previews a change of roles.
  changeUsersPage: 'darvoza:roles:write',
}

export function expectedOf([name, { access }]: [RouteName, Row], sender: Sender): Outcome {
  const asked = more[name] === undefined ? access : { ...access, permission: more[name] }
  return (table[access.kind] as Ask<Access['kind']>)(asked as never, sender, name)
}

/** Whether the sender's kind of credential is one of the route; all other kinds have the same outcome. */
export function isOwnWay({ access }: Row, { by }: Sender): boolean {
  const ways = { token: ['token', 'key'], cookie: ['cookie'], client: ['application'], registrant: [], nobody: [] }
  return (ways[kinds[access.kind].sender] as string[]).includes(by)
}

export type Answered = { status: number; text: string; headers: Headers }

/** The error code of an answer, in any of the wire formats. */
function codesIn({ text }: Answered): string {
  try {
    const { reason, code, error_uri, detail } = JSON.parse(text) as Record<string, string>
    const untold = Object.entries(errors).find(([, row]) => row.text === detail && !('wireCode' in row))
    return reason ?? code ?? error_uri?.split('/').at(-1) ?? untold?.[0] ?? text
  } catch {
    return text
  }
}

/** Expects the refusal or redirect of the outcome. */
export function expectRefused(answer: Answered, outcome: Exclude<Outcome, 'open' | 'admitted'>, what: string): void {
  if (outcome === 'asked for the password') {
    expect([answer.status, answer.text.includes('name="_proof"')], what).to.deep.equal([401, true])
  } else if ('leadsTo' in outcome) {
    const { pathname } = new URL(answer.headers.get('location') ?? 'none:', 'http://localhost')
    expect([answer.status, pathname], what).to.deep.equal([303, outcome.leadsTo])
  } else {
    expect(answer.status, `${what}: ${answer.text.slice(0, 300)}`).to.equal(errors[outcome.code].status)
    expect(codesIn(answer), what).to.include(outcome.code)
  }
}

/** Expects success, or 400 for an incomplete request, and no redirect to the sign-in page. */
export function expectAdmitted({ status, text, headers }: Answered, isIncomplete: boolean, what: string): void {
  expect(status, `${what}: ${text.slice(0, 2_000)}`).to.be.oneOf(isIncomplete ? [400] : [200, 201, 202, 204, 303])
  expect(headers.get('location') ?? '', what).to.not.match(/^\/login/)
}
