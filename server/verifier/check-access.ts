// Validates what a route requires, where it is written: a misspelt name would require nothing.
import { nearest } from '../protocol/near.js'
import type { Access, RouteNeeds } from './token-request.js'

type Check = (value: unknown) => boolean

const isWord: Check = value => typeof value === 'string' && /^\S+$/.test(value)
const isName: Check = value => typeof value === 'string' && value.trim() !== ''
const someOf =
  (is: Check): Check =>
  value =>
    Array.isArray(value) ? value.length > 0 && value.every(is) : is(value)
const isFlag: Check = value => value === undefined || typeof value === 'boolean'

const ofRoutes = {
  scope: someOf(isWord),
  permission: someOf(isWord),
  role: someOf(isName),
  maxAge: value => Number.isFinite(value) && (value as number) >= 0,
  allowReadsUntilExpiry: isFlag,
  optional: isFlag,
} as const satisfies Record<keyof RouteNeeds, Check>

/** @throws TypeError where it is invalid */
export function requireAccess(access: Access): void {
  if (access === 'anyone') return
  if (typeof access !== 'object' || access === null)
    throw new TypeError('what a route asks for is an object, or anyone')
  requireNames('what a route asks for', access, Object.keys(ofRoutes))
  for (const [name, value] of Object.entries(access))
    if (!ofRoutes[name as keyof RouteNeeds](value)) throw new TypeError(`${name}: what is asked for cannot be right`)
}

/** @throws TypeError for an unknown name */
export function requireNames(of: string, given: object, known: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    const found = nearest(
      name,
      known.map(one => one.toLowerCase()),
    )
    const meant = known.find(one => one.toLowerCase() === found)
    throw new TypeError(`${of} has no ${name}${meant ? `: did you mean ${meant}?` : ''}`)
  }
}
