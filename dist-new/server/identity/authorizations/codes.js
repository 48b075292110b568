// A code becomes a session, once (RFC 6749 §4.1.3). What a stranger can fail comes first and touches nothing; then all that
// the code stands on is asked again under locks, in the order user, session of the browser, code (oauth.md §4): whoever ends
// one of these comes before and is seen, or after and finds the session.
import { createHash } from 'node:crypto';
import { authenticationMethodOf, bindsItsSessions, grantTypesOf, hasRefreshTokens, mayBeOffline, scopeWords, } from '../../policy/application-metadata.js';
import { narrowed, resourceServersOf } from '../../policy/session-scope.js';
import { refuse } from '../../protocol/errors.js';
import { verifierMatches } from '../../protocol/pkce.js';
import { refuseToken } from '../../tokens/checks.js';
import { EvidenceOutdated } from '../sign-in/open-session.js';
import { hashOfCode, isCode } from './code-text.js';
/** Thrown inside the transaction, which it undoes: somebody else has spent the code, or its time has come. */
class NotClaimed extends EvidenceOutdated {
}
export function createCodes(deps) {
    const { issuer, database, codeStore, holdsConsent, sessionStore, openSession, sessionTokens } = deps;
    const { changes, applications, policy, random, now, latest } = deps;
    const servers = () => resourceServersOf(applications.resourceServers(), issuer);
    /** As it is held, at the moment of the call; the transaction makes sure that it is not behind. */
    function requireHeld(id) {
        const held = applications.find(id);
        if (!held)
            throw refuse('database_unavailable', { retryAfter: 1 });
        return held;
    }
    /**
     * Turns a code into the tokens of a session.
     * @param applicationId of the application that has authenticated
     * @throws invalid_grant, code_reused, unauthorized_client, invalid_scope, invalid_target, invalid_dpop_proof,
     *   database_unavailable; only with code_reused anything has changed
     */
    async function redeem(code, applicationId, terms, origin) {
        const { metadata } = (await applications.meet(applicationId)) ?? requireHeld(applicationId);
        if (!grantTypesOf(metadata).includes('authorization_code'))
            throw refuse('unauthorized_client');
        const hash = hashOfCode(code);
        const row = isCode(code) ? await codeStore.find(database, hash) : null;
        if (!row || !isPresentedBy(row, applicationId, terms))
            throw refuse('invalid_grant');
        if (row.redeemedAt !== null)
            throw await spent(row, origin);
        if (row.expiresAt <= now())
            throw refuse('invalid_grant');
        if (row.expiresAt <= latest())
            throw refuseToken('clock_jumped');
        narrowed(row, terms.asked ?? {}, servers());
        const { proof = null } = terms;
        if (proof)
            await proof.spend();
        try {
            const opened = await openSession(evidenceOf(row, terms, origin), applicationId, {
                device: { deviceId: row.deviceId },
                origin,
                apart: terms.apart === true,
                grant: () => grantOf(row, requireHeld(applicationId), proof),
            });
            const { refreshable: withRefresh } = opened.standing.session;
            return sessionTokens(opened, { asked: terms.asked ?? {}, withRefresh, nonce: row.nonce, jkt: proof?.jkt });
        }
        catch (error) {
            if (!(error instanceof EvidenceOutdated))
                throw error;
            const present = error instanceof NotClaimed ? await codeStore.find(database, hash) : null;
            throw present && present.redeemedAt !== null ? await spent(present, origin) : refuse('invalid_grant');
        }
    }
    /** What a stranger can fail. */
    function isPresentedBy(row, applicationId, { redirectUri, verifier, proof }) {
        if (row.applicationId !== applicationId)
            return false;
        // RFC 6749 §4.1.3: the same, byte by byte, if the request named one.
        if (row.redirectUri !== null ? redirectUri !== row.redirectUri : !isRegistered(redirectUri, applicationId))
            return false;
        // RFC 9700 §2.1.1: a verifier for a code that was asked for without a challenge is a downgrade, and refused.
        if (row.challenge === null ? verifier !== undefined : !verifierMatches(verifier ?? '', row.challenge))
            return false;
        // RFC 9449 §10: the key that was named when the code was asked for.
        return row.dpopJkt === null || row.dpopJkt === proof?.jkt;
    }
    /** The request named none, as one alone is registered. */
    const isRegistered = (redirectUri, applicationId) => redirectUri === undefined || requireHeld(applicationId).metadata.redirect_uris?.includes(redirectUri) === true;
    function evidenceOf(row, { asked = {} }, origin) {
        return {
            userId: row.userId,
            seq: row.seq,
            authenticatedAt: row.authenticatedAt,
            async stillHolds(tx) {
                await sessionStore.lock(tx, row.browserSid);
                const browser = await sessionStore.find(tx, row.browserSid);
                // What has only run out of its time has ended nothing that it gave.
                return browser !== null && (browser.endedAt === null || browser.endedReason === 'expired');
            },
            async spend(tx, { id: sessionId }) {
                const { metadata } = requireHeld(row.applicationId);
                if (!(await holdsConsent(tx, row, metadata, asked)))
                    throw new EvidenceOutdated();
                const redemption = random(12).toString('hex');
                const by = { redemption, redeemer: redeemerOf(origin), sessionId };
                if (!(await codeStore.redeem(tx, row.hash, now(), by)))
                    throw new NotClaimed();
            },
        };
    }
    function grantOf({ scope, resources, browserSid }, application, proof) {
        const { metadata } = application;
        const dpopJkt = proof && bindsItsSessions(application) ? proof.jkt : null;
        const refreshable = hasRefreshTokens(metadata);
        const offline = refreshable && mayBeOffline(metadata) && scopeWords(scope).includes('offline_access');
        return { grantType: 'authorization_code', scope, resources, browserSid, offline, dpopJkt, refreshable };
    }
    /**
     * RFC 6749 §4.1.2: a code that comes twice is in two hands, and what it gave ends; that is committed before anybody is
     * refused. But pages that are loaded twice send it twice: who has the verifier and comes from where it was redeemed a moment
     * ago is refused, and keeps what there is.
     */
    async function spent(row, origin) {
        const method = authenticationMethodOf(requireHeld(row.applicationId));
        const isRepeat = row.redeemer === redeemerOf(origin) && now() - row.redeemedAt <= policy().reuse_grace * 1000;
        if (method === 'none' && row.challenge !== null && isRepeat && policy().reuse_grace > 0)
            return refuse('invalid_grant');
        const { sessionId, userId: user, applicationId: application } = row;
        // Further replays write nothing: each transaction would lock the heads of both logs.
        const session = sessionId === null ? null : await sessionStore.find(database, sessionId);
        if (session === null || session.endedAt !== null)
            return refuse('code_reused');
        await changes.run({ name: 'system', origin, credential: null }, async (_, { record, note }) => {
            if (!(await record('code_reused', { subject: session.id })))
                return;
            note({ action: 'code_reused', subject: session.id, before: { user, application } });
        });
        return refuse('code_reused');
    }
    return { redeem };
}
function redeemerOf({ address, userAgent }) {
    return createHash('sha256')
        .update(JSON.stringify([address, userAgent]))
        .digest('base64url');
}
//# sourceMappingURL=codes.js.map