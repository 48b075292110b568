import { administratorRole, isPermission, rightsOf, rightsOfRoles } from '../../policy/permissions.js';
import { refuseField } from '../../protocol/errors.js';
export function createUserAccess({ userStore, newUsers, rights, change, requireAdministratorBeside }) {
    /** @throws invalid_fields, not_found, last_administrator, permission_denied */
    const setRoles = (id, roles, actor) => setAccess(id, { roles }, actor);
    /** One role more, beside those that the user has at that moment. @throws like setRoles */
    const addRole = (id, role, actor) => changeAccess(id, ({ roles }) => ({ roles: [...roles, role] }), actor, [role]);
    /** One role less. @throws like setRoles */
    const removeRole = (id, role, actor) => changeAccess(id, ({ roles }) => ({ roles: roles.filter(one => one !== role) }), actor, [role]);
    /** Permissions of the user's own, beside those of roles. @throws invalid_fields, not_found, permission_denied */
    const setPermissions = (id, permissions, actor) => setAccess(id, { permissions }, actor);
    /** Both, or neither where one is refused; what is left out stays. @throws like setRoles */
    async function setAccess(id, access, actor) {
        const wrong = access.permissions?.find(permission => !isPermission(permission));
        if (wrong !== undefined)
            throw refuseField('permissions', 'no_permission', { name: wrong.slice(0, 100) });
        await changeAccess(id, () => access, actor, access.roles);
    }
    /** @param giving the roles that may be given, as far as they are known before */
    function changeAccess(id, chosen, actor, giving) {
        const work = async (tx, user, { record, note }) => {
            const { roles, permissions } = chosen(user);
            const notes = [
                ...(roles ? await giveRoles(tx, user, distinct(roles), actor) : []),
                ...(permissions ? await givePermissions(tx, user, distinct(permissions), actor) : []),
            ];
            // What their tokens say is stale but once, whatever of it was changed.
            if (notes.length > 0)
                await record('roles_changed', { subject: String(id) });
            for (const one of notes)
                note({ ...one, subject: String(id) });
        };
        return change(id, actor, work, giving && { roles: giving });
    }
    async function giveRoles(tx, user, wanted, actor) {
        const held = await newUsers.requireRoles(tx, wanted);
        if (wanted.join() === user.roles.join())
            return [];
        await rights.require(tx, actor, rightsOf(user), rightsOfRoles(held, user.permissions));
        const given = held.filter(role => !user.roles.includes(role.name));
        await rights.requireGiving(tx, actor, rightsOfRoles(given));
        if (!wanted.includes(administratorRole))
            await requireAdministratorBeside(tx, user);
        await userStore.setRoles(tx, user.id, wanted);
        return [{ action: 'roles_changed', before: { roles: user.roles }, after: { roles: wanted } }];
    }
    async function givePermissions(tx, user, wanted, actor) {
        if (wanted.join() === user.permissions.join())
            return [];
        await rights.require(tx, actor, new Set(user.permissions), new Set(wanted));
        await rights.requireGiving(tx, actor, new Set(wanted.filter(one => !user.permissions.includes(one))));
        await userStore.update(tx, user.id, { permissions: wanted });
        const [before, after] = [{ permissions: user.permissions }, { permissions: wanted }];
        return [{ action: 'permissions_changed', before, after }];
    }
    return { setRoles, addRole, removeRole, setPermissions, setAccess };
}
const distinct = (names) => [...new Set(names)].sort();
//# sourceMappingURL=user-access.js.map