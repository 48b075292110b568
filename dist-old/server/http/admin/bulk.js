import { isUserId } from '../../protocol/claims.js';
import { refuse, refuseField } from '../../protocol/errors.js';
import { personOf } from '../handler.js';
import { deviceFilters } from '../lists/devices.js';
import { readAsked } from '../lists/filters.js';
import { userFilters } from '../lists/users.js';
import { presentTime } from '../me/present.js';
import { waitParameter } from '../waiting.js';
import { answer } from '../wire/answers.js';
import { readBody } from '../wire/fields.js';
import { readSessionFilter } from './filters.js';
import { bulkRoutes as routes } from './routes/bulk.js';
export function createAdminBulkHandlers({ sessionEnds, deviceEnds, userActs, sessions, now }) {
    /** Previews without `at` and `count`; with those of a preview that still holds, does it. @throws preview_outdated */
    async function previewOrRun(asked, preview, run) {
        const previewed = previewedIn(asked, now());
        if (!previewed)
            return presentPreview(await preview());
        const { count } = await preview(previewed.at);
        if (count !== previewed.count)
            throw refuse('preview_outdated', { figures: { count } });
        return presentDone(await run(previewed));
    }
    async function actOnUsers(ctx, route, act) {
        const { actor, userId } = personOf(ctx);
        const asked = readBody(ctx, { body: routes.disableUsers.body });
        const selection = selectionOf(ctx, asked, readUserId, () => readAsked(ctx, userFilters));
        // The sender is left out: without its own right the run would stop halfway. Adding a role takes nothing away.
        const keep = act.what === 'add_role' ? null : userId;
        const outcome = await previewOrRun(asked, asOf => userActs.preview(selection, act, actor, { keep, asOf }), previewed => userActs.run(selection, act, previewed, actor, { keep }));
        answer(ctx, route, outcome);
    }
    return {
        async endSessions(ctx) {
            const { actor, sid } = personOf(ctx);
            const asked = readBody(ctx, routes.endSessions);
            const selection = selectionOf(ctx, asked, asItIs, () => readSessionFilter(ctx));
            const options = { keep: sid, why: asked.why };
            const outcome = await previewOrRun(asked, asOf => sessionEnds.preview(selection, actor, { ...options, asOf }), previewed => sessionEnds.run(selection, previewed, actor, options));
            answer(ctx, routes.endSessions, outcome);
        },
        async endDevices(ctx) {
            const { actor, sid } = personOf(ctx);
            const asked = readBody(ctx, routes.endDevices);
            const selection = selectionOf(ctx, asked, asItIs, () => readAsked(ctx, deviceFilters));
            const keep = sid === null ? null : (await sessions.require(sid)).session.deviceId;
            const options = { keep, why: asked.why };
            const outcome = await previewOrRun(asked, asOf => deviceEnds.preview(selection, actor, { ...options, asOf }), previewed => deviceEnds.run(selection, previewed, actor, options));
            answer(ctx, routes.endDevices, outcome);
        },
        disableUsers: (ctx) => actOnUsers(ctx, routes.disableUsers, { what: 'disable' }),
        signOutUsers: (ctx) => actOnUsers(ctx, routes.signOutUsers, { what: 'sign_out' }),
        async addRoleToUsers(ctx) {
            const { role } = readBody(ctx, routes.addRoleToUsers);
            await actOnUsers(ctx, routes.addRoleToUsers, { what: 'add_role', role });
        },
        async removeRoleFromUsers(ctx) {
            const { role } = readBody(ctx, routes.removeRoleFromUsers);
            await actOnUsers(ctx, routes.removeRoleFromUsers, { what: 'remove_role', role });
        },
    };
}
function selectionOf(ctx, { ids }, readId, readFilter) {
    if (ids === undefined)
        return { filter: readFilter() };
    const filters = [...new URLSearchParams(ctx.querystring).keys()].filter(name => !(name in waitParameter));
    if (filters.length > 0)
        throw refuseField('ids', 'ids_with_filters');
    return { ids: ids.map(readId) };
}
const asItIs = (id) => id;
function readUserId(text) {
    if (!isUserId(text))
        throw refuseField('ids', 'not_user_ids');
    return Number(text);
}
function previewedIn({ at, count }, now) {
    if (at === undefined && count === undefined)
        return null;
    if (at === undefined)
        throw refuseField('at', 'not_preview_time');
    if (at > now)
        throw refuseField('at', 'preview_in_future');
    if (count === undefined)
        throw refuseField('count', 'not_preview_count');
    return { at, count };
}
function presentPreview({ at, leftOut, userIds: _, ...counts }) {
    return { preview: true, at: presentTime(at), ...counts, left_out: leftOut.map(presentLeftOut) };
}
function presentDone({ leftOut, users: _, ...counts }) {
    return { preview: false, ...counts, left_out: leftOut.map(presentLeftOut) };
}
function presentLeftOut({ userId, username, count, why }) {
    return { user_id: userId, username, count, why };
}
//# sourceMappingURL=bulk.js.map