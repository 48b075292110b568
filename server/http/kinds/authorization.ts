// The endpoints that applications redirect browsers to (RFC 6749 §3.1): the session cookie is read, and cross-site
// requests are accepted, since nothing changes without consent. Errors are pages until the redirect URI is checked
// (§4.1.2.1).
import type { Kind } from './kind.js'

export type AuthorizationAccess = { kind: 'authorization' }

export const authorization = { kind: 'authorization' } as const

export const authorizationKind: Kind<AuthorizationAccess> = {
  sender: 'cookie',
  presenter: 'page',
  cors: 'ownOrigin',
  body: 'form',
  unknown: 'ignored',
  who: () => 'anyone',
  security: () => [],
  refuses: () => [],
  judge: (_, { browser }) => [browser.recognise],
  confirm: () => [],
}
