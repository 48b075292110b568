import { presentTime } from '../me/present.js';
import { answer } from '../wire/answers.js';
import { readParameter } from '../wire/parameters.js';
import { overviewRange, overviewRoutes as routes } from './routes/overview.js';
export function createAdminOverviewHandlers({ figures }) {
    return {
        async showOverview(ctx) {
            const range = readParameter(ctx, 'range', overviewRange) ?? '24h';
            const { from, upto, step, points, totals } = await figures.series(range);
            const { sessions, users, at } = await figures.levels();
            const series = Object.entries(points).map(([name, of]) => [name, of.map(point => point.value)]);
            answer(ctx, routes.showOverview, {
                now: { live_sessions: sessions, live_users: users, at: presentTime(at) },
                range,
                from: presentTime(from),
                until: presentTime(upto),
                step_seconds: step / 1000,
                totals,
                series: Object.fromEntries(series),
            });
        },
    };
}
//# sourceMappingURL=overview.js.map