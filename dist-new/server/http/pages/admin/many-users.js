// One change of the users that were picked in the list: a page tells its reach and names who is left out, then it is made.
import { previewOf } from '../../../identity/bulk.js';
import { isUserId } from '../../../protocol/claims.js';
import { refuse } from '../../../protocol/errors.js';
import { browserUserOf } from '../../handler.js';
import { picked, typedIn } from '../fields.js';
import { tellDone } from './many-ends.js';
import { firstPeople } from './people.js';
/** What can be done to many at once, and the permission that it needs. */
const changes = {
    disable: { permission: 'darvoza:users:write', what: 'disable' },
    'sign-out': { permission: 'darvoza:sessions:end', what: 'sign_out' },
    'add-role': { permission: 'darvoza:roles:write', what: 'add_role' },
    'remove-role': { permission: 'darvoza:roles:write', what: 'remove_role' },
};
export function createManyUsersPages({ pages, users, userActs, roles }) {
    const pickedIds = (ctx) => picked(ctx).filter(isUserId).map(Number);
    /** What was asked for; null where the role is still to be chosen. @throws permission_denied */
    async function readAct(ctx, change) {
        const { permission, what } = changes[change];
        if (!pages.frameOf(ctx).may(permission))
            throw refuse('permission_denied');
        if (what === 'disable' || what === 'sign_out')
            return { what };
        const { role } = typedIn(ctx, ['role']);
        return (await roles.all()).some(one => one.name === role) ? { what, role } : null;
    }
    /** Nobody locks themselves out in passing, among many. */
    const sparedBy = (ctx, change) => ({
        keep: change === 'add-role' ? null : browserUserOf(ctx).userId,
    });
    async function apply(ctx, change) {
        const act = await readAct(ctx, change);
        if (act === null)
            throw refuse('not_found');
        const ids = pickedIds(ctx);
        const { actor } = browserUserOf(ctx);
        const { done, leftOut } = await userActs.run({ ids }, act, previewOf(ids), actor, sparedBy(ctx, change));
        const text = pages.translate(ctx)(`manyUsers.done.${change}`, { count: done, role: roleOf(act) });
        await tellDone(pages, ctx, { done, text, but: 'manyUsers.but', leftOut });
        pages.go(ctx, typedIn(ctx, ['back']).back || '/admin/users');
    }
    return {
        async changeUsersPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t, here } = frame;
            const { change, back } = typedIn(ctx, ['change', 'back']);
            if (!isChange(change))
                throw refuse('not_found');
            const act = await readAct(ctx, change);
            const ids = pickedIds(ctx);
            const { actor } = browserUserOf(ctx);
            const reach = act && (await userActs.preview({ ids }, act, actor, sparedBy(ctx, change)));
            await pages.show(ctx, 'admin/change-users', {
                title: t(`manyUsers.title.${change}`),
                crumbs: [{ label: t('nav.users'), href: '/admin/users' }],
                change,
                role: act && roleOf(act),
                ids,
                back: back || here,
                reach: reach && presentReach(reach, t),
                people: reach && (await firstPeople(reach.userIds, users, frame)),
                roleNames: act === null ? (await roles.all()).map(one => one.name) : [],
            });
        },
        disableUsersPage: (ctx) => apply(ctx, 'disable'),
        signOutUsersPage: (ctx) => apply(ctx, 'sign-out'),
        addRoleToUsersPage: (ctx) => apply(ctx, 'add-role'),
        removeRoleFromUsersPage: (ctx) => apply(ctx, 'remove-role'),
    };
}
const roleOf = (act) => ('role' in act ? act.role : '');
function isChange(text) {
    return Object.hasOwn(changes, text);
}
function presentReach({ leftOut, userIds: _, ...reach }, t) {
    const told = leftOut.map(({ username, why }) => ({
        username,
        why: t(why === 'self' ? 'manyUsers.self' : 'manyUsers.mayMore'),
    }));
    return { ...reach, leftOut: told };
}
//# sourceMappingURL=many-users.js.map