// The expected outcome of a request, by its sender and the row of its route: an independent model, written from the words of the
// table and not from the code that judges by them.
import { expect } from 'chai'
import { type Access, kinds } from '../../server/http/kinds/kinds.js'
import type { RouteName } from '../../server/http/routes.js'
import type { OwnPermission } from '../../server/policy/permissions.js'
import { type ErrorCode, errors } from '../../server/protocol/errors.js'
import type { Row } from './requests.js'
import type { Sender } from './senders.js'

/** `open`: nobody is asked who they are. A code refuses; an address is where a browser is led instead. */
export type Outcome = 'open' | 'admitted' | { code: ErrorCode } | { leadsTo: string } | 'asked for the password'

type Ask<K extends Access['kind']> = (access: Extract<Access, { kind: K }>, sender: Sender, name: RouteName) => Outcome

/** What outlives the session that it is made through is never made through an application of others. */
const makesKeys: readonly RouteName[] = ['createMyApiKey', 'createUserApiKey', 'createInitialAccessToken']

/** By what they are filled in with: whoever has set a password may sign in with it. */
const givesPasswords: readonly RouteName[] = ['createUser']

type Closed = Extract<Access, { kind: 'person' | 'permission' }>

/** A key says of each thing by itself whether it may do it. */
function ofKey({ rights }: Sender, access: Closed, name: RouteName): Outcome {
  const permission = 'permission' in access ? access.permission : null
  if (access.inPerson) return { code: 'not_by_api_key' }
  if (rights.foreign) return { code: 'token_audience' }
  if (!rights.scopes.includes(permission ?? 'darvoza:account')) return { code: 'api_key_scope' }
  if (permission !== null && !rights.permissions.includes(permission)) return { code: 'permission_denied' }
  if (access.recentlyAuthenticated && !rights.elevated) return { code: 'api_key_not_elevated' }
  return givesPasswords.includes(name) ? { code: 'not_by_api_key' } : 'admitted'
}

/** The token's own part: what it is and whom it acts for. */
function ofToken({ by, rights }: Sender, scope: string): Outcome {
  if (by !== 'token') return { code: 'not_authenticated' }
  if (rights.foreign) return { code: 'token_audience' }
  if (rights.scopes !== 'everything' && !rights.scopes.includes(scope)) return { code: 'insufficient_scope' }
  return rights.ofNobody ? { code: 'insufficient_scope' } : 'admitted'
}

/** A token that may do what its route asks for. */
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

  // Whomever the token is for. That of the built-in application has no scope of OpenID Connect.
  scope({ scope }, sender) {
    const { scopes } = sender.rights
    const had = scopes === 'everything' ? [] : scopes
    return ofToken({ ...sender, rights: { ...sender.rights, scopes: had, ...{ foreign: undefined } } }, scope)
  },

  // No person's token is one, and no key.
  program({ scope }, { by, rights }) {
    if (by !== 'token') return { code: 'not_authenticated' }
    if (rights.foreign) return { code: 'token_audience' }
    const isOwn = rights.ofNobody && rights.scopes.includes(scope)
    return isOwn ? 'admitted' : { code: 'insufficient_scope' }
  },

  // Nobody who is tried here has registered anything; and where nobody may, nobody is asked who they are.
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

/** What asks for more than its row says. */
const more: Partial<Record<RouteName, OwnPermission>> = {
  // Any permission of ours; all who are tried here and have one have this.
  homePage: 'darvoza:users:read',
  // A preview is for who may make the change; it is filled in with that of roles.
  changeUsersPage: 'darvoza:roles:write',
}

export function expectedOf([name, { access }]: [RouteName, Row], sender: Sender): Outcome {
  const asked = more[name] === undefined ? access : { ...access, permission: more[name] }
  return (table[access.kind] as Ask<Access['kind']>)(asked as never, sender, name)
}

/** The outcome of a route is the same for all who come by another way than its own. */
export function isOwnWay({ access }: Row, { by }: Sender): boolean {
  const ways = { token: ['token', 'key'], cookie: ['cookie'], client: ['application'], registrant: [], nobody: [] }
  return (ways[kinds[access.kind].sender] as string[]).includes(by)
}

export type Answered = { status: number; text: string; headers: Headers }

/** The code that an answer tells, on whichever wire. */
function codesIn({ text }: Answered): string {
  try {
    const { reason, code, error_uri, detail } = JSON.parse(text) as Record<string, string>
    const untold = Object.entries(errors).find(([, row]) => row.text === detail && !('wireCode' in row))
    return reason ?? code ?? error_uri?.split('/').at(-1) ?? untold?.[0] ?? text
  } catch {
    return text
  }
}

/** An answer is what was expected of who is refused. */
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

/** Who is let in is not told to be somebody else, nor led away to become so. */
export function expectAdmitted({ status, text, headers }: Answered, isIncomplete: boolean, what: string): void {
  expect(status, `${what}: ${text.slice(0, 2_000)}`).to.be.oneOf(isIncomplete ? [400] : [200, 201, 202, 204, 303])
  expect(headers.get('location') ?? '', what).to.not.match(/^\/login/)
}
