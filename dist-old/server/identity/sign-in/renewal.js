import { absoluteEnd, sessionEnd } from '../../policy/session.js';
export function createRenewal({ sessionStore, knownDevices, now }) {
    /** Under the user's lock. @returns null where it is somebody else's, or over: then there is nothing that could go on */
    async function renew(tx, { sessionId, evidence, origin, ended, eras }) {
        const { userId, seq, authenticatedAt } = evidence;
        const isTheirs = (one) => one?.userId === userId && !one.refreshable && !sessionEnd(one, ended, now(), eras.of(one));
        const before = await sessionStore.find(tx, sessionId);
        if (!before || !isTheirs(before))
            return null;
        // The device before the session, as everybody locks them. The cookie proves it as its own token would.
        const { id } = await knownDevices.recognise(tx, userId, { deviceProof: { userId, deviceId: before.deviceId } }, origin);
        await sessionStore.lock(tx, sessionId);
        const session = await sessionStore.find(tx, sessionId);
        // It ended meanwhile, with its device or by itself.
        if (!session || !isTheirs(session) || session.deviceId !== id)
            return null;
        const at = now();
        const policyVersion = eras.version;
        const rules = eras.of({ policyVersion, applicationId: session.applicationId });
        const expiresAt = Math.min(at + rules.refresh_token_lifetime * 1000, absoluteEnd({ createdAt: at }, rules));
        const changes = {
            seq,
            authenticatedAt,
            policyVersion,
            createdAt: at,
            rotatedAt: at,
            lastSeenAt: at,
            expiresAt,
            address: origin.address,
        };
        await sessionStore.renew(tx, sessionId, changes);
        return { ...session, ...changes };
    }
    return { renew };
}
//# sourceMappingURL=renewal.js.map