import { userListOf, userOrders, userStates, } from '../../storage/user-lists.js';
import { cursorIn, every, listed } from '../listing.js';
import { publicUser } from './public-user.js';
export { userOrders, userStates };
export function createUserList({ database, userStore, userListStore, states }) {
    /** @throws invalid_fields */
    async function page(filter, order, page) {
        const terms = states.terms();
        const after = cursorIn(userListOf(filter, order), page);
        const scanned = await userListStore.page(database, filter, order, terms, { ...page, after });
        const ids = scanned.rows.map(row => row.id);
        if (ids.length === 0)
            return listed(scanned, []);
        const records = new Map((await userStore.some(database, ids)).map(user => [user.id, user]));
        const live = await userListStore.liveSessions(database, ids, terms);
        const rows = ids.flatMap((id) => {
            const user = records.get(id);
            return user ? [{ user: publicUser(user), state: stateOf(user), liveSessions: live.get(id) ?? 0 }] : [];
        });
        return listed(scanned, rows);
    }
    return {
        page,
        count: (filter) => userListStore.count(database, filter, states.terms()),
        /** All of them, for a file. */
        every: (filter, order) => every(next => page(filter, order, next)),
    };
}
function stateOf({ active, deletedAt }) {
    return deletedAt !== null ? 'deleted' : active ? 'active' : 'disabled';
}
//# sourceMappingURL=user-list.js.map