import { usernameKey } from '../../policy/username.js';
import { refuse } from '../../protocol/errors.js';
import { passwordGrant } from '../../storage/session-rows.js';
import { publicUser } from '../people/public-user.js';
import { EvidenceOutdated } from './open-session.js';
/** By a pair of tokens. A client that signs in again on its device has lost the one that it had. */
const byPair = { grant: passwordGrant, replaces: true };
/** How often a password is checked because what it was checked against changed meanwhile. */
const tries = 3;
export function createSignIn(deps) {
    const { knownDevices, passwordCheck, passwordEvidence, openSession, guesses, inspect, issue, tail } = deps;
    /**
     * Signs a user in to an application.
     * @throws no_active_account, too_many_guesses, session_limit_reached, overloaded, database_unavailable
     */
    async function signIn(credentials, applicationId, origin, held = byPair) {
        const { password, deviceToken, clientDevice } = credentials;
        await tail.freshen();
        if (deviceToken !== undefined)
            await inspect.ensureKeyKnown(deviceToken);
        const deviceProof = knownDevices.deviceProofIn(deviceToken);
        const named = await passwordCheck.lookUp(usernameKey(credentials.username), deviceProof, origin);
        const { result, quotas } = await guesses.count(named.guesser, async () => {
            for (let attempt = 1; attempt <= tries; attempt++) {
                const checked = await passwordCheck.check(attempt === 1 ? named : { ...named, found: undefined }, password);
                await deps.pauses?.passwordChecked?.();
                try {
                    const device = { deviceProof, clientDevice };
                    return await openSession(passwordEvidence(checked), applicationId, { device, origin, ...held });
                }
                catch (error) {
                    if (!(error instanceof EvidenceOutdated))
                        throw error;
                }
            }
            throw refuse('database_unavailable', { retryAfter: 1 });
        });
        return signedIn(result, quotas);
    }
    function signedIn({ standing, eras, issuedAt }, quotas) {
        const { session, user } = standing;
        return {
            user: publicUser(user),
            sessionId: session.id,
            authenticatedAt: session.authenticatedAt,
            quotas,
            issuePair: () => ({
                access: issue.accessOf(standing, issuedAt, eras.of(session)).token,
                refresh: issue.refresh(session, user.username),
            }),
            issueDeviceToken: () => issue.device(user.id, session.deviceId),
        };
    }
    return { signIn };
}
//# sourceMappingURL=sign-in.js.map