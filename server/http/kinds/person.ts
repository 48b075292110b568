// Routes of a person: by a token of the built-in application, or one with the scope `darvoza:account`.
import { refusedPersons } from './bearer.js'
import type { Kind } from './kind.js'

export type PersonAccess = {
  kind: 'person'
  /** Also for who must first choose a password that nobody else knows. */
  beforeNewPassword?: true
}

export const person = { kind: 'person' } as const
export const beforeNewPassword = { kind: 'person', beforeNewPassword: true } as const

export const personKind: Kind<PersonAccess> = {
  sender: 'token',
  presenter: 'api',
  cors: 'anyOrigin',
  body: 'fields',
  unknown: 'refused',
  who: access =>
    access.beforeNewPassword
      ? 'whoever is signed in, also while a new password must be chosen first'
      : 'whoever is signed in',
  security: () => [{ bearer: [] }],
  refuses: access => refusedPersons(access),
  judge: (access, { bearer }) => [bearer.token, bearer.person('darvoza:account', access)],
  confirm: () => [],
}
