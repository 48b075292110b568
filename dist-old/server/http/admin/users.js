import { isUserId } from '../../protocol/claims.js';
import { refuse, refuseField } from '../../protocol/errors.js';
import { personOf } from '../handler.js';
import { requireRecent } from '../kinds/bearer.js';
import { readAsked } from '../lists/filters.js';
import { sessionColumns } from '../lists/sessions.js';
import { userColumns, userFilters } from '../lists/users.js';
import { presentDevice, presentLetIn } from '../me/present.js';
import { answer } from '../wire/answers.js';
import { readBody } from '../wire/fields.js';
import { answerCsv, readCsvChoice, wantsCsv } from './csv.js';
import { readSessionFilter, readUserOrder } from './filters.js';
import { answerPage, answerRows, readPage } from './paging.js';
import { presentAnyUser } from './present.js';
import { userRoutes as routes } from './routes/users.js';
export function createAdminUserHandlers(deps) {
    const { users, sessions, userList, sessionList, whereSignedIn, consents, now } = deps;
    /** Changes one user and answers what became of them. */
    async function change(ctx, route, work) {
        const id = idOf(ctx);
        await work(id);
        answer(ctx, route, presentAnyUser(await users.require(id)));
    }
    return {
        async listUsers(ctx) {
            const [filter, order] = [readAsked(ctx, userFilters), readUserOrder(ctx)];
            if (wantsCsv(ctx))
                return answerCsv(ctx, 'users', userColumns, userList.every(filter, order), readCsvChoice(ctx));
            const found = await userList.page(filter, order, readPage(ctx));
            await answerRows(ctx, found, userColumns, () => userList.count(filter));
        },
        async createUser(ctx) {
            const body = readBody(ctx, routes.createUser);
            const { username, password, roles = [], first_name, last_name, email } = body;
            // Keys make people without one.
            if (password === undefined && !ctx.state.apiKey)
                throw refuseField('password', 'required');
            // Giving roles asks for as much here as where they are given later; an old token could make itself an administrator.
            if (roles.length > 0)
                requireRecent(ctx, now());
            const profile = { firstName: first_name ?? '', lastName: last_name ?? '', email: email ?? '' };
            const mustChangePassword = body.must_change_password;
            const made = { username, password: password ?? null, mustChangePassword, roles, ...profile };
            answer(ctx, routes.createUser, presentAnyUser(await users.create(made, personOf(ctx).actor)));
        },
        async showUser(ctx) {
            answer(ctx, routes.showUser, presentAnyUser(await users.require(idOf(ctx))));
        },
        async changeUser(ctx) {
            const { username, first_name, last_name, email } = readBody(ctx, routes.changeUser);
            const changes = { username, firstName: first_name, lastName: last_name, email };
            await change(ctx, routes.changeUser, id => users.update(id, changes, personOf(ctx).actor));
        },
        async deleteUser(ctx) {
            await users.remove(idOf(ctx), personOf(ctx).actor);
            ctx.status = 204;
        },
        async setUserRoles(ctx) {
            await change(ctx, routes.setUserRoles, id => {
                const { roles } = readBody(ctx, routes.setUserRoles);
                return users.setRoles(id, roles, personOf(ctx).actor);
            });
        },
        async setUserPermissions(ctx) {
            await change(ctx, routes.setUserPermissions, id => {
                const { permissions } = readBody(ctx, routes.setUserPermissions);
                return users.setPermissions(id, permissions, personOf(ctx).actor);
            });
        },
        disableUser: (ctx) => change(ctx, routes.disableUser, id => users.disable(id, personOf(ctx).actor)),
        enableUser: (ctx) => change(ctx, routes.enableUser, id => users.enable(id, personOf(ctx).actor)),
        async resetUserPassword(ctx) {
            const { password, must_change_password: mustChange } = readBody(ctx, routes.resetUserPassword);
            await users.setPassword(idOf(ctx), password, personOf(ctx).actor, mustChange);
            ctx.status = 204;
        },
        async listUserSessions(ctx) {
            const { id } = await users.require(idOf(ctx));
            const filter = { ...readSessionFilter(ctx), userId: id };
            const found = await sessionList.page(filter, readPage(ctx));
            await answerRows(ctx, found, sessionColumns, () => sessionList.count(filter));
        },
        async endUserSessions(ctx) {
            await sessions.endAll((await users.require(idOf(ctx))).id, personOf(ctx).actor);
            ctx.status = 204;
        },
        async listUserApplications(ctx) {
            const { id } = await users.require(idOf(ctx));
            answer(ctx, routes.listUserApplications, { results: (await consents.listOf(id)).map(presentLetIn) });
        },
        async withdrawUserApplication(ctx) {
            const { id } = await users.require(idOf(ctx));
            await consents.withdraw(id, ctx.params.application, personOf(ctx).actor);
            ctx.status = 204;
        },
        async listUserDevices(ctx) {
            const { id } = await users.require(idOf(ctx));
            const found = await whereSignedIn.devices(id, readPage(ctx));
            const { sid } = personOf(ctx);
            await answerPage(ctx, found, one => presentDevice(one, sid), () => whereSignedIn.countDevices(id));
        },
    };
}
/** @throws not_found */
function idOf(ctx) {
    if (!isUserId(ctx.params.id))
        throw refuse('not_found');
    return Number(ctx.params.id);
}
//# sourceMappingURL=users.js.map