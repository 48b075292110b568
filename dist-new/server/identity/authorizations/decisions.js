// A person has decided to let an application in through their browser: what they agreed to is remembered and a code is made,
// both or neither.
import { originOf } from '../../policy/actor.js';
import { serversIn, wordsIn } from '../../policy/consent.js';
import { refuse } from '../../protocol/errors.js';
import { hashOfCode, newCode } from './code-text.js';
import { byBrowser } from './deciding.js';
/** A code travels from one redirect to one request; ms. RFC 6749 §4.1.2 recommends ten minutes at most. */
const codeLifetime = 60_000;
export function createDecisions(deps) {
    const { deciding, codeStore, changes, pushedRequests, codeQuota, documentApplications, random, now } = deps;
    return {
        /**
         * Makes a code of what was asked for, as far as it belongs to a resource server that is there.
         * @param consented the scopes that the person was shown and agreed to just now; null where nobody was asked: the
         *   remembered consent has them all, or the application is first-party, whose consent is never written
         * @throws login_required, interaction_required (a new password must be chosen first), consent_required, access_denied
         *   (none of the roles that the application requires), unknown_application, invalid_request_uri (it was pushed, and
         *   answered before), too_many_codes, what `changes.run` throws; nothing was written then
         */
        async decide(browser, request, consented, actor) {
            const userId = browser.user.id;
            await codeQuota(String(userId));
            const by = byBrowser(actor, browser);
            await documentApplications.keep(request.applicationId, userId, originOf(actor)?.address ?? '', by);
            const code = newCode(random);
            await changes.run(by, async (tx, change) => {
                const decided = await deciding.decide(tx, change, browser, request, consented, async () => {
                    // Of two tabs one makes a code (RFC 9126 §4). What fails further down undoes this as well.
                    if (request.pushed !== undefined && !(await pushedRequests.spend(request.pushed, tx)))
                        throw refuse('invalid_request_uri');
                });
                await codeStore.insert(tx, codeOf(request, decided, code));
            });
            return { code };
        },
    };
    function codeOf(request, { standing: { session, user }, granted, authenticatedAt }, code) {
        const createdAt = now();
        return {
            hash: hashOfCode(code),
            applicationId: request.applicationId,
            userId: user.id,
            deviceId: session.deviceId,
            browserSid: session.id,
            seq: session.seq,
            authenticatedAt,
            redirectUri: request.redirectUriGiven ? request.redirectUri : null,
            challenge: request.challenge ?? null,
            scope: wordsIn(granted).join(' '),
            // Where none was named, those that were agreed to: a word that another server comes to know later is not granted there.
            resources: request.resources.length > 0 ? request.resources : serversIn(granted),
            nonce: request.nonce ?? null,
            dpopJkt: request.dpopJkt ?? null,
            createdAt,
            expiresAt: createdAt + codeLifetime,
            redeemedAt: null,
            redemption: null,
            redeemer: null,
            sessionId: null,
        };
    }
}
//# sourceMappingURL=decisions.js.map