// Routes of applications that register themselves (RFC 7591), by an initial access token where the policy asks for one; and of
// those that manage what they have registered (RFC 7592), by the token that each was given with it.
import type { Kind } from './kind.js'

export type RegistrationAccess = {
  kind: 'registration'
  /** What was registered before, by its own token. */
  own?: true
}

export const registration = { kind: 'registration' } as const
export const ownRegistration = { kind: 'registration', own: true } as const

export const registrationKind: Kind<RegistrationAccess> = {
  sender: 'registrant',
  presenter: 'oauth',
  cors: 'anyOrigin',
  body: 'json',
  // RFC 7591 §2: what is not understood is ignored.
  unknown: 'ignored',
  who: ({ own }) => (own ? 'an application that registered itself' : 'whoever may register an application'),
  security: ({ own }) => (own ? [{ registrationToken: [] }] : [{ registrationToken: [] }, {}]),
  refuses: ({ own }) => [
    'not_authenticated',
    'bad_authorization_header',
    'registration_token_unknown',
    'database_unavailable',
    'log_went_back',
    ...(own ? [] : (['registration_closed'] as const)),
  ],
  judge: ({ own }, { registrant }) => [own ? registrant.own : registrant.initial],
  confirm: () => [],
}
