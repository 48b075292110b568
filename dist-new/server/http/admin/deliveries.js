import { personOf } from '../handler.js';
import { deliveryColumns, deliveryFilters } from '../lists/deliveries.js';
import { readAsked } from '../lists/filters.js';
import { answer } from '../wire/answers.js';
import { answerRows, readPage } from './paging.js';
import { deliveryRoutes as routes } from './routes/deliveries.js';
export function createAdminDeliveryHandlers({ deliveries }) {
    return {
        async listDeliveries(ctx) {
            const filter = readAsked(ctx, deliveryFilters);
            const found = await deliveries.page(filter, readPage(ctx));
            await answerRows(ctx, found, deliveryColumns, () => deliveries.count(filter));
        },
        async sendDeliveryAgain(ctx) {
            await deliveries.sendAgain(ctx.params.id, personOf(ctx).actor);
            ctx.status = 204;
        },
        async testApplicationLogout(ctx) {
            answer(ctx, routes.testApplicationLogout, await deliveries.test(ctx.params.id, personOf(ctx).actor));
        },
    };
}
//# sourceMappingURL=deliveries.js.map