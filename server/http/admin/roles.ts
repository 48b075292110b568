import type { Roles } from '../../identity/people/roles.js'
import { isJsonObject } from '../../protocol/json.js'
import { type Context, personOf } from '../handler.js'
import { readFields, readTexts } from '../wire/fields.js'
import { presentRole } from './present.js'

export function createAdminRoleHandlers({ roles }: { roles: Roles }) {
  return {
    async listRoles(ctx: Context): Promise<void> {
      ctx.body = { results: (await roles.list()).map(presentRole) }
    },

    async createRole(ctx: Context): Promise<void> {
      const { name } = readFields(ctx, { name: {} })
      await roles.create(name, readTexts(ctx, 'permissions', []), personOf(ctx).actor)
      ctx.body = presentRole(await roles.require(name))
      ctx.status = 201
    },

    /** Another name, other permissions, or both. */
    async changeRole(ctx: Context): Promise<void> {
      const { name } = readFields(ctx, { name: { required: false } })
      const { body } = ctx.request
      const permissions = isJsonObject(body) && 'permissions' in body ? readTexts(ctx, 'permissions') : undefined
      const present = ctx.params.name!
      await roles.update(present, { newName: name, permissions }, personOf(ctx).actor)
      ctx.body = presentRole(await roles.require(name ?? present))
    },

    async deleteRole(ctx: Context): Promise<void> {
      await roles.remove(ctx.params.name!, personOf(ctx).actor)
      ctx.status = 204
    },
  }
}
