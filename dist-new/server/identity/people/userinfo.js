// What an application is told of the person behind a token (OIDC Core §5.3): by the scopes of the token, as the person is now.
import { scopeWords } from '../../policy/application-metadata.js';
import { claimsOf } from '../../policy/scope-claims.js';
import { refuse } from '../../protocol/errors.js';
export function createUserinfo({ database, userStore, applications }) {
    /**
     * @param claims of a live access token that a person signed in for
     * @throws user_unknown, application_disabled
     */
    return async ({ sub, client_id, scope = '' }) => {
        const [user, application] = await Promise.all([userStore.find(database, Number(sub)), applications.meet(client_id)]);
        // Gone since the token was looked at.
        if (!user || user.deletedAt !== null)
            throw refuse('user_unknown');
        if (!application)
            throw refuse('application_disabled');
        // Core §5.3.2: the subject is always there, and no name for roles takes its place.
        return { ...claimsOf(user, scopeWords(scope), application.metadata.roles_claim, 'userinfo'), sub };
    };
}
//# sourceMappingURL=userinfo.js.map