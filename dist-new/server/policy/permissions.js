// Permissions are strings such as `orders:write`; our own begin with `darvoza:`. The built-in roles, and the one rule
// about acting on people.
export const ownPermissions = {
    'darvoza:users:read': 'See users',
    'darvoza:users:write': 'Create, change, disable and delete users',
    'darvoza:sessions:read': 'See devices and sessions',
    'darvoza:sessions:end': 'End devices and sessions',
    'darvoza:roles:write': 'Give and take roles and permissions',
    'darvoza:applications:read': 'See applications',
    'darvoza:applications:write': 'Make, change, disable and delete applications',
    'darvoza:policies:read': 'See policies',
    'darvoza:policies:write': 'Change policies',
    'darvoza:keys:read': 'See signing keys',
    'darvoza:keys:write': 'Rotate and revoke signing keys',
    'darvoza:revocations:read': 'See the revocation log',
    'darvoza:revocations:write': 'Write the revocation log',
    'darvoza:audit:read': 'See the audit log and incidents',
};
const every = Object.keys(ownPermissions);
export const builtInRoles = {
    admin: every,
    support: ['darvoza:users:read', 'darvoza:sessions:read', 'darvoza:sessions:end'],
    auditor: every.filter(permission => permission.endsWith(':read')),
};
/** What makes somebody an administrator: the last user who holds it cannot lose it. */
export const administratorRole = 'admin';
export function rightsOf(person) {
    return person.roles.includes(administratorRole) ? 'everything' : new Set(person.allPermissions);
}
/** What roles allow together, and permissions beside them. */
export function rightsOfRoles(roles, permissions = []) {
    const allPermissions = [...permissions, ...roles.flatMap(role => role.permissions)];
    return rightsOf({ roles: roles.map(role => role.name), allPermissions });
}
/**
 * The one rule about acting on people: nobody touches somebody who may do more here than they do. It compares our own
 * permissions, before and after; what other applications call theirs is theirs to protect, and a helpdesk goes on helping.
 * @returns whether `actor` may turn somebody with `before` into somebody with `after`, if all that is given may be given
 */
export function mayAct(actor, before, after = before) {
    return actor === 'everything' || [...ownOf(before), ...ownOf(after)].every(permission => actor.has(permission));
}
/**
 * Nobody gives what they have not, what other applications call theirs included; whatever the same call takes away, and
 * whatever the receiver could do before.
 */
export function mayGive(actor, given) {
    if (actor === 'everything')
        return true;
    return given !== 'everything' && [...given].every(permission => actor.has(permission));
}
/** Whoever sets a password may sign in with it: that of somebody who may do everything is for their like alone. */
export function maySetPassword(actor, of) {
    return mayAct(actor, of) && (of !== 'everything' || actor === 'everything');
}
/** What `of` may do and `actor` may not: what whoever sets a password, and may sign in with it, could thereby use. */
export function rightsBeyond(actor, of) {
    if (actor === 'everything' || of === 'everything')
        return [];
    return [...of].filter(permission => !actor.has(permission)).sort();
}
function ownOf(rights) {
    return rights === 'everything' ? every : [...rights].filter(isOwnPermission);
}
export function isOwnPermission(permission) {
    return permission.startsWith('darvoza:');
}
/** Any word of another application's, and of ours those that there are: one that was mistyped would protect its holder. */
export function isPermission(text) {
    if (isOwnPermission(text))
        return Object.hasOwn(ownPermissions, text);
    return /^[a-z0-9][a-z0-9._:-]{0,99}$/.test(text);
}
/** Of a role: more would not fit into a token, nor be looked through by anybody. */
export const mostPermissions = 500;
export function isRoleName(text) {
    return /^[a-z][a-z0-9_-]{0,39}$/.test(text);
}
//# sourceMappingURL=permissions.js.map