// Pages for users who are signed in by cookie and have the permission, if a row names one.
import type { OwnPermission } from '../../policy/permissions.js'
import type { Kind } from './kind.js'

export type PageAccess = {
  kind: 'page'
  permission?: OwnPermission
  /** What the page does is hard to undo: a password typed over five minutes ago is asked for again. */
  recentlyAuthenticated?: true
  /** Also for users who must first choose a new password (somebody else knows the present one). */
  beforeNewPassword?: true
}

export const signedIn = { kind: 'page' } as const
export const beforeNewPassword = { kind: 'page', beforeNewPassword: true } as const
export const signedInIfRecent = { kind: 'page', recentlyAuthenticated: true } as const

export const sees = <P extends OwnPermission>(permission: P) => ({ kind: 'page', permission }) as const

export const seesIfRecent = <P extends OwnPermission>(permission: P) =>
  ({ kind: 'page', permission, recentlyAuthenticated: true }) as const

export const pageKind: Kind<PageAccess> = {
  sender: 'cookie',
  presenter: 'page',
  cors: 'ownOrigin',
  body: 'fields',
  unknown: 'ignored',
  who({ permission, recentlyAuthenticated, beforeNewPassword }) {
    const who = permission ? `\`${permission}\`` : 'a signed-in user'
    if (beforeNewPassword) return `${who}, also before a required password change`
    return recentlyAuthenticated ? `${who}, password confirmed within five minutes` : who
  },
  security: () => [],
  refuses: () => [],
  judge: (access, { browser }) => [browser.ownSite, browser.recognise, browser.admit(access)],
  confirm: (access, { browser }) => [
    browser.formToken(false),
    ...(access.recentlyAuthenticated ? [browser.passwordProof] : []),
  ],
}
