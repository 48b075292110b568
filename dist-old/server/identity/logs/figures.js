// The figures of the dashboard: what happened over a day, a week or a month, and how much there is now.
import { setImmediate } from 'node:timers/promises';
import { countNames, figureNames, figureRanges, figures as figureTable, grains, } from '../../policy/figures.js';
const minute = 60_000;
/** How old a measurement may be. */
const fresh = 5 * minute;
const batch = 500;
/** More live sessions than these are not counted for whoever asks. */
const many = 10_000;
export function createFigures({ database, figureStore, sessionListStore, states, now }) {
    async function series(range) {
        const { grain, span, step } = figureRanges[range];
        const upto = now() - (now() % step) + step;
        const from = upto - span;
        const found = await figureStore.steps(database, grain, figureNames, { from, upto, step });
        const values = new Map(found.map(one => [`${one.name} ${one.at}`, one]));
        // Levels are measured every few minutes: where not even they are, no server ran, and nobody counted.
        const known = new Set([...found.map(one => one.at), upto - step]);
        const pointsOf = (name) => Array.from({ length: span / step }, (_, index) => {
            const at = from + index * step;
            const one = values.get(`${name} ${at}`);
            if (figureTable[name].kind === 'level')
                return { at, value: one?.highest ?? null };
            return { at, value: one?.sum ?? (known.has(at) ? 0 : null) };
        });
        const points = Object.fromEntries(figureNames.map(name => [name, pointsOf(name)]));
        const totals = Object.fromEntries(countNames.map(name => [name, points[name].reduce((sum, { value }) => sum + (value ?? 0), 0)]));
        return { from, upto, step, points, totals: totals };
    }
    /** Counts every session that lives, some users at a time, so that nobody waits for it. */
    async function measureLevels() {
        const terms = states.terms();
        const levels = { sessions: 0, users: 0, at: terms.now };
        for (let after = 0;;) {
            const slice = await sessionListStore.liveOfSome(database, after, terms);
            levels.sessions += slice.sessions;
            levels.users += slice.users;
            if (slice.upto === null)
                return levels;
            after = slice.upto;
            await setImmediate();
        }
    }
    /** One measurement at a time, however many ask. */
    let measuring = null;
    function measureOnce() {
        measuring ??= measureLevels().finally(() => {
            measuring = null;
        });
        return measuring;
    }
    async function lastMeasured() {
        const since = now() - 2 * fresh;
        const [sessions, users] = await Promise.all([
            figureStore.latest(database, 'minute', 'live_sessions', since),
            figureStore.latest(database, 'minute', 'live_users', since),
        ]);
        return sessions && users ? { sessions: sessions.value, users: users.value, at: sessions.beginsAt } : null;
    }
    return {
        series,
        /** How often something happened in the last whole minutes. */
        async recent(name, minutes) {
            const upto = now() - (now() % minute);
            const span = { from: upto - minutes * minute, upto, step: minutes * minute };
            const found = await figureStore.steps(database, 'minute', [name], span);
            return found.reduce((total, { sum }) => total + sum, 0);
        },
        /** Sessions that live and users who have one: counted where there are few, else as last measured. */
        async levels() {
            const last = await lastMeasured();
            // So many do not become few within minutes, and counting them again would only tell that they are many.
            if (last && last.sessions > many)
                return last;
            const { more } = await sessionListStore.count(database, { state: 'live' }, states.terms());
            if (!more)
                return { ...(await sessionListStore.liveOfAll(database, states.terms())), at: now() };
            return last ?? measureOnce();
        },
        /** Measures how much there is, unless another process has just done so. */
        async measure() {
            const last = await lastMeasured();
            if (last && now() - last.at < fresh)
                return;
            const { sessions, users, at } = await measureOnce();
            const rows = Object.keys(grains).flatMap((grain) => {
                const beginsAt = at - (at % grains[grain].length);
                return [
                    { grain, beginsAt, name: 'live_sessions', value: sessions },
                    { grain, beginsAt, name: 'live_users', value: users },
                ];
            });
            await figureStore.set(database, rows);
        },
        /** Forgets what is older than each grain is kept. */
        async tidy() {
            for (const grain of Object.keys(grains))
                while ((await figureStore.forget(database, grain, now() - grains[grain].kept, batch)) >= batch)
                    ;
        },
    };
}
//# sourceMappingURL=figures.js.map