// Routes for administrators: by a token of the built-in application, or one with the scope `darvoza:admin`, if its user
// has the permission; or by an API key with the permission among its scopes, if its user has it.
import type { OwnPermission } from '../../policy/permissions.js'
import { refusedPersons } from './bearer.js'
import type { Kind } from './kind.js'

export type PermissionAccess = {
  kind: 'permission'
  permission: OwnPermission
  /** What the route does is hard to undo: the user must have signed in within the last five minutes. */
  recentlyAuthenticated?: true
  /** Never by an API key. */
  inPerson?: true
}

export const may = <P extends OwnPermission>(permission: P) => ({ kind: 'permission', permission }) as const

export const mayIfRecent = <P extends OwnPermission>(permission: P) =>
  ({ kind: 'permission', permission, recentlyAuthenticated: true }) as const

export const mayInPerson = <P extends OwnPermission>(permission: P) =>
  ({ kind: 'permission', permission, recentlyAuthenticated: true, inPerson: true }) as const

export const permissionKind: Kind<PermissionAccess> = {
  sender: 'token',
  presenter: 'api',
  cors: 'anyOrigin',
  body: 'fields',
  unknown: 'refused',
  who: ({ permission, recentlyAuthenticated, inPerson }) =>
    [
      `\`${permission}\``,
      ...(recentlyAuthenticated ? ['signed in within five minutes'] : []),
      ...(inPerson ? ['not by API key'] : []),
    ].join(', '),
  security: ({ permission, inPerson }) => [{ bearer: [permission] }, ...(inPerson ? [] : [{ apiKey: [permission] }])],
  refuses: access => [...refusedPersons(access), 'permission_denied'],
  judge: (access, { bearer }) => [bearer.token, bearer.person('darvoza:admin', access), bearer.permission(access)],
  confirm: () => [],
}
