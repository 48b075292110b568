// Roles, as administrators list, create, change and delete them over the API.
import type { Roles } from '../../identity/people/roles.js'
import { type Context, personOf } from '../handler.js'
import { answer } from '../wire/answers.js'
import { readBody } from '../wire/fields.js'
import { presentRole } from './present.js'
import { roleRoutes as routes } from './routes/roles.js'

export function createAdminRoleHandlers({ roles }: { roles: Roles }) {
  return {
    async listRoles(ctx: Context): Promise<void> {
      answer(ctx, routes.listRoles, { results: (await roles.list()).map(presentRole) })
    },

    async createRole(ctx: Context): Promise<void> {
      const { name, permissions = [] } = readBody(ctx, routes.createRole)
      await roles.create(name, permissions, personOf(ctx).actor)
      answer(ctx, routes.createRole, presentRole(await roles.require(name)))
    },

    /** Changes a role's name, its permissions, or both. */
    async changeRole(ctx: Context): Promise<void> {
      const { name, permissions } = readBody(ctx, routes.changeRole)
      const present = ctx.params.name!
      await roles.update(present, { newName: name, permissions }, personOf(ctx).actor)
      answer(ctx, routes.changeRole, presentRole(await roles.require(name ?? present)))
    },

    async deleteRole(ctx: Context): Promise<void> {
      await roles.remove(ctx.params.name!, personOf(ctx).actor)
      ctx.status = 204
    },
  }
}
