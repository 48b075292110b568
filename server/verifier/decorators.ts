// Decorators for controllers that are classes: each method's requirements stand above it, and a method without any
// requires a valid token. They work with TypeScript's `experimentalDecorators` and as standard ones, and are read from
// an instance:
//   @RequireScope('orders') class Orders { @RequirePermission('orders:write') create(ctx) {…} @AllowAny list(ctx) {…} }
//   const orders = guard(new Orders(), needs => requireToken(verifier, needs)); router.post('/orders', ...orders.create)
import { requireAccess } from './check-access.js'
import type { Access, RouteNeeds } from './token-request.js'

type Name = string | symbol
/**
 * The second argument: a context in the standard's form; in TypeScript's older form a name, followed by a descriptor.
 */
type StandardContext = { kind: string; name: Name | undefined; addInitializer?(run: (this: object) => void): void }
// biome-ignore lint/suspicious/noExplicitAny: one decorator for classes, methods and fields, in two forms of the language
export type Decorator = (value: any, second?: any, third?: any) => any

/** Requires a token with all of these permissions. */
export const RequirePermission = (...permission: string[]): Decorator => decorator({ permission })
/** Requires a token with all of these scopes. */
export const RequireScope = (...scope: string[]): Decorator => decorator({ scope })
/** Requires a token with any one of these roles. */
export const RequireRole = (...role: string[]): Decorator => decorator({ role })
/** Requires a token, and other needs, such as `maxAge`. */
export const RequireToken = (needs: RouteNeeds = {}): Decorator => decorator(needs)
/** Requires no token. On a class: for the methods that are written in it, not for those that inherit from it. */
export const AllowAny: Decorator = (value, second, third) => decorator('anyone')(value, second, third)

type Declared = Access[]

/** Requirements by class and by prototype: of all methods, and by name. Then by function, and by instance. */
const ofClasses = new WeakMap<object, Declared>()
const ofMembers = new WeakMap<object, Map<Name, Declared>>()
const ofFunctions = new WeakMap<object, Declared>()

function decorator(access: Access): Decorator {
  requireAccess(access)
  return (value: object, second?: StandardContext | Name, _third?: unknown) => {
    if (second === undefined) return declare(ofClasses, value, access)
    if (typeof second !== 'object') return declareMember(value, second, access)
    const { kind, name } = second
    if (kind === 'class') return declare(ofClasses, value, access)
    if (name === undefined || (kind !== 'method' && kind !== 'field'))
      throw new TypeError(`a ${kind} answers no requests: decorate classes, methods and fields`)
    // An outer decorator may replace the function; then the name identifies the method, once there is an instance.
    if (access !== 'anyone')
      second.addInitializer?.(function (this: object) {
        declareMember(this, name, access)
      })
    // AllowAny is valid for this very function only.
    if (kind === 'method') return declare(ofFunctions, value, access)
    return (initial: unknown) => {
      if (typeof initial === 'function') declare(ofFunctions, initial, access)
      return initial
    }
  }
}

function declare(where: WeakMap<object, Declared>, of: object, access: Access): void {
  where.set(of, [...(where.get(of) ?? []), access])
}

function declareMember(of: object, name: Name, access: Access): void {
  const members = ofMembers.get(of) ?? new Map<Name, Declared>()
  ofMembers.set(of, members.set(name, [...(members.get(name) ?? []), access]))
}

/**
 * What a method of a controller requires: all that its class, those above it and the method itself require.
 * @throws TypeError where these contradict each other, such as AllowAny beside RequireRole
 */
export function needsOf(controller: object, name: Name): Access {
  if (typeof controller === 'function') throw new TypeError('needsOf reads instances: new Controller()')
  const chain = chainOf(controller)
  const owner = chain.find(one => Object.hasOwn(one, name))
  if (!owner || typeof Reflect.get(controller, name) !== 'function') throw new TypeError(`no method ${String(name)}`)
  // An override in a subclass loses an inherited AllowAny, and keeps inherited requirements. A field is in the
  // instance, but TypeScript's decorators register it at the prototype.
  const reach = isClassOf(owner) ? chain.indexOf(owner) : 1
  const members = chain.flatMap((one, index) => {
    const declared = [...(ofMembers.get(one)?.get(name) ?? []), ...functionOf(one, name)]
    return index <= reach ? declared : declared.filter(isDemand)
  })
  const own = [...new Set(members)]
  if (own.includes('anyone') && own.some(isDemand))
    throw new TypeError(`${String(name)}: AllowAny contradicts another decorator`)
  if (own.includes('anyone')) return 'anyone'
  const classes = chain.map(one => ({ one, declared: ofClasses.get(one.constructor) ?? [] }))
  const demands = [...classes.flatMap(({ one, declared }) => (isClassOf(one) ? declared : [])), ...own].filter(isDemand)
  const classOfOwner = isClassOf(owner) ? (ofClasses.get(owner.constructor) ?? []) : []
  if (demands.length === 0 && classOfOwner.includes('anyone')) return 'anyone'
  return demands.reduce<RouteNeeds>((all, one) => combined(all, one, String(name)), {})
}

/** The instance, and its prototypes. */
function chainOf(controller: object): object[] {
  const chain: object[] = []
  for (let one: object | null = controller; one && one !== Object.prototype; one = Object.getPrototypeOf(one))
    chain.push(one)
  return chain
}

function functionOf(owner: object, name: Name): Declared {
  const value = Object.getOwnPropertyDescriptor(owner, name)?.value
  return typeof value === 'function' ? (ofFunctions.get(value) ?? []) : []
}

const isDemand = (access: Access): access is RouteNeeds => access !== 'anyone'

/** A prototype, not an instance, which has the same constructor. */
const isClassOf = (one: object) => Object.hasOwn(one, 'constructor')

function combined(a: RouteNeeds, b: RouteNeeds, name: string): RouteNeeds {
  // Any one of the roles suffices: two lists of them cannot be combined into one.
  if (a.role !== undefined && b.role !== undefined) throw new TypeError(`${name}: roles are named twice`)
  const maxAge = Math.min(a.maxAge ?? Number.POSITIVE_INFINITY, b.maxAge ?? Number.POSITIVE_INFINITY)
  const role = a.role ?? b.role
  return {
    ...joined('scope', a.scope, b.scope),
    ...joined('permission', a.permission, b.permission),
    ...(role !== undefined && { role }),
    ...(Number.isFinite(maxAge) && { maxAge }),
    ...(a.allowReadsUntilExpiry && b.allowReadsUntilExpiry && { allowReadsUntilExpiry: true }),
    ...(a.optional && b.optional && { optional: true }),
  }
}

type Words = string | readonly string[] | undefined

function joined(name: 'scope' | 'permission', a: Words, b: Words): RouteNeeds {
  const words = [...new Set([a ?? [], b ?? []].flat())]
  return words.length > 0 ? { [name]: words } : {}
}

// biome-ignore lint/suspicious/noExplicitAny: handlers of every framework
type Handler = (...args: any[]) => any

/** By method: the middleware that checks its requests, and the bound method. An open one has no middleware. */
export type Guarded<C, M> = {
  readonly [K in keyof C as C[K] extends Handler ? K : never]: [...middleware: M[], handler: C[K] & Handler]
}

/**
 * All methods of a controller, each with the middleware that checks its requests.
 * @param middleware such as `needs => requireToken(verifier, needs)`
 * @throws TypeError as needsOf, for any of them
 */
export function guard<C extends object, M>(controller: C, middleware: (needs: RouteNeeds) => M): Guarded<C, M> {
  const names = new Set(chainOf(controller).flatMap(one => Object.getOwnPropertyNames(one)))
  names.delete('constructor')
  const guarded: Record<string, unknown[]> = {}
  for (const name of names) {
    const owner = chainOf(controller).find(one => Object.hasOwn(one, name))
    const method: unknown = owner && Object.getOwnPropertyDescriptor(owner, name)?.value
    if (typeof method !== 'function') continue
    const access = needsOf(controller, name)
    guarded[name] = [...(access === 'anyone' ? [] : [middleware(access)]), method.bind(controller)]
  }
  return guarded as Guarded<C, M>
}
