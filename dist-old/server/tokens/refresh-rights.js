import { hasRefreshTokens, mayBeOffline, mayUse, ownApplicationId, scopeWords } from '../policy/application-metadata.js';
import { covers } from '../policy/consent.js';
import { isAskedFor, narrowed, resourceServersOf } from '../policy/session-scope.js';
import { refuse } from '../protocol/errors.js';
export function createRefreshRights(deps) {
    const { issuer, database, sessionStore, consentStore, changes, applications } = deps;
    return {
        /**
         * What a request fails by before anything is claimed.
         * @returns whether the session must be looked at before it rotates: who is refused for a role that comes back, or for a
         *   scope that was never granted, must not have spent the refresh token
         * @throws unauthorized_client
         */
        async before(applicationId, asked) {
            if (isAskedFor(asked))
                return true;
            if (applicationId === ownApplicationId)
                return false;
            const held = await applications.meet(applicationId);
            if (held && !hasRefreshTokens(held.metadata))
                throw refuse('unauthorized_client');
            return (held?.metadata.required_roles?.length ?? 0) > 0;
        },
        /**
         * Changes nothing. The application is held here as the standing has found it.
         * @throws unauthorized_client, invalid_grant, invalid_scope, invalid_target, session_ended, database_unavailable
         */
        async require(standing, asked) {
            await requireRights(standing, asked);
            if (await isOfflineNoMore(standing))
                throw refuse('session_ended');
        },
        /**
         * The same; what only was offline, and may be that no more, ends as it would have with its browser session.
         * @returns what the access token is to be for: what was asked for, as far as somebody has agreed to it
         */
        async requireOrEnd(standing, asked, presenter) {
            const consented = await requireRights(standing, asked);
            if (!(await isOfflineNoMore(standing)))
                return consented;
            const { id, userId, deviceId } = standing.session;
            await changes.run({ name: 'system', origin: presenter, credential: null }, async (_, { record, note }) => {
                if (!(await record('sign_out', { subject: id })))
                    return;
                note({ action: 'signed_out', subject: id, before: { user: userId, device: deviceId } });
            });
            throw refuse('session_ended');
        },
    };
    async function requireRights({ session, user }, asked) {
        const servers = resourceServersOf(applications.resourceServers(), issuer);
        const granted = isAskedFor(asked) ? narrowed(session, asked, servers) : session;
        const held = session.applicationId === ownApplicationId ? undefined : applications.find(session.applicationId);
        if (!held)
            return asked;
        if (!hasRefreshTokens(held.metadata))
            throw refuse('unauthorized_client');
        if (!mayUse(held.metadata, user.roles))
            throw refuse('invalid_grant');
        // One that was named alone has no other's words.
        if (session.resources.length === 1 || held.metadata.first_party)
            return asked;
        // A resource server that came to know the word since the consent was given: nobody has agreed to that one.
        if (asked.resource?.length && !(await isConsented(session, granted.resources)))
            throw refuse('invalid_target');
        return asked;
    }
    async function isConsented({ userId, applicationId, scope }, resources) {
        const consent = await consentStore.find(database, userId, applicationId);
        const servers = resourceServersOf(applications.resourceServers(), issuer);
        return covers(consent?.scopes ?? null, { scope: scopeWords(scope), resources }, servers);
    }
    /** Its application may have that no more, and its browser session was ended. One that only expired has ended nothing. */
    async function isOfflineNoMore({ session: { offline, browserSid, applicationId } }) {
        const held = applications.find(applicationId);
        if (!offline || browserSid === null || !held || mayBeOffline(held.metadata))
            return false;
        const browser = await sessionStore.find(database, browserSid);
        return browser === null || (browser.endedAt !== null && browser.endedReason !== 'expired');
    }
}
//# sourceMappingURL=refresh-rights.js.map