// The credential of a change, judged where the change is made: inside its transaction, by the rows, under locks. What a
// token or a cookie said when the request came may be over by then; whoever ends it commits before or after the change,
// never in between unseen.
import { credentialOf, userOf } from '../policy/actor.js';
import { whyNotAsked, whyNotLive } from '../policy/api-key.js';
import { ownApplicationId, permissionsFor } from '../policy/application-metadata.js';
import { sessionEnd } from '../policy/session.js';
import { refuse } from '../protocol/errors.js';
/** Thrown inside the transaction when this process knows an older policy, or older applications, than the database: read it, and begin again. */
export class PolicyMoved extends Error {
    /** @param outdated applications to be loaded */
    constructor(outdated = []) {
        super();
        this.outdated = outdated;
    }
}
export function createCredentials({ userStore, roleStore, sessionStore, apiKeyStore, applicationStore, policy, applications, now, latest, }) {
    /** In the order of all transactions (users, roles, sessions), each kind by its ids: the actor's rows and the subjects'. */
    async function lock(tx, userId, subjects) {
        const ids = [userId, ...(subjects.users ?? [])];
        await userStore.lockAll(tx, ids);
        // A role that is about to be given or changed is locked at once as the change needs it: two who both share it first
        // could never go on.
        if (subjects.roles)
            await roleStore.lockOf(tx, ids, subjects.roles, 'update');
        else
            await roleStore.lockOf(tx, [userId], [], 'share');
    }
    function whyNot(standing, userId, credential) {
        if (standing?.session.userId !== userId)
            return 'session_ended';
        const { session, user, application, ended, policyVersion, resourcesVersion } = standing;
        if (user.deletedAt !== null)
            return 'user_unknown';
        if (!user.active)
            return 'user_inactive';
        if (!application.active)
            return 'application_disabled';
        const eras = policy.eras();
        if (policyVersion !== eras.head)
            throw new PolicyMoved();
        // What it overrides, or lists, may be otherwise by now.
        if (application.id !== ownApplicationId) {
            const outdated = applications.outdated([application]);
            if (outdated.length > 0 || resourcesVersion !== applications.resourceHead)
                throw new PolicyMoved(outdated);
        }
        const end = sessionEnd(session, ended, now(), eras.of(session));
        if (end !== null)
            return end === 'ended' || end === 'superseded' ? 'session_ended' : 'token_expired';
        if (user.mustChangePassword && !credential.beforeNewPassword)
            return 'password_change_required';
        // What its application lists may have been taken from it since the token was issued.
        const held = applications.find(application.id);
        const permissions = held ? permissionsFor(held, session.scope, user.allPermissions) : [];
        if (credential.permission && !permissions.includes(credential.permission))
            return 'permission_denied';
        return null;
    }
    async function judgeSession(tx, userId, credential) {
        await sessionStore.lock(tx, credential.sid);
        const standing = (await sessionStore.standings(tx, [credential.sid])).get(credential.sid);
        const code = whyNot(standing, userId, credential);
        if (code)
            throw refuse(code, { ofSender: true });
        const { seq, applicationId } = standing.session;
        return async (tx) => {
            if (seq < (await applicationStore.endedSeq(tx, applicationId)))
                throw refuse('session_ended', { ofSender: true });
        };
    }
    /** Nothing ends a key without its user's lock, which is held here: it need not be asked again. */
    async function judgeApiKey(tx, userId, { apiKeyId, permission, recent }) {
        await apiKeyStore.lock(tx, apiKeyId);
        const standing = await apiKeyStore.standing(tx, apiKeyId);
        if (standing?.key.userId !== userId)
            throw refuse('api_key_unknown', { ofSender: true, ofApiKey: true });
        const { key, user } = standing;
        const code = whyNotLive(key, user, now(), latest()) ?? whyNotAsked(key, user, { permission, recent });
        if (code)
            throw refuse(code, { ...retryOf(code), ofSender: true, ofApiKey: true });
        return null;
    }
    return {
        /**
         * Judges the actor at the beginning of a transaction, before anything of it is changed: what the change itself ends,
         * such as the own session, does not count against it.
         * @returns asks, under the lock of the audit log's head, whether everybody's or the application's sessions were ended
         *   meanwhile: those have no row that could be locked before. Null where there is no credential to judge, or a key.
         * @throws session_ended, token_expired, user_inactive, user_unknown, application_disabled, password_change_required,
         *   permission_denied; of an API key api_key_unknown, api_key_ended, api_key_expired, api_key_scope, clock_jumped
         */
        async judge(tx, actor, subjects) {
            const credential = credentialOf(actor);
            const userId = userOf(actor);
            if (credential === null || userId === null)
                return null;
            await lock(tx, userId, subjects);
            return 'sid' in credential ? judgeSession(tx, userId, credential) : judgeApiKey(tx, userId, credential);
        },
    };
}
/** What a time decides may be otherwise in a moment. */
const retryOf = (code) => (code === 'clock_jumped' ? { retryAfter: 10 } : {});
//# sourceMappingURL=credential.js.map