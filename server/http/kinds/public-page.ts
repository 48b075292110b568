// Pages that anybody sees; who is signed in by cookie is known to them.
import type { Kind } from './kind.js'

export type PublicPageAccess = {
  kind: 'publicPage'
  /** While nobody is signed in its form changes nothing that matters, and needs no token as long as it comes from here. */
  tokenless?: true
}

export const publicPage = { kind: 'publicPage' } as const
export const tokenless = { kind: 'publicPage', tokenless: true } as const

export const publicPageKind: Kind<PublicPageAccess> = {
  sender: 'cookie',
  presenter: 'page',
  cors: 'ownOrigin',
  body: 'fields',
  unknown: 'ignored',
  who: () => 'anybody',
  security: () => [],
  refuses: () => [],
  judge: (_, { browser }) => [browser.ownSite, browser.recognise],
  confirm: (access, { browser }) => [browser.formToken(access.tokenless === true)],
}
