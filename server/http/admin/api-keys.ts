// API keys of everybody.
import type { ApiKeys } from '../../identity/api-keys/api-keys.js'
import type { Users } from '../../identity/people/users.js'
import { isUserId } from '../../protocol/claims.js'
import { refuse } from '../../protocol/errors.js'
import { type Context, personOf } from '../handler.js'
import { apiKeyColumns, apiKeyFilters, ownApiKeyColumns } from '../lists/api-keys.js'
import { jsonOf } from '../lists/columns.js'
import { readAsked } from '../lists/filters.js'
import { presentNewApiKey, readApiKey } from '../me/api-keys.js'
import { answerCsv, readCsvChoice, wantsCsv } from './csv.js'
import { answerRows, readPage } from './paging.js'

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
      ctx.body = { results: found.map(key => jsonOf(ownApiKeyColumns, key)) }
    },

    async createUserApiKey(ctx: Context): Promise<void> {
      const userId = await userIdIn(ctx)
      presentNewApiKey(ctx, await apiKeys.create(userId, readApiKey(ctx), personOf(ctx).actor))
    },

    async endApiKey(ctx: Context): Promise<void> {
      await apiKeys.end(ctx.params.id!, null, personOf(ctx).actor)
      ctx.status = 204
    },
  }
}
