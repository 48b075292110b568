// How things stand, at a glance: whether what everything stands on is well, who is signed in, and what happened lately.
import { figureRanges } from '../../../policy/figures.js';
import { pendingOf } from '../../../policy/key-life.js';
import { Refusal, refuse } from '../../../protocol/errors.js';
import { browserUserOf } from '../../handler.js';
import { beginningOf, minuteIn } from '../days.js';
import { readChoice, readText } from '../query.js';
import { brought, createHomeNumbers, refreshMinutes } from './home-numbers.js';
import { gapsIn, plotsOf } from './home-plots.js';
const ranges = Object.keys(figureRanges);
export function createHomePages(deps) {
    const { pages, figures, keyRing, policy, tail, redisLink, now } = deps;
    const numbers = createHomeNumbers(deps);
    /** What happened, and since when: each list behind a number is asked for the very same. */
    async function periodOf(ctx, frame, levels) {
        const range = readChoice(ctx, 'range', ranges);
        const found = await figures.series(range);
        const from = minuteIn(found.from, frame.zone);
        const since = beginningOf(from, frame.zone) ?? found.from;
        const isSeen = frame.may('darvoza:sessions:read');
        const told = await numbers.ofPeriod(frame, { since, from, totals: found.totals });
        return {
            range,
            ...gapsIn(found),
            numbers: told,
            plots: isSeen ? plotsOf(brought(found, told, await levels()), range, frame) : [],
        };
    }
    /** The key that signs access tokens: for how long it has, and when the next one takes over; epoch ms. */
    async function signingKey() {
        const { access_token_algorithm: algorithm, key_rotation_interval: interval } = policy();
        const keys = await keyRing.list();
        const begun = keys.flatMap(key => key.state === 'active' && key.algorithm === algorithm && key.activatedAt !== null ? [key.activatedAt] : []);
        if (begun.length === 0)
            return { algorithm, age: null, due: null, isLate: true };
        const since = Math.max(...begun);
        const due = pendingOf(algorithm, keys)?.activatesAt ?? since + interval * 1000;
        return { algorithm, age: now() - since, due, isLate: due < now() - late };
    }
    async function health() {
        const redis = redisLink?.status() ?? null;
        try {
            await tail.freshen();
            return { database: 'well', redis };
        }
        catch (error) {
            const wentBack = error instanceof Refusal && error.code === 'log_went_back';
            return { database: wentBack ? 'wentBack' : 'away', redis };
        }
    }
    return {
        async homePage(ctx) {
            const frame = pages.frameOf(ctx);
            const own = browserUserOf(ctx).user.allPermissions;
            if (!own.some(permission => permission.startsWith('darvoza:')))
                throw refuse('permission_denied');
            const asked = readText(ctx, 'range');
            let counting = null;
            const levels = () => (counting ??= figures.levels());
            const [ofNow, period, well, key] = await Promise.all([
                numbers.ofNow(frame, { levels }),
                periodOf(ctx, frame, levels),
                health(),
                frame.may('darvoza:keys:read') ? signingKey() : null,
            ]);
            await pages.show(ctx, 'admin/home', {
                title: frame.t('home.title'),
                numbers: ofNow,
                period,
                health: well,
                key,
                ranges,
                refreshMinutes,
                isUnknown: asked !== '' && !ranges.some(range => range === asked),
            });
        },
    };
}
/** Keys take turns by a job that runs every minute; what waits for longer waits in vain. */
const late = 10 * 60_000;
//# sourceMappingURL=home.js.map