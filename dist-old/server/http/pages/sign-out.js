import { Refusal } from '../../protocol/errors.js';
import { originOf } from '../handler.js';
export function createSignOut({ sessions, browserSessions, cookies }) {
    /** Ends a session of a user who is here, if it has not ended. */
    async function end(ctx, { id, userId }) {
        const actor = { name: `user:${userId}`, origin: originOf(ctx), credential: null };
        try {
            await sessions.end(id, userId, actor, 'sign_out');
        }
        catch (error) {
            // It ended between the look at it and now.
            if (!(error instanceof Refusal && error.code === 'not_found'))
                throw error;
        }
    }
    /** The browser was used by somebody until now: they leave. What was over by itself ends nothing else. */
    async function leave(ctx, former) {
        if (!former)
            return;
        if (former.end === null)
            await end(ctx, { id: former.session.id, userId: former.user.id });
        await browserSessions.forget(former);
    }
    return {
        end,
        leave,
        /** Whoever is signed in leaves; what is shown from here on is shown to nobody. */
        async signOut(ctx) {
            const here = ctx.state.browser ?? ctx.state.formerBrowser;
            if (here) {
                // Also one that was idle for too long: what was opened through it lives on until its person signs out.
                await end(ctx, { id: here.session.id, userId: here.user.id });
                await browserSessions.forget(here);
            }
            cookies.clear(ctx, 'darvoza');
            delete ctx.state.browser;
            delete ctx.state.formerBrowser;
        },
    };
}
//# sourceMappingURL=sign-out.js.map