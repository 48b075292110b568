// Pages for everybody; a signed-in user is recognised by the session cookie.
import type { Kind } from './kind.js'

export type PublicPageAccess = {
  kind: 'publicPage'
  /** Without a sign-in the form changes nothing that matters: it needs no form token (CSRF), only the same origin. */
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
  who: () => 'anyone',
  security: () => [],
  refuses: () => [],
  judge: (_, { browser }) => [browser.ownSite, browser.recognise],
  confirm: (access, { browser }) => [browser.formToken(access.tokenless === true)],
}
