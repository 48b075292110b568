// API keys of everybody, as administrators look through them; one made for a person, and the end of one.
import { apiKeyStates } from '../../../identity/api-keys/api-key-list.js';
import { rightsOf } from '../../../policy/permissions.js';
import { isUserId } from '../../../protocol/claims.js';
import { refuse } from '../../../protocol/errors.js';
import { answerCsv } from '../../admin/csv.js';
import { browserUserOf } from '../../handler.js';
import { apiKeyColumns, apiKeyFilters } from '../../lists/api-keys.js';
import { readTyped } from '../../lists/filters.js';
import { shownApiKey } from '../api-key-texts.js';
import { typedIn } from '../fields.js';
import { isFiltered, readCounted } from './lists.js';
const list = '/admin/api-keys';
export function createApiKeyPages({ pages, files, apiKeys, apiKeyForms, users, userList }) {
    const readFilter = (ctx, which = []) => readTyped(ctx, apiKeyFilters, { users, userList, frame: pages.frameOf(ctx), which });
    async function ownerOf(ctx) {
        if (!isUserId(ctx.params.id))
            throw refuse('not_found');
        const user = await users.require(Number(ctx.params.id));
        const { t } = pages.frameOf(ctx);
        const own = rightsOf(browserUserOf(ctx).browser.user);
        const page = `/admin/users/${user.id}`;
        return {
            user,
            mayGive: permission => own === 'everything' || own.has(permission),
            action: `${page}/keys/new`,
            back: page,
            title: t('apiKeys.newOf', { name: user.username }),
            crumbs: [
                { label: t('nav.users'), href: '/admin/users' },
                { label: user.username, href: page },
            ],
        };
    }
    return {
        async apiKeysPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t, url, query } = frame;
            const which = [];
            const filter = await readFilter(ctx, which);
            const { results, next, partial, counted } = await readCounted(ctx, page => apiKeys.list(filter, page), () => apiKeys.count(filter));
            const { after: _, size: __, row: ___, ...asked } = query;
            await pages.show(ctx, 'admin/api-keys', {
                title: t('apiKeys.title'),
                lead: t('apiKeys.allLead'),
                actions: files.links(ctx, frame, more => url(`${list}.csv`, { ...asked, ...more }), t('apiKeys.file')),
                keys: results.map(({ key, username }) => ({ ...shownApiKey(key, frame), userId: key.userId, username })),
                next,
                partial,
                counted,
                which,
                filtered: isFiltered(filter),
                states: apiKeyStates,
            });
        },
        /** All that the filter finds, row by row, however many. */
        async apiKeysFile(ctx) {
            const rows = apiKeys.every(await readFilter(ctx));
            answerCsv(ctx, 'darvoza-api-keys', apiKeyColumns, rows, files.take(ctx, pages.frameOf(ctx)));
        },
        newApiKeyOfUserPage: async (ctx) => apiKeyForms.show(ctx, await ownerOf(ctx)),
        createApiKeyOfUserPage: async (ctx) => apiKeyForms.create(ctx, await ownerOf(ctx)),
        async endApiKeyPage(ctx) {
            await apiKeys.end(ctx.params.id, null, browserUserOf(ctx).actor);
            await pages.tell(ctx, { tone: 'good', text: pages.translate(ctx)('apiKeys.nowEnded') });
            pages.go(ctx, typedIn(ctx, ['back']).back || list);
        },
    };
}
//# sourceMappingURL=api-keys.js.map