import { bindsItsSessions, grantTypesOf, hasRefreshTokens } from '../../policy/application-metadata.js';
import { deviceGrantType, longestPollInterval, slowDownBy } from '../../policy/device-request.js';
import { narrowed, resourceServersOf } from '../../policy/session-scope.js';
import { refuse } from '../../protocol/errors.js';
import { refuseToken } from '../../tokens/checks.js';
import { EvidenceOutdated } from '../sign-in/open-session.js';
import { hashOfDeviceCode, isDeviceCode } from './device-code-text.js';
export function createDeviceCodes(deps) {
    const { issuer, database, deviceCodeStore, holdsConsent, sessionStore, openSession, sessionTokens } = deps;
    const { applications, now, latest } = deps;
    /** As it is held, at the moment of the call; the transaction makes sure that it is not behind. */
    function requireHeld(id) {
        const held = applications.find(id);
        if (!held)
            throw refuse('database_unavailable', { retryAfter: 1 });
        return held;
    }
    /**
     * @param applicationId of the application that has authenticated
     * @throws authorization_pending, slow_down, access_denied, expired_token, invalid_grant, unauthorized_client,
     *   invalid_scope, invalid_target, invalid_dpop_proof, database_unavailable
     */
    async function redeem(deviceCode, applicationId, { asked = {}, proof = null }, origin) {
        const { metadata } = (await applications.meet(applicationId)) ?? requireHeld(applicationId);
        if (!grantTypesOf(metadata).includes(deviceGrantType))
            throw refuse('unauthorized_client');
        const row = isDeviceCode(deviceCode) ? await deviceCodeStore.find(database, hashOfDeviceCode(deviceCode)) : null;
        if (!row || row.applicationId !== applicationId || row.redeemedAt !== null)
            throw refuse('invalid_grant');
        if (row.decision === 'denied')
            throw refuse('access_denied');
        if (row.expiresAt <= now())
            throw refuse('expired_token');
        if (row.expiresAt <= latest())
            throw refuseToken('clock_jumped');
        narrowed(row, asked, resourceServersOf(applications.resourceServers(), issuer));
        if (!isApproved(row))
            throw await undecided(row);
        // Last before the claim: whoever is told to wait may come with it again.
        if (proof)
            await proof.spend();
        try {
            const opened = await openSession(evidenceOf(row, asked), applicationId, {
                device: { deviceProof: null, otherwise: requireHeld(applicationId).name },
                origin,
                grant: () => grantOf(row, requireHeld(applicationId), proof),
            });
            const { refreshable: withRefresh } = opened.standing.session;
            return sessionTokens(opened, { asked, withRefresh, jkt: proof?.jkt });
        }
        catch (error) {
            // Another request was first, or what the person's decision stood on is over.
            throw error instanceof EvidenceOutdated ? refuse('invalid_grant') : error;
        }
    }
    /** RFC 8628 §3.5: who asks again at the very interval does as it was told. */
    async function undecided({ hash }) {
        const at = now();
        if (await deviceCodeStore.poll(database, hash, at))
            return refuse('authorization_pending');
        const slower = { now: at, more: slowDownBy, upTo: longestPollInterval };
        // Somebody has decided since: the next question is answered.
        if (!(await deviceCodeStore.slowDown(database, hash, slower)))
            return refuse('authorization_pending');
        return refuse('slow_down');
    }
    function evidenceOf(row, asked) {
        return {
            userId: row.userId,
            seq: row.seq,
            authenticatedAt: row.authenticatedAt,
            async stillHolds(tx) {
                if (!(await deviceCodeStore.lock(tx, row.hash)))
                    return false;
                await sessionStore.lock(tx, row.browserSid);
                const browser = await sessionStore.find(tx, row.browserSid);
                // What has only run out of its time has ended nothing that it gave.
                return browser !== null && (browser.endedAt === null || browser.endedReason === 'expired');
            },
            async spend(tx, { id: sessionId }) {
                const { metadata } = requireHeld(row.applicationId);
                const isGood = (await holdsConsent(tx, row, metadata, asked)) &&
                    (await deviceCodeStore.redeem(tx, row.hash, now(), sessionId));
                if (!isGood)
                    throw new EvidenceOutdated();
            },
        };
    }
    /** Of no browser session: it stands by itself, and counts so. */
    function grantOf({ scope, resources }, application, proof) {
        const dpopJkt = proof && bindsItsSessions(application) ? proof.jkt : null;
        const refreshable = hasRefreshTokens(application.metadata);
        return { grantType: 'device_code', scope, resources, browserSid: null, offline: false, dpopJkt, refreshable };
    }
    return { redeem };
}
const isApproved = (row) => row.decision === 'approved';
//# sourceMappingURL=device-codes.js.map