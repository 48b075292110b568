// Browsers that are signed in, and codes that were given through them: made as a person's decision makes them, without the
// pages that lead there.
import { createHash, randomBytes } from 'node:crypto';
import { hashOfCode, newCode } from '../../server/identity/authorizations/code-text.js';
import { Refusal } from '../../server/protocol/errors.js';
import { claimsOf } from './client.js';
import { password } from './server.js';
export const redirectUri = 'https://shop.example/back';
export const codeOrigin = { address: '192.0.2.9', userAgent: 'a shop/1', requestId: 'test' };
/** A browser of a user. @param deviceToken what another sign-in there was answered */
export async function aBrowser(server, username, deviceToken) {
    const { signIn, storage } = server.composed.parts;
    const origin = { address: '198.51.100.7', userAgent: 'Mozilla/5.0 Firefox/140', requestId: 'test' };
    const made = await signIn.browserSessions.signIn({ username, password, deviceToken }, origin);
    const session = (await storage.sessionStore.find(storage.database, made.sessionId));
    return { session, deviceToken: made.deviceToken, sid: made.sessionId };
}
/** A code as it stands after a decision, and what it is redeemed with. */
export async function aCode({ composed, clock }, browser, applicationId, changes = {}) {
    const { storage } = composed.parts;
    const code = newCode(randomBytes);
    const verifier = randomBytes(32).toString('base64url');
    const at = clock.now();
    const row = {
        hash: hashOfCode(code),
        applicationId,
        userId: browser.userId,
        deviceId: browser.deviceId,
        browserSid: browser.id,
        seq: browser.seq,
        authenticatedAt: browser.authenticatedAt,
        redirectUri,
        challenge: createHash('sha256').update(verifier).digest('base64url'),
        scope: 'openid',
        resources: [],
        nonce: null,
        dpopJkt: null,
        createdAt: at,
        expiresAt: at + 60_000,
        redeemedAt: null,
        redemption: null,
        redeemer: null,
        sessionId: null,
        ...changes,
    };
    await storage.codeStore.insert(storage.database, row);
    const terms = { redirectUri: row.redirectUri ?? undefined, verifier: row.challenge === null ? undefined : verifier };
    return { code, row, terms };
}
/** The tokens, or the code that refuses them. */
export async function outcome(asking) {
    try {
        const tokens = await asking;
        const access = tokens.access.token;
        return { code: null, tokens, sid: claimsOf(access).sid, access, refresh: tokens.refresh ?? '' };
    }
    catch (error) {
        if (!(error instanceof Refusal))
            throw error;
        return { code: error.code, tokens: null, sid: '', access: '', refresh: '' };
    }
}
export function redeem({ composed }, { code, row, terms }, changes = {}) {
    const { applicationId = row.applicationId, origin = codeOrigin, ...others } = changes;
    return outcome(composed.parts.authorizations.codes.redeem(code, applicationId, { ...terms, ...others }, origin));
}
export function refreshAs({ composed }, refresh, applicationId, asked = {}) {
    return outcome(composed.parts.tokens.rotate.rotate(refresh, applicationId, codeOrigin, asked));
}
//# sourceMappingURL=codes.js.map