// Wishes to sign out that applications bring (OpenID Connect RP-Initiated Logout §2, §3), checked. Nothing ends here.
import { logoutStep } from '../../policy/logout.js';
import { refuse } from '../../protocol/errors.js';
export function createLogoutRequests({ database, sessionStore, applications, idTokenHints, tail }) {
    /** @throws logout_hint_refused, unknown_application */
    async function applicationOf(audience, clientId) {
        if (audience && clientId !== undefined && !audience.includes(clientId))
            throw refuse('logout_hint_refused');
        const id = clientId ?? audience?.[0];
        if (id === undefined)
            return audience ? Promise.reject(refuse('logout_hint_refused')) : null;
        const application = await applications.meet(id);
        if (!application?.active)
            throw refuse(audience ? 'logout_hint_refused' : 'unknown_application');
        return application;
    }
    return {
        /** @throws logout_hint_refused, unknown_application, unregistered_logout_uri, database_unavailable */
        async check(asked) {
            if (!tail.isFresh())
                await tail.freshen();
            const { id_token_hint: text, client_id: clientId, post_logout_redirect_uri: uri, state } = asked;
            const hint = text === undefined ? null : idTokenHints.read(text);
            if (text !== undefined && !hint)
                throw refuse('logout_hint_refused');
            const application = await applicationOf(hint?.audience ?? null, clientId);
            // §3: without an application there is nobody who could have registered it; it is as good as not there.
            const registered = application?.metadata.post_logout_redirect_uris ?? [];
            if (application && uri !== undefined && !registered.includes(uri))
                throw refuse('unregistered_logout_uri');
            const session = hint?.sid ? await sessionStore.find(database, hint.sid) : null;
            const isMeant = session?.applicationId === application?.id && String(session?.userId) === hint?.sub;
            return {
                application: application && { name: application.name },
                hint: hint && { sub: hint.sub },
                hinted: session && isMeant ? { id: session.id, userId: session.userId, browserSid: session.browserSid } : null,
                back: application && uri !== undefined ? { uri, state } : null,
            };
        },
        nextStep: ({ hint, hinted }, browser) => logoutStep({ hint, hinted, browser: browser ? { userId: browser.user.id, sid: browser.session.id } : null }),
    };
}
//# sourceMappingURL=logout-requests.js.map