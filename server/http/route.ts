// A row of the route table, and how one is written: `get('/api/me', person, 'The signed-in user')`. It decides everything
// about the route: its kind of access (kinds/) says who presents errors, who may read the answer from another origin, and
// which steps come before the handler.
import type { AnyAccess } from './kinds/kind.js'

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** What may stand in the address and in the body. Kinds that refuse what they do not know refuse whatever is not named here. */
export type Parameters = {
  query?: readonly string[]
  body?: readonly string[]
}

export type RowOptions = Parameters & {
  /** Let in a few at a time: everybody signs in at nine o'clock, and those who are signed in have work to do. */
  limited?: true
}

export type RouteRow<A extends AnyAccess = AnyAccess> = RowOptions & {
  method: Method
  /** Without the trailing slash, which every route takes as well. */
  path: string
  access: A
  /** What it is for, in docs/routes.md. */
  what: string
}

function rowOf<M extends Method>(method: M) {
  return <P extends string, A extends AnyAccess>(path: P, access: A, what: string, options: RowOptions = {}) =>
    ({ method, path, access, what, ...options }) as const
}

export const get = rowOf('GET')
export const post = rowOf('POST')
export const patch = rowOf('PATCH')
export const put = rowOf('PUT')
/** DELETE; its own name is a keyword. */
export const del = rowOf('DELETE')
