// What the signed-in user may see and do about themselves.
import { refuse } from '../../protocol/errors.js';
import { answerPage, greatestLimit, readPage } from '../admin/paging.js';
import { personOf } from '../handler.js';
import { answer } from '../wire/answers.js';
import { readBody } from '../wire/fields.js';
import { presentDevice, presentLetIn, presentSession, presentUser } from './present.js';
import { meRoutes as routes } from './routes.js';
/** Whoever knows nothing of pages, as clients of before, is answered as many as one page may have. */
export function createMeHandlers({ users, sessions, whereSignedIn, ownPassword, consents }) {
    return {
        async me(ctx) {
            answer(ctx, routes.me, presentUser(await users.require(personOf(ctx).userId)));
        },
        async changeMe(ctx) {
            const { first_name, last_name, email } = readBody(ctx, routes.changeMe);
            const profile = { firstName: first_name, lastName: last_name, email };
            const { userId, actor } = personOf(ctx);
            const changed = await users.update(userId, profile, actor);
            answer(ctx, routes.changeMe, presentUser(changed));
        },
        async changePassword(ctx) {
            const { old_password, new_password } = readBody(ctx, routes.changePassword);
            const { userId, sid, actor } = personOf(ctx);
            if (sid === null)
                throw refuse('not_by_api_key');
            await ownPassword.change(userId, sid, { oldPassword: old_password, newPassword: new_password }, actor);
            ctx.status = 204;
        },
        async mySessions(ctx) {
            const { userId, sid } = personOf(ctx);
            const found = await whereSignedIn.sessions(userId, readPage(ctx, greatestLimit));
            await answerPage(ctx, found, one => presentSession(one, sid), () => whereSignedIn.countSessions(userId));
        },
        async endMySession(ctx) {
            const { userId, actor } = personOf(ctx);
            await sessions.end(ctx.params.id, userId, actor);
            ctx.status = 204;
        },
        async endMyOtherSessions(ctx) {
            const { userId, actor, sid } = personOf(ctx);
            // Of a key's user all are others.
            await sessions.endAll(userId, actor, sid ?? undefined);
            ctx.status = 204;
        },
        async myDevices(ctx) {
            const { userId, sid } = personOf(ctx);
            const found = await whereSignedIn.devices(userId, readPage(ctx, greatestLimit));
            await answerPage(ctx, found, one => presentDevice(one, sid), () => whereSignedIn.countDevices(userId));
        },
        async endMyDevice(ctx) {
            const { userId, actor } = personOf(ctx);
            await sessions.endDevice(ctx.params.id, userId, actor);
            ctx.status = 204;
        },
        async endMyOtherDevices(ctx) {
            const { userId, actor, sid } = personOf(ctx);
            await sessions.endOtherDevices(userId, sid, actor);
            ctx.status = 204;
        },
        async myApplications(ctx) {
            answer(ctx, routes.myApplications, { results: (await consents.listOf(personOf(ctx).userId)).map(presentLetIn) });
        },
        async withdrawMyApplication(ctx) {
            const { userId, actor } = personOf(ctx);
            await consents.withdraw(userId, ctx.params.id, actor);
            ctx.status = 204;
        },
    };
}
//# sourceMappingURL=me.js.map