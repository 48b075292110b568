// The route of the dashboard's figures, `GET /api/admin/overview`, and the schema of its answer: totals, time series,
// and numbers of live sessions and users.
import { z } from 'zod'
import { countNames, figureNames, figureRanges } from '../../../policy/figures.js'
import { may } from '../../kinds/permission.js'
import { get } from '../../route.js'
import { count, time } from '../../wire/answers.js'

const ranges = Object.keys(figureRanges) as (keyof typeof figureRanges)[]

export const overviewRange = { is: 'choice', of: ranges, about: 'Default: `24h`.' } as const

const overviewSchema = z
  .object({
    now: z.object({ live_sessions: count, live_users: count, at: time }),
    range: z.enum(ranges),
    from: time,
    until: time,
    step_seconds: count.describe('The interval between two points of a series, in seconds.'),
    totals: z.record(z.enum(countNames), count),
    series: z
      .record(z.enum(figureNames), z.array(z.number().nullable()))
      .describe('One value per step; null if no server was running.'),
  })
  .meta({ id: 'Overview' })

export const overviewRoutes = {
  showOverview: get(
    '/api/admin/overview',
    may('darvoza:sessions:read'),
    'Show the figures of a day, a week or a month, and the number of live sessions',
    { query: { range: overviewRange }, answers: { 200: overviewSchema } },
  ),
} as const
