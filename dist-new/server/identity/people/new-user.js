import { isPermission } from '../../policy/permissions.js';
import { longestUsername, usernameKey, whyNotUsername } from '../../policy/username.js';
import { refuseField, refuseFields } from '../../protocol/errors.js';
import { checkAllNow } from '../../protocol/together.js';
import { unusableHash, whyNotHash } from '../sign-in/stored-passwords.js';
import { requireProfile } from './profile.js';
/** Of an import. Numbers go on after it, and each must be held exactly by JavaScript and by JSON. */
const greatestId = 2 ** 52;
/** Whatever is wrong with a user from elsewhere, whoever is here already. @throws invalid_fields */
export function requireImportable(user) {
    checkAllNow(() => requireUsername(user.username, longestUsername), () => {
        if (user.id !== undefined && !(Number.isInteger(user.id) && user.id >= 1 && user.id <= greatestId))
            throw refuseField('id', 'user_id_out_of_range', { max: greatestId });
    }, () => {
        const found = whyNotHash(user.passwordHash ?? '');
        if (found)
            throw refuseFields({ password_hash: [found] });
    }, () => {
        if (user.permissions?.some(permission => !isPermission(permission)))
            throw refuseField('permissions', 'not_permission');
    }, () => requireProfile(user));
}
/** As the row is to be. @param user whose fields were found good */
export function newUser(user, id, now) {
    return {
        id,
        username: user.username,
        usernameKey: usernameKey(user.username),
        passwordHash: user.passwordHash || unusableHash,
        firstName: user.firstName ?? '',
        lastName: user.lastName ?? '',
        email: user.email ?? '',
        emailVerified: Boolean(user.email) && user.emailVerified === true,
        active: user.active ?? true,
        permissions: user.permissions ?? [],
        endedSeq: 0,
        lastLoginAt: user.lastLoginAt ?? null,
        passwordChangedAt: now,
        mustChangePassword: user.mustChangePassword ?? false,
        createdAt: user.createdAt ?? now,
        deletedAt: null,
    };
}
/** @param isNewId the id is none that they brought along */
export function noteOf(action, user, id, isNewId = false) {
    const after = {
        ...{ username: user.username, roles: user.roles ?? [], permissions: user.permissions ?? [] },
        ...(isNewId && { new_id: true }),
    };
    return { action, subject: String(id), after };
}
/** @throws invalid_fields */
export function requireUsername(username, maxLength) {
    const problem = whyNotUsername(username, maxLength);
    if (problem)
        throw refuseFields({ username: [problem] });
}
//# sourceMappingURL=new-user.js.map