// What every decision of a person about an application stands on, read under locks in the order user, consent, what the
// decision is about, session of the browser, so that whoever ends one of these comes before and is seen, or after and finds
// what was decided (oauth.md §4).
import { nameOf, originOf } from '../../policy/actor.js';
import { mayUse } from '../../policy/application-metadata.js';
import { covers, merged, scopesByServer, wordsIn, } from '../../policy/consent.js';
import { sessionEnd } from '../../policy/session.js';
import { resourceServersOf } from '../../policy/session-scope.js';
import { refuse } from '../../protocol/errors.js';
import { PolicyMoved } from '../../tokens/credential.js';
export function createDeciding(deps) {
    const { issuer, userStore, applicationStore, sessionStore, browserSessionStore, consentStore } = deps;
    const { applications, policy, now } = deps;
    /** The row itself: what is held in memory may be older than the transaction. @throws unknown_application, access_denied */
    async function requireApplication(tx, id, { user }) {
        const application = await applicationStore.find(tx, id);
        if (!application?.active)
            throw refuse('unknown_application');
        if (!mayUse(application.metadata, user.roles))
            throw refuse('access_denied');
        return application;
    }
    /** Its row stays as it is until the transaction ends. @throws login_required, interaction_required */
    async function requireLive(tx, { session: { id, userId } }) {
        await sessionStore.lock(tx, id);
        const standing = (await sessionStore.standings(tx, [id])).get(id);
        if (standing?.session.userId !== userId)
            throw refuse('login_required');
        const { session, user, application, ended, policyVersion } = standing;
        const eras = policy.eras();
        if (policyVersion !== eras.head)
            throw new PolicyMoved();
        const lives = user.active && application.active && !sessionEnd(session, ended, now(), eras.of(session));
        if (!lives)
            throw refuse('login_required');
        if (user.mustChangePassword)
            throw refuse('interaction_required');
        return standing;
    }
    /** @returns what is agreed to now */
    async function remember(tx, { note }, { userId, applicationId }, before, given) {
        const at = now();
        const scopes = merged(before?.scopes ?? null, given);
        await consentStore.save(tx, { userId, applicationId, scopes, createdAt: before?.createdAt ?? at, updatedAt: at });
        const after = { application: applicationId, scope: wordsIn(given) };
        note({ action: 'consent_given', subject: String(userId), after });
        return scopes;
    }
    /** When the password was typed last, by which `max_age` and `prompt=login` were judged. */
    async function authenticatedAt(tx, { session }) {
        return Math.max(session.authenticatedAt, (await browserSessionStore.authenticatedAt(tx, session.id)) ?? 0);
    }
    return {
        /**
         * Remembers what is agreed to. The application of ours (`first_party`) is asked about nowhere, and its consent never
         * written.
         * @param consented the scopes that the person was shown and agreed to just now; null: nobody was asked
         * @param lockIt locks what is decided about
         * @throws login_required, interaction_required (a new password must be chosen first), consent_required, access_denied
         *   (none of the roles that the application requires), unknown_application
         */
        async decide(tx, change, browser, asked, consented, lockIt = async () => { }) {
            const { applicationId, resources } = asked;
            const userId = browser.user.id;
            const servers = resourceServersOf(applications.resourceServers(), issuer);
            await userStore.lock(tx, userId);
            const remembered = await consentStore.lock(tx, userId, applicationId);
            await lockIt();
            const standing = await requireLive(tx, browser);
            const application = await requireApplication(tx, applicationId, standing);
            // Ended for everybody since this browser signed in: as if the application's own session had ended (oauth.md §3).
            if (standing.session.seq < application.endedSeq)
                throw refuse('login_required');
            if (!application.metadata.first_party) {
                const given = consented && scopesByServer({ scope: consented, resources }, servers);
                const scopes = given
                    ? await remember(tx, change, { userId, applicationId }, remembered, given)
                    : (remembered?.scopes ?? null);
                if (!covers(scopes, asked, servers))
                    throw refuse('consent_required');
            }
            const granted = scopesByServer(asked, servers);
            return { standing, granted, authenticatedAt: await authenticatedAt(tx, standing) };
        },
    };
}
/**
 * Without a credential to be judged first: that would lock the session before the consent. What it would ask is asked here,
 * in the order of all locks.
 */
export function byBrowser(actor, { user }) {
    const origin = originOf(actor);
    return origin ? { name: `user:${user.id}`, origin, credential: null } : nameOf(actor);
}
//# sourceMappingURL=deciding.js.map