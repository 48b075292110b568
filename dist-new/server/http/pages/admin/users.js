// Users, as administrators look through them. The pattern for other lists: the address says what is shown (query.ts), one
// call down, plain values for the view.
import { userOrders, userStates } from '../../../identity/people/user-list.js';
import { answerCsv } from '../../admin/csv.js';
import { pageOf } from '../../lists/columns.js';
import { readTyped } from '../../lists/filters.js';
import { userColumns, userFilters } from '../../lists/users.js';
import { readChoice } from '../query.js';
import { isFiltered, readCounted } from './lists.js';
export function createUserPages({ pages, files, users, userList, roles }) {
    const readFilter = (ctx) => readTyped(ctx, userFilters, { users, userList, frame: pages.frameOf(ctx), which: [] });
    return {
        async usersPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t, may, url, query } = frame;
            const filter = await readFilter(ctx);
            const { results, next, partial, counted } = await readCounted(ctx, page => userList.page(filter, readOrder(ctx), page), () => userList.count(filter));
            const [only] = results;
            // Who looks for somebody on the home page wants that page rather than a list of one.
            if (query.open && only && results.length === 1 && next === null && !query.after && only.state !== 'deleted')
                return pages.go(ctx, `/admin/users/${only.user.id}`);
            const { after: _, size: __, open: ___, row: ____, ...asked } = query;
            await pages.show(ctx, 'admin/users', {
                title: t('users.title'),
                actions: [
                    ...files.links(ctx, frame, more => url('/admin/users.csv', { ...asked, ...more }), t('users.file')),
                    ...(may('darvoza:users:write')
                        ? [{ label: t('users.new'), icon: 'add', tone: 'primary', href: '/admin/users/new' }]
                        : []),
                ],
                users: results.map(one => pageOf(userColumns, one)),
                next,
                partial,
                counted,
                filtered: isFiltered(filter),
                states: userStates,
                orders: userOrders,
                roleNames: (await roles.all()).map(role => role.name),
            });
        },
        /** All that the filter finds, row by row, however many. */
        async usersFile(ctx) {
            const rows = userList.every(await readFilter(ctx), readOrder(ctx));
            answerCsv(ctx, 'darvoza-users', userColumns, rows, files.take(ctx, pages.frameOf(ctx)));
        },
    };
}
const readOrder = (ctx) => readChoice(ctx, 'order', userOrders);
export function presentUser({ id, username, firstName, lastName, email, roles, lastLoginAt }) {
    const name = [firstName, lastName].filter(Boolean).join(' ');
    return { id, username, name, email, roles, lastLoginAt };
}
//# sourceMappingURL=users.js.map