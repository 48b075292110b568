// Logout tokens (deliveries) to applications: the list, sending one again, and a test.
import type { Deliveries } from '../../identity/deliveries/deliveries.js'
import { type Context, personOf } from '../handler.js'
import { deliveryColumns, deliveryFilters } from '../lists/deliveries.js'
import { readAsked } from '../lists/filters.js'
import { answer } from '../wire/answers.js'
import { answerRows, readPage } from './paging.js'
import { deliveryRoutes as routes } from './routes/deliveries.js'

export function createAdminDeliveryHandlers({ deliveries }: { deliveries: Deliveries }) {
  return {
    async listDeliveries(ctx: Context): Promise<void> {
      const filter = readAsked(ctx, deliveryFilters)
      const found = await deliveries.page(filter, readPage(ctx))
      await answerRows(ctx, found, deliveryColumns, () => deliveries.count(filter))
    },

    async sendDeliveryAgain(ctx: Context): Promise<void> {
      await deliveries.sendAgain(ctx.params.id!, personOf(ctx).actor)
      ctx.status = 204
    },

    async testApplicationLogout(ctx: Context): Promise<void> {
      answer(ctx, routes.testApplicationLogout, await deliveries.test(ctx.params.id!, personOf(ctx).actor))
    },
  }
}
