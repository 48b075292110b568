// The table of the kinds of access. The type of a kind, and how a route's steps are made from it: kind.ts.

import { type AuthorizationAccess, authorizationKind } from './authorization.js'
import { type ClientAccess, clientKind } from './client.js'
import { type FileAccess, fileKind } from './file.js'
import type { Kinds } from './kind.js'
import { type OpenAccess, openKind } from './open.js'
import { type PageAccess, pageKind } from './page.js'
import { type PermissionAccess, permissionKind } from './permission.js'
import { type PersonAccess, personKind } from './person.js'
import { type ProgramAccess, programKind } from './program.js'
import { type PublicPageAccess, publicPageKind } from './public-page.js'
import { type RegistrationAccess, registrationKind } from './registration.js'
import { type ScopeAccess, scopeKind } from './scope.js'

export type Access =
  | OpenAccess
  | FileAccess
  | PersonAccess
  | PermissionAccess
  | ScopeAccess
  | ProgramAccess
  | ClientAccess
  | RegistrationAccess
  | PublicPageAccess
  | PageAccess
  | AuthorizationAccess

export const kinds: Kinds<Access> = {
  open: openKind,
  file: fileKind,
  person: personKind,
  permission: permissionKind,
  scope: scopeKind,
  program: programKind,
  client: clientKind,
  registration: registrationKind,
  publicPage: publicPageKind,
  page: pageKind,
  authorization: authorizationKind,
}

/** How the senders of a route authenticate. */
export const senderOf = ({ access }: { access: Access }) => kinds[access.kind].sender
