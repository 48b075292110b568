import { testRedirectUri } from '../../../identity/authorizations/authorization-requests.js';
import { authenticationMethodOf, scopeWords } from '../../../policy/application-metadata.js';
import { isPublic } from '../../../policy/authorization-rules.js';
import { Refusal } from '../../../protocol/errors.js';
import { browserUserOf, originOf } from '../../handler.js';
import { tokenAnswer } from '../../oauth/token-answer.js';
import { claimsIn, masked, membersOf, withTimes } from './application-test-texts.js';
export function createApplicationTestRun(deps) {
    const { issuer, codes, sessions, tokenInspector, userinfo, introspect, now } = deps;
    /** As the token endpoint would, for an application that has proved itself: its secret is known to nobody here. */
    async function exchange(ctx, application, code, { verifier }) {
        const terms = { redirectUri: testRedirectUri(issuer, application.id), verifier, apart: true };
        try {
            const tokens = await codes.redeem(code, application.id, terms, originOf(ctx));
            return { answer: await tokenAnswer(tokens, now()), error: null };
        }
        catch (error) {
            if (!(error instanceof Refusal) || error.status >= 500)
                throw error;
            return { answer: null, error: error.code };
        }
    }
    /** Asks with the token, ends the session that it belongs to, and asks again. */
    async function useAndEnd(ctx, application, answer) {
        const { access_token: token, scope = '' } = answer;
        const { userId, actor } = browserUserOf(ctx);
        const { session } = await tokenInspector.inspect(token);
        const told = scopeWords(scope).includes('openid') && (await userinfo(claimsIn(token)));
        const before = await introspect(token, application);
        if (session)
            await sessions.end(session.id, userId, actor, 'sign_out');
        const after = await introspect(token, application);
        const { refusal } = await tokenInspector.inspect(token);
        return {
            userinfo: told ? withTimes(told) : null,
            introspection: isPublic(application) ? null : withTimes(before),
            ended: {
                ...{ before: before.active, after: after.active, sid: session?.id ?? null },
                // A token for another resource server fails here at that first.
                why: refusal === 'token_audience' ? null : refusal,
            },
        };
    }
    return async function run(ctx, application, code, test) {
        const { answer, error } = await exchange(ctx, application, code, test);
        return {
            sent: membersOf({
                ...{ grant_type: 'authorization_code', code: masked(code), code_verifier: masked(test.verifier) },
                redirect_uri: testRedirectUri(issuer, application.id),
            }),
            method: authenticationMethodOf(application),
            error,
            answer: answer && membersOf({ ...answer, ...maskedTokens(answer) }),
            access: answer && withTimes(claimsIn(answer.access_token)),
            id: typeof answer?.id_token === 'string' ? withTimes(claimsIn(answer.id_token)) : null,
            ...(answer ? await useAndEnd(ctx, application, answer) : { userinfo: null, introspection: null, ended: null }),
        };
    };
}
function maskedTokens(answer) {
    const names = ['access_token', 'refresh_token', 'id_token'];
    const members = answer;
    return Object.fromEntries(names.flatMap(name => (typeof members[name] === 'string' ? [[name, masked(members[name])]] : [])));
}
//# sourceMappingURL=application-test-run.js.map