// Routes that applications call for their users or for themselves: the token endpoint and its neighbours.
import type { Kind } from './kind.js'

export type ClientAccess = {
  kind: 'client'
  /** Refuses public clients, which send only their id. */
  confidential?: true
}

export const client = { kind: 'client' } as const
export const confidentialClient = { kind: 'client', confidential: true } as const

export const clientKind: Kind<ClientAccess> = {
  sender: 'client',
  presenter: 'oauth',
  cors: 'anyOrigin',
  body: 'form',
  // RFC 6749 §3.2: unrecognized parameters are ignored.
  unknown: 'ignored',
  who: ({ confidential }) => (confidential ? 'an application that authenticates' : 'an application'),
  // The client's credentials may be in the form, too.
  security: () => [{ applicationSecret: [] }, {}],
  refuses: () => [
    'invalid_client',
    'invalid_request',
    'too_many_guesses',
    'application_keys_unavailable',
    'database_unavailable',
    'log_went_back',
  ],
  form: {
    client_id: { about: 'For public applications, and for those that authenticate in the form.' },
    client_secret: {},
    client_assertion_type: { about: '`urn:ietf:params:oauth:client-assertion-type:jwt-bearer`' },
    client_assertion: { about: 'A JWT that the application signed (RFC 7523).' },
  },
  judge: () => [],
  confirm: (access, { application }) => [application.prove(access)],
}
