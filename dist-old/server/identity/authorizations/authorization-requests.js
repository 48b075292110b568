// Requests of the authorization endpoint, from their parameters to what comes next. Nothing here writes but one thing: that
// somebody has come with what was pushed.
import { mayUse } from '../../policy/application-metadata.js';
import { nextStep } from '../../policy/authorization.js';
import { parametersOf, requestOf, } from '../../policy/authorization-request.js';
import { brokenRule, isNative, isPublic, redirectUriOf, responseModeOf, stateOf, } from '../../policy/authorization-rules.js';
import { covers } from '../../policy/consent.js';
import { resourceServersOf } from '../../policy/session-scope.js';
import { isApplicationId } from '../../protocol/claims.js';
import { Refusal } from '../../protocol/errors.js';
import { publicApplication } from '../applications/public-application.js';
import { isPushedUri } from './pushed-requests.js';
/** A request that breaks a rule. `back`: the application is told, and there; without it a page tells the person. */
export class AuthorizationRefusal extends Refusal {
    constructor(code, why, back) {
        super(code, { detail: why });
        this.why = why;
        this.back = back;
    }
}
const unknownPushed = 'There is no request of this client_id that was pushed under this request_uri.';
const overPushed = 'The request that was pushed under this request_uri was answered before, or not used in time.';
/** The page of ours that a test of an application comes back to. */
export function testRedirectUri(issuer, applicationId) {
    return `${issuer}${testPath(applicationId)}`;
}
export const testPath = (applicationId) => `/admin/applications/${encodeURIComponent(applicationId)}/test/back`;
export function createAuthorizationRequests(deps) {
    const { issuer, database, browserSessionStore, consentStore, applications, idTokenHints } = deps;
    const { documentApplications, pushedRequests, policy, tail, now } = deps;
    const servers = () => resourceServersOf(applications.resourceServers(), issuer);
    async function judge(asked, { hintedSub, beganAt, from, testedBy, isPushed, pushed }) {
        await tail.freshen();
        const [id = '', ...others] = asked.client_id ?? [];
        const found = others.length === 0 && isApplicationId(id) ? await documentApplications.find(id, from) : undefined;
        const application = found && publicApplication(found);
        const test = testedBy === undefined ? undefined : { sid: testedBy, redirectUri: testRedirectUri(issuer, id) };
        const facts = {
            ...{ application, servers: servers(), hintedSub, test },
            isPushed: isPushed === true || pushed !== undefined,
            mustPush: policy().require_pushed_authorization_requests,
        };
        const broken = brokenRule(asked, facts);
        const named = pushed === undefined ? {} : { pushed };
        if (!broken)
            return { request: { ...requestOf(asked, facts, beganAt), ...named }, application: application };
        const { error, why, told } = broken;
        // Whoever tries it out is told here.
        const isTold = told === 'person' || test !== undefined;
        throw new AuthorizationRefusal(error, why, isTold ? null : backFor(asked, application, named));
    }
    function backFor(asked, application, named) {
        const state = stateOf(asked);
        const address = {
            redirectUri: redirectUriOf(asked, application),
            responseMode: responseModeOf(asked),
            ...(state !== undefined && { state }),
            ...named,
        };
        return { application, address, prompt: asked.prompt?.join(' ') ?? '' };
    }
    /**
     * What was pushed, by the reference to it. Of what else the address says nothing counts (RFC 9101 §6.3) but a request object,
     * which never stands beside (§5).
     */
    async function openPushed(uri, { client_id: ids = [], request: objects }, from) {
        const found = ids.length === 1 ? await pushedRequests.find(uri, ids[0]) : null;
        if (!found)
            throw new AuthorizationRefusal('invalid_request_uri', unknownPushed, null);
        const { request, hash } = found;
        const asked = { ...parametersOf(request), ...(objects && { request: objects }) };
        const checked = await judge(asked, { hintedSub: request.hintedSub, beganAt: now(), from, pushed: hash });
        if (!(await pushedRequests.show(found)))
            throw overRefusal(checked);
        return checked;
    }
    /** The rules once more of one that is kept; and of one that was pushed, whether it was answered meanwhile. */
    async function again(request, beganAt, from) {
        const checked = await judge(parametersOf(request), { ...request, beganAt, from });
        const { pushed } = checked.request;
        if (pushed !== undefined && !(await pushedRequests.isOpen(pushed)))
            throw overRefusal(checked);
        return checked;
    }
    function overRefusal({ request, application }) {
        const back = { application, address: request, prompt: request.prompt.join(' ') };
        return new AuthorizationRefusal('invalid_request_uri', overPushed, back);
    }
    /** null where it is none of ours, or was given to another application: whom it is about would be no hint then. */
    function hintedIn(asked) {
        const [hint] = asked.id_token_hint ?? [];
        if (hint === undefined)
            return undefined;
        const read = idTokenHints.read(hint);
        return read?.audience.includes(asked.client_id?.[0] ?? '') ? read.sub : null;
    }
    async function consentFacts(userId, request, application) {
        const { id, metadata } = application;
        const isFirstParty = metadata.first_party === true;
        const remembered = isFirstParty ? null : await consentStore.find(database, userId, id);
        return {
            isFirstParty,
            // Anybody can claim to be an installed program; and a document may say something else tomorrow.
            asksAlways: application.origin === 'document' || (isPublic(application) && isNative(application)),
            isCovered: covers(remembered?.scopes ?? null, request, servers()),
        };
    }
    return {
        /**
         * @param from the address of whoever asks; '' where nobody knows
         * @throws AuthorizationRefusal with the first rule that is broken; client_document_unavailable, client_document_invalid,
         *   too_many_from_network, database_unavailable
         */
        check(asked, from = '') {
            const pushed = asked.request_uri?.find(isPushedUri);
            // Beside another one it is no reference by itself.
            if (pushed !== undefined)
                return openPushed(asked.request_uri.length === 1 ? pushed : '', asked, from);
            return judge(asked, { hintedSub: hintedIn(asked), beganAt: now(), from });
        },
        /** The same of one that an application sends ahead. @throws AuthorizationRefusal */
        checkPushed: (asked, from = '') => judge(asked, { hintedSub: hintedIn(asked), beganAt: now(), from, isPushed: true }),
        /** The same of one that was checked before: meanwhile its application may be another one. */
        recheck: (request, from = '') => again(request, request.beganAt, from),
        /** The same of one that no browser had begun. */
        begin: (request, from = '') => again(request, now(), from),
        /** What comes next for the one who is signed in with the browser, or for nobody. */
        async nextStep({ request, application }, browser) {
            const authenticatedAt = browser?.page.authenticatedAt ?? 0;
            const signIn = browser && (await browserSessionStore.signInFor(database, browser.session.id, authenticatedAt, application.id));
            // Somebody else has signed in meanwhile: no code is made in their name for a page of another's.
            if (signIn && request.testedBy !== undefined && request.testedBy !== browser?.session.id)
                return { step: 'error', error: 'access_denied' };
            if (!signIn)
                return nextStep(request, null, { isFirstParty: false, asksAlways: false, isCovered: false });
            const { id, roles, mustChangePassword } = browser.user;
            const facts = {
                ...signIn,
                authenticatedAt,
                sub: String(id),
                mustChangePassword,
                mayUse: mayUse(application.metadata, roles),
            };
            return nextStep(request, facts, await consentFacts(id, request, application));
        },
    };
}
//# sourceMappingURL=authorization-requests.js.map