// All the tokens of a session as it stands: what a code or a refresh is answered with. Values alone, nothing of the rows that
// they were made from.
import { ownApplicationId, scopeWords } from '../policy/application-metadata.js';
import { absoluteEnd, idleEnd } from '../policy/session.js';
export function createSessionTokens({ issue, idTokens, applications }) {
    /** @throws database_unavailable, what `narrowed` throws */
    return function sessionTokens(stood, { asked, withRefresh, nonce = null, jkt }) {
        const { standing, eras, issuedAt } = stood;
        const { session, user } = standing;
        const policy = eras.of(session);
        const access = issue.accessOf(standing, issuedAt, policy, asked, jkt);
        const end = absoluteEnd(session, policy);
        return {
            access,
            refresh: withRefresh ? issue.refresh(session, user.username) : null,
            issuedAt,
            idleEnd: Math.min(idleEnd(session, policy), end),
            absoluteEnd: end,
            async idToken() {
                const { token: accessToken, scope } = access;
                const application = applications.find(session.applicationId);
                if (!application || application.id === ownApplicationId || !scopeWords(scope).includes('openid'))
                    return undefined;
                return idTokens.idToken({ session, user, application }, { accessToken, nonce, issuedAt, scope });
            },
        };
    };
}
//# sourceMappingURL=session-tokens.js.map