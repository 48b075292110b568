import { z } from 'zod';
import { countNames, figureNames, figureRanges } from '../../../policy/figures.js';
import { may } from '../../kinds/permission.js';
import { get } from '../../route.js';
import { count, time } from '../../wire/answers.js';
const ranges = Object.keys(figureRanges);
export const overviewRange = { is: 'choice', of: ranges, about: '`24h` where it is not said.' };
const overviewSchema = z
    .object({
    now: z.object({ live_sessions: count, live_users: count, at: time }),
    range: z.enum(ranges),
    from: time,
    until: time,
    step_seconds: count.describe('How far the points of a series are from each other.'),
    totals: z.record(z.enum(countNames), count),
    series: z
        .record(z.enum(figureNames), z.array(z.number().nullable()))
        .describe('One value a step; null where no server ran.'),
})
    .meta({ id: 'Overview' });
export const overviewRoutes = {
    showOverview: get('/api/admin/overview', may('darvoza:sessions:read'), 'Figures of a day, a week or a month, and what lives now', { query: { range: overviewRange }, answers: { 200: overviewSchema } }),
};
//# sourceMappingURL=overview.js.map