import { browserUserOf } from '../../handler.js';
import { shownApiKey } from '../api-key-texts.js';
const list = '/account/keys';
/** What programs act by in my place, and how to end it. */
export function createOwnApiKeyPages({ pages, apiKeys, apiKeyForms }) {
    function ownerOf(ctx) {
        const { t } = pages.frameOf(ctx);
        const { user } = browserUserOf(ctx).browser;
        return {
            user,
            mayGive: () => true,
            action: `${list}/new`,
            back: list,
            title: t('apiKeys.new'),
            crumbs: [{ label: t('apiKeys.title'), href: list }],
        };
    }
    return {
        async ownApiKeysPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t } = frame;
            const found = await apiKeys.listOf(browserUserOf(ctx).userId);
            await pages.show(ctx, 'account/api-keys', {
                title: t('apiKeys.title'),
                lead: t('apiKeys.lead'),
                actions: [{ label: t('apiKeys.new'), icon: 'add', tone: 'primary', href: `${list}/new` }],
                keys: found.map(key => shownApiKey(key, frame)),
            });
        },
        newOwnApiKeyPage: (ctx) => apiKeyForms.show(ctx, ownerOf(ctx)),
        createOwnApiKeyPage: (ctx) => apiKeyForms.create(ctx, ownerOf(ctx)),
        async endOwnApiKeyPage(ctx) {
            const { userId, actor } = browserUserOf(ctx);
            await apiKeys.end(ctx.params.id, userId, actor);
            await pages.tell(ctx, { tone: 'good', text: pages.translate(ctx)('apiKeys.nowEnded') });
            pages.go(ctx, list);
        },
    };
}
//# sourceMappingURL=api-keys.js.map