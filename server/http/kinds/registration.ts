// Routes for applications that register themselves (RFC 7591), with an initial access token if the policy demands one,
// and for those that manage their registration (RFC 7592), with the registration token that they got.
import type { Kind } from './kind.js'

export type RegistrationAccess = {
  kind: 'registration'
  /** The route manages a registration, by its own registration token. */
  own?: true
}

export const registration = { kind: 'registration' } as const
export const ownRegistration = { kind: 'registration', own: true } as const

export const registrationKind: Kind<RegistrationAccess> = {
  sender: 'registrant',
  presenter: 'oauth',
  cors: 'anyOrigin',
  body: 'json',
  // RFC 7591 §2: unknown members are ignored.
  unknown: 'ignored',
  who: ({ own }) =>
    own
      ? 'a self-registered application with its registration access token'
      : 'an application with an initial access token, or any if open',
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
