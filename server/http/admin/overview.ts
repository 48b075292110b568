// The figures of the dashboard.
import type { Figures } from '../../identity/logs/figures.js'
import { figureRanges } from '../../policy/figures.js'
import type { Context } from '../handler.js'
import { presentTime } from '../me/present.js'
import { readChoice } from './paging.js'

const ranges = Object.keys(figureRanges) as (keyof typeof figureRanges)[]

export function createAdminOverviewHandlers({ figures }: { figures: Figures }) {
  return {
    /** `range`: 24h, 7d or 30d. */
    async showOverview(ctx: Context): Promise<void> {
      const range = readChoice(ctx, 'range', ranges) ?? '24h'
      const { from, upto, step, points, totals } = await figures.series(range)
      const { sessions, users, at } = await figures.levels()
      ctx.body = {
        now: { live_sessions: sessions, live_users: users, at: presentTime(at) },
        range,
        from: presentTime(from),
        until: presentTime(upto),
        step_seconds: step / 1000,
        totals,
        series: Object.fromEntries(Object.entries(points).map(([name, of]) => [name, of.map(point => point.value)])),
      }
    },
  }
}
