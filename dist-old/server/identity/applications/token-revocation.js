import { apiKeyPrefix } from '../../policy/api-key.js';
import { Refusal, refuse } from '../../protocol/errors.js';
/** How many entries for single tokens an application may have in the log: every verifier holds them all in memory. */
const mostLive = 10_000;
/** When to ask again, in seconds: they expire by themselves. */
const retryAfter = 60;
export function createTokenRevocation(deps) {
    const { database, revocationStore, inspect, sessions, changes, personQuota, now } = deps;
    /** null where it is none of ours, or over (RFC 7009 §2.2): that is what was asked for. */
    async function findLive(token) {
        try {
            return await inspect.issued(token);
        }
        catch (error) {
            if (error instanceof Refusal && error.status === 401)
                return null;
            throw error;
        }
    }
    /** Also by a spent one: a sign-out must not fail for being late. */
    async function endSession({ sid, sub }, origin) {
        try {
            await sessions.end(sid, Number(sub), { name: `user:${Number(sub)}`, origin, credential: null }, 'sign_out');
        }
        catch (error) {
            if (!(error instanceof Refusal && error.code === 'not_found'))
                throw error;
        }
    }
    async function endToken({ jti, client_id, sid, sub }, origin) {
        // Whoever signs in to a public application can get any number of tokens, and give them back in its name.
        if (sid !== undefined)
            await personQuota(`${client_id} ${sub}`);
        const name = `application:${client_id}`;
        const live = await revocationStore.countLiveTokens(database, name, now(), mostLive);
        if (live >= mostLive)
            throw refuse('too_many_revocations', { retryAfter });
        await changes.run({ name, origin, credential: null }, (_, { record }) => record('token_revoked', { subject: jti }));
    }
    return {
        /**
         * @param applicationId of one that has proven to be it
         * @throws invalid_grant (another one's token), unsupported_token_type, too_many_revocations, database_unavailable
         */
        async revoke(token, applicationId, origin) {
            // RFC 7009 §2.2.1. A person gave it, not we to an application: they end it, and whether there is one is not told.
            if (token.startsWith(apiKeyPrefix))
                throw refuse('unsupported_token_type');
            const found = await findLive(token);
            if (!found)
                return;
            // RFC 7009 §2.1: one that was given to another application is refused.
            if (found.claims.client_id !== applicationId)
                throw refuse('invalid_grant');
            if (found.kind === 'refresh')
                await endSession(found.claims, origin);
            else
                await endToken(found.claims, origin);
        },
    };
}
//# sourceMappingURL=token-revocation.js.map