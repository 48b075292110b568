// Routes for users: by a token of the built-in application, or by a token or an API key with the scope
// `darvoza:account`.
import { refusedPersons } from './bearer.js'
import type { Kind } from './kind.js'

export type PersonAccess = {
  kind: 'person'
  /** Also for users who must first choose a new password (somebody else knows the present one). */
  beforeNewPassword?: true
  /** The user must have signed in within the last five minutes. */
  recentlyAuthenticated?: true
  /** Never by an API key. */
  inPerson?: true
}

export const person = { kind: 'person' } as const
export const beforeNewPassword = { kind: 'person', beforeNewPassword: true } as const
/** Routes that change what identifies the user, such as the password: never by an API key. */
export const inPerson = {
  own: { kind: 'person', beforeNewPassword: true, inPerson: true },
  recent: { kind: 'person', recentlyAuthenticated: true, inPerson: true },
} as const

export const personKind: Kind<PersonAccess> = {
  sender: 'token',
  presenter: 'api',
  cors: 'anyOrigin',
  body: 'fields',
  unknown: 'refused',
  who: access =>
    [
      'a signed-in user',
      ...(access.beforeNewPassword ? ['also before a required password change'] : []),
      ...(access.recentlyAuthenticated ? ['signed in within five minutes'] : []),
      ...(access.inPerson ? ['not by API key'] : []),
    ].join(', '),
  security: ({ inPerson }) => [{ bearer: [] }, ...(inPerson ? [] : [{ apiKey: ['darvoza:account'] }])],
  refuses: access => refusedPersons(access),
  judge: (access, { bearer }) => [bearer.token, bearer.person('darvoza:account', access)],
  confirm: () => [],
}
