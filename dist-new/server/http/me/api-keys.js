import { personOf } from '../handler.js';
import { ownApiKeyColumns, ownApiKeySchema } from '../lists/api-keys.js';
import { jsonBy } from '../lists/columns.js';
import { answer } from '../wire/answers.js';
import { readBody } from '../wire/fields.js';
import { apiKeyToCreate, presentNewApiKey } from './present-api-key.js';
import { meRoutes as routes } from './routes.js';
export function createMyApiKeyHandlers({ apiKeys }) {
    return {
        async myApiKeys(ctx) {
            const found = await apiKeys.listOf(personOf(ctx).userId);
            answer(ctx, routes.myApiKeys, { results: found.map(key => jsonBy(ownApiKeySchema, ownApiKeyColumns, key)) });
        },
        async createMyApiKey(ctx) {
            const { userId, actor } = personOf(ctx);
            const wanted = apiKeyToCreate(readBody(ctx, routes.createMyApiKey));
            ctx.set('Cache-Control', 'no-store');
            answer(ctx, routes.createMyApiKey, presentNewApiKey(await apiKeys.create(userId, wanted, actor)));
        },
        async endMyApiKey(ctx) {
            const { userId, actor } = personOf(ctx);
            await apiKeys.end(ctx.params.id, userId, actor);
            ctx.status = 204;
        },
    };
}
//# sourceMappingURL=api-keys.js.map