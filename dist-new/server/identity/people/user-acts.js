import { rightsOf, rightsOfRoles } from '../../policy/permissions.js';
import { refuseField } from '../../protocol/errors.js';
import { chunked, findSelected, whyLeftOut, } from '../bulk.js';
export const userActKinds = ['disable', 'sign_out', 'add_role', 'remove_role'];
export const mostUsersAtOnce = 5_000;
/** Of more their access tokens are not counted. */
const mostWithTokens = 250;
export function createUserActs(deps) {
    const { database, userStore, roleStore, userListStore, users, sessions, whereSignedIn, states, rights, now } = deps;
    /** Those of the selection who were there at `at` and are not deleted. @throws invalid_fields */
    async function find(selection, at) {
        const ids = await findSelected(selection, {
            most: mostUsersAtOnce,
            what: 'users',
            named: async (ids) => ids,
            filtered: async (filter, page) => {
                const wanted = { ...filter, createdUpto: at };
                const { rows, next } = await userListStore.page(database, wanted, 'newest', states.terms(), page);
                return { rows: rows.map(row => row.id), next };
            },
        });
        const found = [];
        for (const some of chunked(ids))
            found.push(...(await userStore.some(database, some)));
        return found.filter(user => user.deletedAt === null);
    }
    /** @throws invalid_fields */
    async function requireRole(act) {
        if (!('role' in act))
            return null;
        const role = (await roleStore.list(database)).find(one => one.name === act.role);
        if (!role)
            throw refuseField('role', 'unknown_role', { name: act.role });
        return role;
    }
    /** Each act on one user, as it is done elsewhere. */
    function doTo(user, act, actor) {
        switch (act.what) {
            case 'disable':
                return users.disable(user.id, actor);
            case 'sign_out':
                return sessions.endAll(user.id, actor);
            case 'add_role':
                return users.addRole(user.id, act.role, actor);
            case 'remove_role':
                return users.removeRole(user.id, act.role, actor);
        }
    }
    async function countTokens(of) {
        let tokens = 0;
        for (const { id } of of)
            tokens += (await whereSignedIn.countLive(id)).tokens;
        return tokens;
    }
    return {
        /** @throws invalid_fields, also when there are more than can be acted on at once */
        async preview(selection, act, actor, { keep, asOf } = {}) {
            const at = asOf ?? now();
            const role = await requireRole(act);
            const given = rightsOfRoles(role !== null && act.what === 'add_role' ? [role] : []);
            const may = await rights.judge(database, actor);
            const leftOut = [];
            const reached = [];
            let unchanged = 0;
            for (const user of await find(selection, at)) {
                if (user.id === keep)
                    leftOut.push(leftOutOf(user, 'self'));
                else if (isSo(user, act))
                    unchanged++;
                else if (may === null || may(rightsOf(user), rightsOf(withRole(user, act, role)), given))
                    reached.push(user);
                else
                    leftOut.push(leftOutOf(user, 'permission_denied'));
            }
            let live = 0;
            for (const some of chunked(reached)) {
                const ids = some.map(user => user.id);
                for (const count of (await userListStore.liveSessions(database, ids, states.terms())).values())
                    live += count;
            }
            const tokens = 'role' in act && reached.length <= mostWithTokens ? await countTokens(reached) : null;
            const userIds = reached.map(user => user.id);
            return { at, count: reached.length, userIds, sessions: live, tokens, unchanged, leftOut };
        },
        /** Acts on whom was previewed, one after the other. @throws invalid_fields */
        async run(selection, act, previewed, actor, { keep } = {}) {
            await requireRole(act);
            const leftOut = [];
            let done = 0;
            for (const user of await find(selection, previewed.at)) {
                if (user.id === keep) {
                    leftOut.push(leftOutOf(user, 'self'));
                    continue;
                }
                if (isSo(user, act))
                    continue;
                try {
                    await doTo(user, act, actor);
                    done++;
                }
                catch (error) {
                    const why = whyLeftOut(error);
                    // Deleted meanwhile: nothing is left to be done.
                    if (why !== 'not_found')
                        leftOut.push(leftOutOf(user, why));
                }
            }
            return { done, differ: done - previewed.count, leftOut };
        },
    };
}
function leftOutOf({ id, username }, why) {
    return { userId: id, username, count: 1, why };
}
/** Is the user already as the act would make them? */
function isSo({ active, roles }, act) {
    switch (act.what) {
        case 'disable':
            return !active;
        case 'sign_out':
            return false;
        case 'add_role':
            return roles.includes(act.role);
        case 'remove_role':
            return !roles.includes(act.role);
    }
}
/** What the user may do afterwards; of what is taken, no more than what is left matters. */
function withRole(user, act, role) {
    if (role === null || act.what !== 'add_role')
        return user;
    return { roles: [...user.roles, role.name], allPermissions: [...user.allPermissions, ...role.permissions] };
}
//# sourceMappingURL=user-acts.js.map