// The administrators' home page: state of database, Redis and keys, numbers of sessions, and recent events.

import type { KeyRing } from '../../../identity/keys/key-ring.js'
import type { Levels } from '../../../identity/logs/figures.js'
import { type FigureRange, figureRanges } from '../../../policy/figures.js'
import { pendingOf } from '../../../policy/key-life.js'
import { Refusal, refuse } from '../../../protocol/errors.js'
import type { PolicyInForce } from '../../../revocation/policy-in-force.js'
import type { RedisLink } from '../../../revocation/redis-link.js'
import type { Tail } from '../../../revocation/tail.js'
import { browserUserOf, type Context } from '../../handler.js'
import { beginningOf, minuteIn } from '../days.js'
import type { Frame } from '../frame.js'
import type { Pages } from '../page.js'
import { readChoice, readText } from '../query.js'
import { createHomeNumbers, type HomeNumbersDeps, refreshMinutes, withExactCounts } from './home-numbers.js'
import { gapsIn, plotsOf } from './home-plots.js'

export type HomePagesDeps = HomeNumbersDeps & {
  pages: Pages
  keyRing: KeyRing
  policy: PolicyInForce
  tail: Tail
  redisLink: RedisLink | null
  now: () => number
}

const ranges = Object.keys(figureRanges) as [FigureRange, ...FigureRange[]]

export function createHomePages(deps: HomePagesDeps) {
  const { pages, figures, keyRing, policy, tail, redisLink, now } = deps
  const numbers = createHomeNumbers(deps)

  /** The numbers and plots of a period, with its beginning as the lists' filters use it. */
  async function periodOf(ctx: Context, frame: Frame, levels: () => Promise<Levels>) {
    const range = readChoice(ctx, 'range', ranges)
    const found = await figures.series(range)
    const from = minuteIn(found.from, frame.zone)
    const since = beginningOf(from, frame.zone) ?? found.from
    const isSeen = frame.may('darvoza:sessions:read')
    const shown = await numbers.ofPeriod(frame, { since, from, totals: found.totals })
    return {
      range,
      ...gapsIn(found),
      numbers: shown,
      plots: isSeen ? plotsOf(withExactCounts(found, shown, await levels()), range, frame) : [],
    }
  }

  /** The signing key of access tokens: its age in ms, and when the next one takes over (epoch ms). */
  async function signingKey() {
    const { access_token_algorithm: algorithm, key_rotation_interval: interval } = policy()
    const keys = await keyRing.list()
    const begun = keys.flatMap(key =>
      key.state === 'active' && key.algorithm === algorithm && key.activatedAt !== null ? [key.activatedAt] : [],
    )
    if (begun.length === 0) return { algorithm, age: null, due: null, isLate: true }
    const since = Math.max(...begun)
    const due = pendingOf(algorithm, keys)?.activatesAt ?? since + interval * 1000
    return { algorithm, age: now() - since, due, isLate: due < now() - late }
  }

  async function health(): Promise<{ database: 'well' | 'away' | 'wentBack'; redis: 'ok' | 'degraded' | null }> {
    const redis = redisLink?.status() ?? null
    try {
      await tail.readIfOld()
      return { database: 'well', redis }
    } catch (error) {
      const wentBack = error instanceof Refusal && error.code === 'log_went_back'
      return { database: wentBack ? 'wentBack' : 'away', redis }
    }
  }

  return {
    async homePage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const own = browserUserOf(ctx).user.allPermissions
      if (!own.some(permission => permission.startsWith('darvoza:'))) throw refuse('permission_denied')
      const asked = readText(ctx, 'range')
      let counting: Promise<Levels> | null = null
      const levels = () => (counting ??= figures.levels())
      const [ofNow, period, well, key] = await Promise.all([
        numbers.ofNow(frame, { levels }),
        periodOf(ctx, frame, levels),
        health(),
        frame.may('darvoza:keys:read') ? signingKey() : null,
      ])
      await pages.show(ctx, 'admin/home', {
        title: frame.t('home.title'),
        numbers: ofNow,
        period,
        health: well,
        key,
        ranges,
        refreshMinutes,
        isUnknown: asked !== '' && !ranges.some(range => range === asked),
      })
    },
  }
}

/** A rotation that is overdue for longer than this is late, in ms: a job that runs every minute does it. */
const late = 10 * 60_000
