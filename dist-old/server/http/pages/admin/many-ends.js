// Many sessions or devices ended at once: those that a filter finds, or that were picked. A page tells count and reach and
// names who is left out; what it then sends is what it has shown, and nothing that came later.
import { previewOf } from '../../../identity/bulk.js';
import { browserUserOf } from '../../handler.js';
import { deviceFilters } from '../../lists/devices.js';
import { readTyped } from '../../lists/filters.js';
import { sessionFilters } from '../../lists/sessions.js';
import { readFields } from '../../wire/fields.js';
import { picked, typedIn } from '../fields.js';
import { firstPeople } from './people.js';
import { longestReason } from './sessions.js';
/** As many stand in one form; who wants more does it again. */
const mostEnded = 1_000;
export function createManyEndsPages(deps) {
    const { pages, users, userList, sessionList, deviceList } = deps;
    const ends = { sessions: deps.sessionEnds, devices: deps.deviceEnds };
    /** The place where the actor sits: it stays. */
    function ownOf(ctx, kind) {
        const { session } = browserUserOf(ctx).browser;
        return kind === 'sessions' ? session.id : session.deviceId;
    }
    async function preview(ctx, kind, wanted, more, back) {
        const { t } = pages.frameOf(ctx);
        const [ids, keep] = [wanted.slice(0, mostEnded), ownOf(ctx, kind)];
        const { userIds, ...reach } = await ends[kind].preview({ ids }, browserUserOf(ctx).actor, { keep });
        await pages.show(ctx, 'admin/end-many', {
            title: t(`manyEnds.title.${kind}`),
            crumbs: [{ label: t(`nav.${kind}`), href: `/admin/${kind}` }],
            people: await firstPeople(userIds, users, pages.frameOf(ctx)),
            kind,
            ids,
            reach,
            own: ids.includes(keep),
            more,
            most: mostEnded,
            back,
            longestReason,
        });
    }
    /** The newest of what is found, as many as can be ended at once. */
    async function found(read) {
        const ids = [];
        for (let after = null;;) {
            const page = await read({ after, limit: 250 });
            ids.push(...page.results);
            if (page.next === null)
                return { ids, more: false };
            if (ids.length >= mostEnded)
                return { ids, more: true };
            after = page.next;
        }
    }
    async function end(ctx, kind, why) {
        const { t } = pages.frameOf(ctx);
        const ids = picked(ctx).slice(0, mostEnded);
        const options = { keep: ownOf(ctx, kind), why };
        const { done, users, leftOut } = await ends[kind].run({ ids }, previewOf(ids), browserUserOf(ctx).actor, options);
        const people = t('manyEnds.people', { count: users });
        const text = done === 0 ? t('manyEnds.doneNone') : t(`manyEnds.done.${kind}`, { count: done, people });
        await tellDone(pages, ctx, { done, text, but: 'manyEnds.but', leftOut });
        pages.go(ctx, typedIn(ctx, ['back']).back || `/admin/${kind}`);
    }
    const finderOf = (ctx) => ({ users, userList, frame: pages.frameOf(ctx), which: [] });
    const listOf = (ctx, kind) => pages.frameOf(ctx).url(`/admin/${kind}`, pages.frameOf(ctx).query);
    return {
        async endSessionsPage(ctx) {
            const filter = await readTyped(ctx, sessionFilters, finderOf(ctx), { strictly: true });
            const { ids, more } = await found(async (page) => {
                const { results, ...rest } = await sessionList.page({ ...filter, state: 'live' }, page);
                return { ...rest, results: results.map(one => one.session.id) };
            });
            await preview(ctx, 'sessions', ids, more, listOf(ctx, 'sessions'));
        },
        async endDevicesPage(ctx) {
            const filter = await readTyped(ctx, deviceFilters, finderOf(ctx), { strictly: true });
            const { ids, more } = await found(async (page) => {
                const { results, ...rest } = await deviceList.page(filter, page);
                return { ...rest, results: results.filter(one => one.state !== 'ended').map(one => one.device.id) };
            });
            await preview(ctx, 'devices', ids, more, listOf(ctx, 'devices'));
        },
        endPickedSessionsPage: (ctx) => preview(ctx, 'sessions', picked(ctx), false, pages.frameOf(ctx).here),
        endPickedDevicesPage: (ctx) => preview(ctx, 'devices', picked(ctx), false, pages.frameOf(ctx).here),
        async endManySessionsPage(ctx) {
            const { why } = readFields(ctx, { why: { required: false, blank: true, trim: true, maxLength: longestReason } });
            await end(ctx, 'sessions', why);
        },
        endManyDevicesPage: (ctx) => end(ctx, 'devices'),
    };
}
/** Tells what was done to many, and names who was left out. */
export async function tellDone(pages, ctx, { done, text, but, leftOut }) {
    const { t, format } = pages.frameOf(ctx);
    const names = format.list(leftOut.map(one => one.username));
    const whole = leftOut.length > 0 ? `${text} ${t(but, { names })}` : text;
    await pages.tell(ctx, { tone: leftOut.length > 0 || done === 0 ? 'warn' : 'good', text: whole });
}
//# sourceMappingURL=many-ends.js.map