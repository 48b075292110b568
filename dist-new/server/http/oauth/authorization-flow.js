// What the pages on the way to an application have in common: the request that they are about comes with a ticket, and all
// its rules are asked again each time, of applications as they are then.
import { AuthorizationRefusal, } from '../../identity/authorizations/authorization-requests.js';
import { refuse } from '../../protocol/errors.js';
import { isJsonObject } from '../../protocol/json.js';
import { isReading } from '../handler.js';
import { pathWith } from '../pages/paths.js';
import { isAnswerError } from './authorization-answer.js';
import { allowFormAction } from './form-action.js';
/** Where every page comes back to. */
export const authorizePath = '/oauth/authorize';
export function createAuthorizationFlow(deps) {
    const { tickets, authorizationRequests, answer, cookies, issuer, random } = deps;
    function cookieOf(ctx) {
        const text = cookies.read(ctx, 'darvoza-ticket');
        return text && /^[\w-]{43}$/.test(text) ? text : undefined;
    }
    /** One for all tabs of the browser. */
    function bindingFor(ctx) {
        const known = cookieOf(ctx);
        if (known !== undefined)
            return known;
        const made = random(32).toString('base64url');
        cookies.set(ctx, 'darvoza-ticket', made);
        return made;
    }
    async function opened(ctx, text) {
        const ticket = await tickets.open(text, cookieOf(ctx));
        const locales = ticket?.request.uiLocales;
        if (locales !== undefined)
            ctx.state.uiLocales = locales;
        return ticket;
    }
    /** Asks all rules again. What is wrong by now is an error page with a link to the application, not a redirect. */
    async function recheck(ctx, checking) {
        try {
            return await checking;
        }
        catch (error) {
            if (error instanceof AuthorizationRefusal && error.back && isAnswerError(error.code))
                leaveWayBack(ctx, error.back, error.code);
            throw error;
        }
    }
    function leaveWayBack(ctx, { address, application }, error) {
        const way = answer.wayBack(ctx, address, { error });
        ctx.state.wayBack = { application: application.name, way };
    }
    /**
     * The request that a page is about, by `ticket` in its address or its form.
     * @throws ticket_expired, what the rules refuse; the page of the error leads back to the application where that is known
     */
    async function reopen(ctx) {
        const ticket = ticketIn(ctx);
        const found = await opened(ctx, ticket);
        if (!found)
            throw refuse('ticket_expired');
        const checked = await recheck(ctx, authorizationRequests.recheck(found.request, ctx.state.address));
        if (found.state !== 'good') {
            ctx.state.wayBack = { application: checked.application.name, way: wayToBeginAgain(ctx, checked) };
            throw refuse('ticket_expired');
        }
        return { ...checked, ticket };
    }
    return {
        /** For this browser. @throws invalid_request: it is too long */
        seal: (ctx, request) => tickets.seal(request, bindingFor(ctx)),
        /** For whichever browser comes with it first: a form of another site comes without cookies (SameSite=Lax). */
        sealForAnybody: (request) => tickets.seal(request, null),
        reopen,
        leaveWayBack,
        /** The same for the endpoint itself, where a ticket that no browser has begun begins. */
        async resume(ctx) {
            const found = await opened(ctx, ticketIn(ctx));
            return found?.state === 'unbound'
                ? recheck(ctx, authorizationRequests.begin(found.request, ctx.state.address))
                : reopen(ctx);
        },
        /** For a page with a form that redirects to `path`: CSP form-action must name the application behind its ticket. */
        async allowOnward(ctx, path) {
            const ticket = new URLSearchParams(path.split('?', 2)[1]).get('ticket');
            const found = ticket === null ? null : await opened(ctx, ticket);
            if (found?.state === 'good')
                allowFormAction(ctx, found.request.redirectUri);
        },
    };
    /** RFC 6749 has no way for us to begin anew; OpenID Connect has one for applications that say where (Core §4). */
    function wayToBeginAgain(ctx, { request, application }) {
        const { initiate_login_uri: begins } = application.metadata;
        if (begins && /^https?:\/\//.test(begins) && URL.canParse(begins)) {
            const url = new URL(begins);
            url.searchParams.set('iss', issuer);
            return { href: url.href };
        }
        return answer.wayBack(ctx, request, { error: 'access_denied', description: 'The sign-in took too long.' });
    }
}
/** Where a page is that needs the ticket. */
export function withTicket(path, ticket) {
    return pathWith(path, { ticket });
}
/** Whether an address or a form is about a request of an application. */
export function hasTicket(ctx) {
    return ticketIn(ctx) !== '';
}
function ticketIn(ctx) {
    const { body } = ctx.request;
    const text = isReading(ctx) ? ctx.query.ticket : isJsonObject(body) ? body.ticket : '';
    return typeof text === 'string' ? text : '';
}
//# sourceMappingURL=authorization-flow.js.map