// A request as it is checked, for any framework, and what a route requires of it.
import type { Needs } from './needs.js'

/** With `optional` a request without credentials passes, too; bad ones are refused all the same. */
export type RouteNeeds = Omit<Needs, 'proof'> & { optional?: boolean }

/** The requirements of a route, or `anyone` for none. */
export type Access = RouteNeeds | 'anyone'

export type TokenRequest = {
  method: string
  /** The target as the client sent it. */
  target: string
  /** `https://host`, as far as the framework knows it. */
  origin: string
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Names and values alternately, where available: node joins or drops duplicate headers. */
  rawHeaders?: readonly string[] | undefined
  /** An object that identifies the request: the same one for the same request. */
  request: object
}
