// The API keys of all users.
import type { ApiKeys } from '../../identity/api-keys/api-keys.js'
import type { Users } from '../../identity/people/users.js'
import { isUserId } from '../../protocol/claims.js'
import { refuse } from '../../protocol/errors.js'
import { type Context, personOf } from '../handler.js'
import { apiKeyColumns, apiKeyFilters, ownApiKeyColumns, ownApiKeySchema } from '../lists/api-keys.js'
import { jsonBy } from '../lists/columns.js'
import { readAsked } from '../lists/filters.js'
import { apiKeyToCreate, presentNewApiKey } from '../me/present-api-key.js'
import { answer } from '../wire/answers.js'
import { readBody } from '../wire/fields.js'
import { answerCsv, readCsvChoice, wantsCsv } from './csv.js'
import { answerRows, readPage } from './paging.js'
import { apiKeyRoutes as routes } from './routes/api-keys.js'

export type AdminApiKeysDeps = { apiKeys: ApiKeys; users: Pick<Users, 'require'> }

export function createAdminApiKeyHandlers({ apiKeys, users }: AdminApiKeysDeps) {
  /** @throws not_found */
  async function userIdIn(ctx: Context): Promise<number> {
    if (!isUserId(ctx.params.id)) throw refuse('not_found')
    return (await users.require(Number(ctx.params.id))).id
  }

  return {
    async listApiKeys(ctx: Context): Promise<void> {
      const filter = readAsked(ctx, apiKeyFilters)
      if (wantsCsv(ctx)) return answerCsv(ctx, 'api-keys', apiKeyColumns, apiKeys.every(filter), readCsvChoice(ctx))
      await answerRows(ctx, await apiKeys.list(filter, readPage(ctx)), apiKeyColumns, () => apiKeys.count(filter))
    },

    async listUserApiKeys(ctx: Context): Promise<void> {
      const found = await apiKeys.listOf(await userIdIn(ctx))
      answer(ctx, routes.listUserApiKeys, { results: found.map(key => jsonBy(ownApiKeySchema, ownApiKeyColumns, key)) })
    },

    async createUserApiKey(ctx: Context): Promise<void> {
      const userId = await userIdIn(ctx)
      const wanted = apiKeyToCreate(readBody(ctx, routes.createUserApiKey))
      ctx.set('Cache-Control', 'no-store')
      answer(ctx, routes.createUserApiKey, presentNewApiKey(await apiKeys.create(userId, wanted, personOf(ctx).actor)))
    },

    async endApiKey(ctx: Context): Promise<void> {
      await apiKeys.end(ctx.params.id!, null, personOf(ctx).actor)
      ctx.status = 204
    },
  }
}
