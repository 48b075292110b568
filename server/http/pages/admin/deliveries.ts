// Logout tokens (deliveries): waiting, delivered and given up; sending one again, and a test.
import type { Attempted } from '../../../identity/deliveries/attempt.js'
import { type Deliveries, type DeliveryInList, deliveryStates } from '../../../identity/deliveries/deliveries.js'
import type { Figures } from '../../../identity/logs/figures.js'
import { browserUserOf, type Context } from '../../handler.js'
import { deliveryFilters } from '../../lists/deliveries.js'
import { readTyped } from '../../lists/filters.js'
import { typedIn } from '../fields.js'
import type { Frame } from '../frame.js'
import type { Pages } from '../page.js'
import { isFiltered, readCounted } from './lists.js'
import type { Finder } from './people.js'

export type DeliveryPagesDeps = { pages: Pages; deliveries: Deliveries; figures: Figures } & Pick<
  Finder,
  'users' | 'userList'
>

const list = '/admin/deliveries'

export function createDeliveryPages({ pages, deliveries, figures, users, userList }: DeliveryPagesDeps) {
  return {
    async deliveriesPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const filter = await readTyped(ctx, deliveryFilters, { users, userList, frame, which: [] })
      const { results, next, partial, counted } = await readCounted(
        ctx,
        page => deliveries.page(filter, page),
        () => deliveries.count(filter),
      )
      const { totals } = await figures.series('24h')
      await pages.show(ctx, 'admin/deliveries', {
        title: t('nav.deliveries'),
        lead: t('deliveries.lead'),
        totals: { sent: totals.logouts_sent, failed: totals.logout_failures, givenUp: totals.logouts_given_up },
        notifiedApplications: await deliveries.notified(),
        deliveries: results.map(one => presentDelivery(one, frame)),
        next,
        partial,
        counted,
        filtered: isFiltered(filter),
        states: deliveryStates,
      })
    },

    async sendDeliveryAgainPage(ctx: Context): Promise<void> {
      await deliveries.sendAgain(ctx.params.id!, browserUserOf(ctx).actor)
      await pages.flash(ctx, { tone: 'good', text: pages.translate(ctx)('deliveries.nowSentAgain') })
      pages.go(ctx, typedIn(ctx, ['back']).back || list)
    },

    async testApplicationLogoutPage(ctx: Context): Promise<void> {
      const { took, ...attempted } = await deliveries.test(ctx.params.id!, browserUserOf(ctx).actor)
      const { t, format } = pages.frameOf(ctx)
      const name = (await deliveries.notified()).find(({ id }) => id === ctx.params.id)?.name ?? ctx.params.id!
      const text =
        attempted.failure === null
          ? t('deliveries.testTaken', { name, status: attempted.status ?? '', took: format.number(took) })
          : t('deliveries.testFailed', { name, why: failureText(attempted, t) })
      await pages.flash(ctx, { tone: attempted.failure === null ? 'good' : 'bad', text })
      pages.go(ctx, typedIn(ctx, ['back']).back || list)
    },
  }
}

function presentDelivery({ delivery, username, application }: DeliveryInList, { t }: Frame) {
  const { id, applicationId, sessionId, ended, userId, state, attempts, nextAt, createdAt, doneAt } = delivery
  const why = delivery.failure === null ? null : failureText(delivery, t)
  return {
    id,
    applicationId,
    application,
    sessionId,
    ended,
    userId,
    username,
    state,
    attempts,
    nextAt,
    createdAt,
    doneAt,
    why,
  }
}

function failureText({ failure, status }: Attempted, t: Frame['t']): string {
  return t(`deliveries.failure.${failure ?? 'STATUS'}`, { status: status ?? '?' })
}
