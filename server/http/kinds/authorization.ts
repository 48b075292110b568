// The endpoints that applications send browsers to: whoever is signed in by cookie is known, and a request may come from any
// site. It changes nothing that its person has not agreed to. What is wrong is a page until the way back is known.
import type { Kind } from './kind.js'

export type AuthorizationAccess = { kind: 'authorization' }

export const authorization = { kind: 'authorization' } as const

export const authorizationKind: Kind<AuthorizationAccess> = {
  sender: 'cookie',
  presenter: 'page',
  cors: 'ownOrigin',
  body: 'form',
  unknown: 'ignored',
  who: () => 'anybody',
  judge: (_, { browser }) => [browser.recognise],
  confirm: () => [],
}
