import { errors } from '../../../protocol/errors.js';
/** How many days stand on the page. */
const daysShown = 60;
export function createFormerServicePages({ pages, legacyStatus }) {
    return {
        async formerServicePage(ctx) {
            const { t, now } = pages.frameOf(ctx);
            const { terms, open, toCome, exchanged, again, refused, days } = await legacyStatus.show();
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
            });
        },
    };
}
function isCode(code) {
    return Object.hasOwn(errors, code);
}
//# sourceMappingURL=former-service.js.map