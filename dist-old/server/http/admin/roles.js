import { personOf } from '../handler.js';
import { answer } from '../wire/answers.js';
import { readBody } from '../wire/fields.js';
import { presentRole } from './present.js';
import { roleRoutes as routes } from './routes/roles.js';
export function createAdminRoleHandlers({ roles }) {
    return {
        async listRoles(ctx) {
            answer(ctx, routes.listRoles, { results: (await roles.list()).map(presentRole) });
        },
        async createRole(ctx) {
            const { name, permissions = [] } = readBody(ctx, routes.createRole);
            await roles.create(name, permissions, personOf(ctx).actor);
            answer(ctx, routes.createRole, presentRole(await roles.require(name)));
        },
        /** Another name, other permissions, or both. */
        async changeRole(ctx) {
            const { name, permissions } = readBody(ctx, routes.changeRole);
            const present = ctx.params.name;
            await roles.update(present, { newName: name, permissions }, personOf(ctx).actor);
            answer(ctx, routes.changeRole, presentRole(await roles.require(name ?? present)));
        },
        async deleteRole(ctx) {
            await roles.remove(ctx.params.name, personOf(ctx).actor);
            ctx.status = 204;
        },
    };
}
//# sourceMappingURL=roles.js.map