// One attempt to tell an application that a session has ended (OpenID Connect Back-Channel Logout 1.0 §2.5), and what came of
// it. Any failure may pass.
import { OutgoingFailure } from '../../outgoing/outgoing-failure.js';
import { isUnseen } from '../../policy/application-metadata.js';
import { Refusal } from '../../protocol/errors.js';
/** In ms, for all of one request. */
export const patience = 5_000;
export function createAttempts({ outgoing, logoutTokens }) {
    async function send(uri, logoutToken, publicAlone) {
        const { status } = await outgoing.request(uri, {
            method: 'POST',
            headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'User-Agent': 'Darvoza' },
            body: new URLSearchParams({ logout_token: logoutToken }).toString(),
            wait: patience,
            most: 0,
            publicAlone,
        });
        // §2.8: 200, and 204 where a framework says that for an answer without a body. A redirect is not followed, and a failure.
        const isTaken = status >= 200 && status < 300;
        return { failure: isTaken ? null : 'STATUS', status };
    }
    return {
        async attempt(application, terms) {
            const uri = application?.metadata.backchannel_logout_uri;
            if (!application || uri === undefined)
                return { failure: 'NO_URI', status: null };
            try {
                return await send(uri, await logoutTokens.logoutToken(application, terms), isUnseen(application));
            }
            catch (error) {
                if (error instanceof OutgoingFailure)
                    return { failure: error.reason === 'TOO_LARGE' ? 'STATUS' : error.reason, status: null };
                if (error instanceof Refusal)
                    return { failure: 'NO_KEY', status: null };
                throw error;
            }
        },
    };
}
/** Whether others of the application would hardly fare better: then nothing is sent to it for a while. */
export function isDown({ failure, status }) {
    if (failure !== 'STATUS')
        return failure !== null;
    return status === null || status < 400 || status >= 500 || status === 408 || status === 429;
}
//# sourceMappingURL=attempt.js.map