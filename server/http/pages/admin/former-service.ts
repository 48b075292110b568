// Progress of the migration from the former service: refresh tokens exchanged, how many are left, which were refused
// and why, and when its tokens are no longer accepted.
import type { LegacyStatusReader } from '../../../identity/legacy/legacy-status.js'
import { type ErrorCode, errors } from '../../../protocol/errors.js'
import type { Context } from '../../handler.js'
import type { Pages } from '../page.js'

export type FormerServicePagesDeps = { pages: Pages; legacyStatus: LegacyStatusReader }

/** Number of days on the page. */
const daysShown = 60

export function createFormerServicePages({ pages, legacyStatus }: FormerServicePagesDeps) {
  return {
    async formerServicePage(ctx: Context): Promise<void> {
      const { t, now } = pages.frameOf(ctx)
      const { terms, open, toCome, exchanged, again, refused, days } = await legacyStatus.show()
      await pages.show(ctx, 'admin/former-service', {
        title: t('nav.formerService'),
        lead: t('formerService.lead'),
        terms,
        open,
        left: terms && open ? Math.round((terms.acceptedUntil - now) / 1000) : null,
        toCome,
        exchanged,
        again,
        refused: refused.map(({ code, count }) => ({ code, count, text: isCode(code) ? t(`errors.${code}`) : code })),
        refusals: refused.reduce((sum, { count }) => sum + count, 0),
        days: days.slice(0, daysShown),
      })
    },
  }
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(errors, code)
}
