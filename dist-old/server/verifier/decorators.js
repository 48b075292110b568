// Decorators for controllers that are classes: what each method asks for stands above it, and what says nothing asks for a
// good token. They work with TypeScript's `experimentalDecorators` and as standard ones, and are read from an instance:
//   @RequireScope('orders') class Orders { @RequirePermission('orders:write') create(ctx) {…} @AllowAny list(ctx) {…} }
//   const orders = guard(new Orders(), needs => requireToken(verifier, needs)); router.post('/orders', ...orders.create)
import { requireAccess } from './check-access.js';
/** A token is needed, and all of these permissions. */
export const RequirePermission = (...permission) => decorator({ permission });
/** A token is needed, and all of these scopes. */
export const RequireScope = (...scope) => decorator({ scope });
/** A token is needed, and any one of these roles. */
export const RequireRole = (...role) => decorator({ role });
/** A token is needed; and whatever else, such as `maxAge`. */
export const RequireToken = (needs = {}) => decorator(needs);
/** Whoever asks. On a class: for the methods that stand in it, not for those that inherit from it. */
export const AllowAny = (value, second, third) => decorator('anyone')(value, second, third);
/** By class and by prototype: of all, and by name. What a function itself was marked with. What instances were made with. */
const ofClasses = new WeakMap();
const ofMembers = new WeakMap();
const ofFunctions = new WeakMap();
function decorator(access) {
    requireAccess(access);
    return (value, second, _third) => {
        if (second === undefined)
            return declare(ofClasses, value, access);
        if (typeof second !== 'object')
            return declareMember(value, second, access);
        const { kind, name } = second;
        if (kind === 'class')
            return declare(ofClasses, value, access);
        if (name === undefined || (kind !== 'method' && kind !== 'field'))
            throw new TypeError(`a ${kind} answers no requests: decorate classes, methods and fields`);
        // A decorator further out may put another function in its place; then the name still tells, once there is an instance.
        if (access !== 'anyone')
            second.addInitializer?.(function () {
                declareMember(this, name, access);
            });
        // What opens holds for this very function.
        if (kind === 'method')
            return declare(ofFunctions, value, access);
        return (initial) => {
            if (typeof initial === 'function')
                declare(ofFunctions, initial, access);
            return initial;
        };
    };
}
function declare(where, of, access) {
    where.set(of, [...(where.get(of) ?? []), access]);
}
function declareMember(of, name, access) {
    const members = ofMembers.get(of) ?? new Map();
    ofMembers.set(of, members.set(name, [...(members.get(name) ?? []), access]));
}
/**
 * What a method of a controller asks for: all that its class and those above it ask, and the method itself.
 * @throws TypeError where that cannot be said, such as AllowAny beside RequireRole
 */
export function needsOf(controller, name) {
    if (typeof controller === 'function')
        throw new TypeError('needsOf reads instances: new Controller()');
    const chain = chainOf(controller);
    const owner = chain.find(one => Object.hasOwn(one, name));
    if (!owner || typeof Reflect.get(controller, name) !== 'function')
        throw new TypeError(`no method ${String(name)}`);
    // Where it is written anew further down, what opened it above does not open it, and what closed it does.
    // A field stands in the instance, and what TypeScript's decorators say of it, in the prototype.
    const reach = isClassOf(owner) ? chain.indexOf(owner) : 1;
    const members = chain.flatMap((one, index) => {
        const declared = [...(ofMembers.get(one)?.get(name) ?? []), ...functionOf(one, name)];
        return index <= reach ? declared : declared.filter(isDemand);
    });
    const own = [...new Set(members)];
    if (own.includes('anyone') && own.some(isDemand))
        throw new TypeError(`${String(name)}: open, and closed`);
    if (own.includes('anyone'))
        return 'anyone';
    const classes = chain.map(one => ({ one, declared: ofClasses.get(one.constructor) ?? [] }));
    const demands = [...classes.flatMap(({ one, declared }) => (isClassOf(one) ? declared : [])), ...own].filter(isDemand);
    const classOfOwner = isClassOf(owner) ? (ofClasses.get(owner.constructor) ?? []) : [];
    if (demands.length === 0 && classOfOwner.includes('anyone'))
        return 'anyone';
    return demands.reduce((all, one) => together(all, one, String(name)), {});
}
/** The instance, and what it inherits from. */
function chainOf(controller) {
    const chain = [];
    for (let one = controller; one && one !== Object.prototype; one = Object.getPrototypeOf(one))
        chain.push(one);
    return chain;
}
function functionOf(owner, name) {
    const value = Object.getOwnPropertyDescriptor(owner, name)?.value;
    return typeof value === 'function' ? (ofFunctions.get(value) ?? []) : [];
}
const isDemand = (access) => access !== 'anyone';
/** A prototype, not an instance, which has the same constructor. */
const isClassOf = (one) => Object.hasOwn(one, 'constructor');
function together(a, b, name) {
    // Any one of the roles is enough: two lists of them cannot be said as one.
    if (a.role !== undefined && b.role !== undefined)
        throw new TypeError(`${name}: roles are named twice`);
    const maxAge = Math.min(a.maxAge ?? Number.POSITIVE_INFINITY, b.maxAge ?? Number.POSITIVE_INFINITY);
    const role = a.role ?? b.role;
    return {
        ...joined('scope', a.scope, b.scope),
        ...joined('permission', a.permission, b.permission),
        ...(role !== undefined && { role }),
        ...(Number.isFinite(maxAge) && { maxAge }),
        ...(a.allowReadsUntilExpiry && b.allowReadsUntilExpiry && { allowReadsUntilExpiry: true }),
        ...(a.optional && b.optional && { optional: true }),
    };
}
function joined(name, a, b) {
    const words = [...new Set([a ?? [], b ?? []].flat())];
    return words.length > 0 ? { [name]: words } : {};
}
/**
 * All methods of a controller with what judges their requests before them.
 * @param middleware such as `needs => requireToken(verifier, needs)`
 * @throws TypeError as needsOf, for any of them
 */
export function guard(controller, middleware) {
    const names = new Set(chainOf(controller).flatMap(one => Object.getOwnPropertyNames(one)));
    names.delete('constructor');
    const guarded = {};
    for (const name of names) {
        const owner = chainOf(controller).find(one => Object.hasOwn(one, name));
        const method = owner && Object.getOwnPropertyDescriptor(owner, name)?.value;
        if (typeof method !== 'function')
            continue;
        const access = needsOf(controller, name);
        guarded[name] = [...(access === 'anyone' ? [] : [middleware(access)]), method.bind(controller)];
    }
    return guarded;
}
//# sourceMappingURL=decorators.js.map