// The API keys of the signed-in user.
import type { ApiKeys } from '../../identity/api-keys/api-keys.js'
import type { ApiKeyToCreate } from '../../identity/api-keys/new-api-key.js'
import { refuseField } from '../../protocol/errors.js'
import { parseTime } from '../admin/paging.js'
import { type Context, personOf } from '../handler.js'
import { ownApiKeyColumns } from '../lists/api-keys.js'
import { jsonOf } from '../lists/columns.js'
import { readFields, readFlag, readTexts } from '../wire/fields.js'

/** What whoever makes a key may say of it. */
export const apiKeyFields = ['name', 'scopes', 'resource', 'expires_at', 'elevated'] as const

export function createMyApiKeyHandlers({ apiKeys }: { apiKeys: ApiKeys }) {
  return {
    async myApiKeys(ctx: Context): Promise<void> {
      const found = await apiKeys.listOf(personOf(ctx).userId)
      ctx.body = { results: found.map(key => jsonOf(ownApiKeyColumns, key)) }
    },

    async createMyApiKey(ctx: Context): Promise<void> {
      const { userId, actor } = personOf(ctx)
      presentNewApiKey(ctx, await apiKeys.create(userId, readApiKey(ctx), actor))
    },

    async endMyApiKey(ctx: Context): Promise<void> {
      const { userId, actor } = personOf(ctx)
      await apiKeys.end(ctx.params.id!, userId, actor)
      ctx.status = 204
    },
  }
}

/** @throws invalid_fields */
export function readApiKey(ctx: Context): ApiKeyToCreate {
  const { name, resource, expires_at } = readFields(ctx, {
    name: { trim: true },
    resource: { required: false },
    expires_at: { required: false },
  })
  const expiresAt = expires_at === undefined ? null : parseTime(expires_at)
  if (expires_at !== undefined && expiresAt === null) throw refuseField('expires_at', 'not_time')
  return { name, scopes: readTexts(ctx, 'scopes', []), resource, expiresAt, elevated: readFlag(ctx, 'elevated') }
}

/** `key`: its text, which nobody can read again. */
export function presentNewApiKey(ctx: Context, { key, text }: Awaited<ReturnType<ApiKeys['create']>>): void {
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { ...jsonOf(ownApiKeyColumns, key), user_id: key.userId, key: text }
  ctx.status = 201
}
