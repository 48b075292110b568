import { isPermission, isRoleName, mostPermissions } from '../../policy/permissions.js';
import { refuse, refuseField } from '../../protocol/errors.js';
import { problem } from '../../protocol/problems.js';
import { checkAll } from '../../protocol/together.js';
import { isDuplicate } from '../../storage/database.js';
export function createRoles({ database, roleStore, rights, changes }) {
    /** Locks a role that is not built in, for somebody who may do all that it allows, before and after. */
    async function lock(tx, name, actor, after = []) {
        const role = await roleStore.lock(tx, name);
        if (!role)
            throw refuse('not_found', { problem: problem('unknown_role', { name }) });
        await rights.requireGiving(tx, actor, new Set([...role.permissions, ...after]));
        if (role.builtIn)
            throw refuse('built_in_role');
        return role;
    }
    async function setPermissions(tx, { name, permissions }, after, { record, note }) {
        await roleStore.setPermissions(tx, name, after);
        await record('role_changed', { subject: name });
        note({ action: 'role_changed', subject: name, before: { permissions }, after: { permissions: after } });
    }
    async function rename(tx, name, newName, { record, note }) {
        await roleStore.rename(tx, name, newName);
        // Under the old name: it is the one that live tokens have.
        await record('role_renamed', { subject: name });
        note({ action: 'role_renamed', subject: newName, before: { name }, after: { name: newName } });
    }
    /** In a transaction that may do more. @param given as `readPermissions` has made them */
    async function createIn(tx, { note }, name, given, actor) {
        await rights.requireGiving(tx, actor, new Set(given));
        await roleStore.insert(tx, { name, permissions: [...given], builtIn: false });
        note({ action: 'role_created', subject: name, after: { permissions: given } });
    }
    /** The same of another name, other permissions, or both at once; the transaction has locked the role, or locks it here. */
    async function updateIn(tx, change, name, { newName = name, permissions: after }, actor) {
        const role = await lock(tx, name, actor, after);
        if (after && after.join() !== role.permissions.join())
            await setPermissions(tx, role, after, change);
        if (newName !== name)
            await rename(tx, name, newName, change);
    }
    async function removeIn(tx, { record, note }, name, actor) {
        const { permissions } = await lock(tx, name, actor);
        await roleStore.delete(tx, name);
        await record('role_deleted', { subject: name });
        note({ action: 'role_deleted', subject: name, before: { permissions } });
    }
    return {
        createIn,
        updateIn,
        removeIn,
        /** With how many have each. */
        list: () => roleStore.list(database),
        /** To choose from, by name. */
        all: () => roleStore.all(database),
        /** @throws not_found */
        async require(name) {
            const found = (await roleStore.list(database)).find(role => role.name === name);
            if (!found)
                throw refuse('not_found', { problem: problem('unknown_role', { name }) });
            return found;
        },
        /** All that is wrong with a form for a new role. @throws invalid_fields */
        async check(name, permissions) {
            await checkAll(() => requireRoleName(name), async () => {
                if ((await roleStore.list(database)).some(role => role.name === name))
                    throw nameTaken();
            }, () => readPermissions(permissions));
        },
        /** @throws invalid_fields, permission_denied */
        async create(name, permissions, actor) {
            const [, given] = await checkAll(() => requireRoleName(name), () => readPermissions(permissions));
            try {
                await changes.run(actor, (tx, change) => createIn(tx, change, name, given, actor));
            }
            catch (error) {
                throw isDuplicate(error) ? nameTaken() : error;
            }
        },
        /** Another name, other permissions, or both at once. @throws invalid_fields, not_found, built_in_role, permission_denied */
        async update(name, { newName = name, permissions }, actor) {
            if (newName !== name)
                requireRoleName(newName);
            const after = permissions && readPermissions(permissions);
            try {
                const wanted = { newName, permissions: after };
                await changes.run(actor, (tx, change) => updateIn(tx, change, name, wanted, actor), { roles: [name] });
            }
            catch (error) {
                throw isDuplicate(error) ? nameTaken() : error;
            }
        },
        /** @throws not_found, built_in_role, permission_denied */
        remove: (name, actor) => changes.run(actor, (tx, change) => removeIn(tx, change, name, actor), { roles: [name] }),
    };
}
/** @throws invalid_fields */
function requireRoleName(name) {
    if (!isRoleName(name))
        throw refuseField('name', 'role_name');
}
/** Each once, in one order. @throws invalid_fields */
function readPermissions(permissions) {
    const wrong = permissions.find(permission => !isPermission(permission));
    if (wrong !== undefined)
        throw refuseField('permissions', 'no_permission', { name: wrong.slice(0, 100) });
    const each = [...new Set(permissions)].sort();
    if (each.length > mostPermissions)
        throw refuseField('permissions', 'too_many_permissions', { count: mostPermissions });
    return each;
}
function nameTaken() {
    return refuseField('name', 'role_name_taken');
}
//# sourceMappingURL=roles.js.map