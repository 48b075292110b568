import { deliveryStates } from '../../../identity/deliveries/deliveries.js';
import { browserUserOf } from '../../handler.js';
import { deliveryFilters } from '../../lists/deliveries.js';
import { readTyped } from '../../lists/filters.js';
import { typedIn } from '../fields.js';
import { isFiltered, readCounted } from './lists.js';
const list = '/admin/deliveries';
export function createDeliveryPages({ pages, deliveries, figures, users, userList }) {
    return {
        async deliveriesPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t } = frame;
            const filter = await readTyped(ctx, deliveryFilters, { users, userList, frame, which: [] });
            const { results, next, partial, counted } = await readCounted(ctx, page => deliveries.page(filter, page), () => deliveries.count(filter));
            const { totals } = await figures.series('24h');
            await pages.show(ctx, 'admin/deliveries', {
                title: t('nav.deliveries'),
                lead: t('deliveries.lead'),
                totals: { sent: totals.logouts_sent, failed: totals.logout_failures, givenUp: totals.logouts_given_up },
                told: await deliveries.told(),
                deliveries: results.map(one => presentDelivery(one, frame)),
                next,
                partial,
                counted,
                filtered: isFiltered(filter),
                states: deliveryStates,
            });
        },
        async sendDeliveryAgainPage(ctx) {
            await deliveries.sendAgain(ctx.params.id, browserUserOf(ctx).actor);
            await pages.tell(ctx, { tone: 'good', text: pages.translate(ctx)('deliveries.nowSentAgain') });
            pages.go(ctx, typedIn(ctx, ['back']).back || list);
        },
        async testApplicationLogoutPage(ctx) {
            const { took, ...attempted } = await deliveries.test(ctx.params.id, browserUserOf(ctx).actor);
            const { t, format } = pages.frameOf(ctx);
            const name = (await deliveries.told()).find(({ id }) => id === ctx.params.id)?.name ?? ctx.params.id;
            const text = attempted.failure === null
                ? t('deliveries.testTaken', { name, status: attempted.status ?? '', took: format.number(took) })
                : t('deliveries.testFailed', { name, why: whyOf(attempted, t) });
            await pages.tell(ctx, { tone: attempted.failure === null ? 'good' : 'bad', text });
            pages.go(ctx, typedIn(ctx, ['back']).back || list);
        },
    };
}
function presentDelivery({ delivery, username, application }, { t }) {
    const { id, applicationId, sessionId, ended, userId, state, attempts, nextAt, createdAt, doneAt } = delivery;
    const why = delivery.failure === null ? null : whyOf(delivery, t);
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
    };
}
function whyOf({ failure, status }, t) {
    return t(`deliveries.failure.${failure ?? 'STATUS'}`, { status: status ?? '?' });
}
//# sourceMappingURL=deliveries.js.map