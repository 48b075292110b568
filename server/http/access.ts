// Who may call a route, and what a row of the route table says.
import type { Credential } from '../policy/actor.js'
import type { OwnPermission } from '../policy/permissions.js'

export type Access =
  /** Anybody; whatever credential the request has is not looked at. */
  | { kind: 'open' }
  /** A person's own token: of the built-in application, or with the scope `darvoza:account`. */
  | {
      kind: 'person'
      /** Also for who must first choose a password that nobody else knows. */
      beforeNewPassword?: true
    }
  /** A token of the built-in application, or with the scope `darvoza:admin`, whose user has the permission. */
  | {
      kind: 'permission'
      permission: OwnPermission
      /** What it does is hard to take back: the person must have signed in within the last five minutes. */
      fresh?: true
    }
  /** A page that anybody sees; who is signed in by cookie is known to it. */
  | {
      kind: 'visitor'
      /** While nobody is signed in its form changes nothing that matters, and needs no token as long as it comes from here. */
      tokenless?: true
    }
  /** A page of whoever is signed in by cookie, and has the permission where it names one. */
  | {
      kind: 'page'
      permission?: OwnPermission
      /** What it does is hard to take back: a password typed over five minutes ago is asked for again. */
      fresh?: true
      /** Also for who must first choose a password that nobody else knows. */
      beforeNewPassword?: true
    }

/** Of the routes that look at the Authorization header alone, or at nothing. */
export type BearerAccess = Extract<Access, { kind: 'open' | 'person' | 'permission' }>
/** Of the routes that look at cookies alone. */
export type PageAccess = Exclude<Access, BearerAccess>

export function isPage(access: Access): access is PageAccess {
  return access.kind === 'page' || access.kind === 'visitor'
}

/** The credential that a route demands of a signed-in caller. */
export function credentialFor(access: Access, sid: string): Credential {
  return {
    sid,
    permission: ('permission' in access && access.permission) || null,
    beforeNewPassword: 'beforeNewPassword' in access && access.beforeNewPassword === true,
  }
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

export type RouteRow = {
  method: Method
  /** Without the trailing slash, which every route takes as well. */
  path: string
  access: Access
  /** How errors are written: simplejwt's JSON, or a page for people. */
  wire: 'api' | 'page'
  what: string
}
