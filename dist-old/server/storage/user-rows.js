// A user as code has it, and as rows hold it.
import { emailKey } from '../policy/email.js';
import { createRecent } from '../protocol/recent.js';
export const userColumns = [
    'id',
    'username',
    'usernameKey',
    'passwordHash',
    'firstName',
    'lastName',
    'email',
    'emailVerified',
    'active',
    'permissions',
    'endedSeq',
    'lastLoginAt',
    'passwordChangedAt',
    'mustChangePassword',
    'createdAt',
    'deletedAt',
];
/** One row per role comes in, one user goes out. */
export function foldUser(rows) {
    return withRoles(pickUser(rows[0]), rows);
}
/** The user alone out of a row that has others beside; member by member, since each refresh reads one. */
function pickUser(row) {
    return {
        id: row.id,
        username: row.username,
        usernameKey: row.usernameKey,
        passwordHash: row.passwordHash,
        firstName: row.firstName,
        lastName: row.lastName,
        email: row.email,
        endedSeq: row.endedSeq,
        lastLoginAt: row.lastLoginAt,
        passwordChangedAt: row.passwordChangedAt,
        createdAt: row.createdAt,
        deletedAt: row.deletedAt,
        active: row.active === 1,
        emailVerified: row.emailVerified === 1,
        mustChangePassword: row.mustChangePassword === 1,
        permissions: JSON.parse(row.permissions),
    };
}
export function readUser(row) {
    return {
        ...row,
        active: row.active === 1,
        emailVerified: row.emailVerified === 1,
        mustChangePassword: row.mustChangePassword === 1,
        permissions: JSON.parse(row.permissions),
    };
}
/** Few roles have many users. */
const parsed = createRecent(200);
function permissionsOf(text) {
    const known = parsed.find(text);
    if (known)
        return known;
    const permissions = JSON.parse(text);
    parsed.keep(text, permissions);
    return permissions;
}
/** @param rows one for each role */
export function withRoles(user, rows) {
    const roles = new Set();
    const all = new Set(user.permissions);
    for (const { roleName, rolePermissions } of rows) {
        if (roleName === null)
            continue;
        roles.add(roleName);
        for (const permission of permissionsOf(rolePermissions))
            all.add(permission);
    }
    return { ...user, roles: [...roles].sort(), allPermissions: [...all].sort() };
}
/** As the columns hold it. */
export function writtenUser({ permissions, ...plain }) {
    return {
        ...plain,
        ...(permissions && { permissions: JSON.stringify(permissions) }),
        ...(plain.email !== undefined && { emailKey: emailKey(plain.email) }),
    };
}
//# sourceMappingURL=user-rows.js.map