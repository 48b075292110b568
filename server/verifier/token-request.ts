// A request as it is judged, whatever the framework, and what a route asks of it.
import type { Needs } from './needs.js'

/** Also `optional`: without credentials a request passes, too; bad ones are refused all the same. */
export type RouteNeeds = Omit<Needs, 'proof'> & { optional?: boolean }

/** What a route asks for, or that it asks for nothing. */
export type Access = RouteNeeds | 'anyone'

export type TokenRequest = {
  method: string
  /** The target as the client sent it. */
  target: string
  /** `https://host`, as far as the framework knows it. */
  origin: string
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Names and values in turn, where there are any: node joins or drops headers that come twice. */
  rawHeaders?: readonly string[] | undefined
  /** The same object for the same request. */
  request: object
}
