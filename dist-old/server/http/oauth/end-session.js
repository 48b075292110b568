import { refuse } from '../../protocol/errors.js';
import { typedIn } from '../pages/fields.js';
import { pathWith } from '../pages/paths.js';
import { withParameters } from './authorization-answer.js';
import { allowFormAction } from './form-action.js';
export const logoutParameters = [
    'id_token_hint',
    'client_id',
    'post_logout_redirect_uri',
    'state',
    'ui_locales',
];
/** In all: what a browser is led on with must fit into an address. */
const longest = 6_000;
export function createEndSessionHandlers({ pages, logoutRequests, signOut }) {
    /** Back to the application, or, where it named no place, to a page that says that it is done. */
    async function conclude(ctx, { application, hint, back }, wasAsked) {
        const href = back && wayTo(back);
        // Whoever asked nobody and proved nothing is not sent on unseen (RFC 9700 §4.11.2).
        if (href !== null && (hint || wasAsked)) {
            ctx.status = 303;
            // Not ctx.redirect, which writes addresses anew: the application's is kept byte by byte.
            ctx.set('Location', href);
            ctx.body = '';
            return;
        }
        const t = pages.translate(ctx);
        const way = href === null ? null : { href };
        await pages.show(ctx, 'oauth/signed-out', { title: t('logout.done'), application: application?.name ?? '', way });
    }
    async function goOn(ctx, asked) {
        if (asked.ui_locales !== undefined)
            ctx.state.uiLocales = asked.ui_locales;
        const checked = await logoutRequests.check(asked);
        const { browser } = ctx.state;
        // One that has run out of its time opens nothing any more, but what was opened through it lives on: that is not ended for
        // whoever sends a browser here either.
        const step = logoutRequests.nextStep(checked, browser ?? ranOut(ctx.state.formerBrowser));
        if (step === 'ask') {
            const t = pages.translate(ctx);
            if (checked.back)
                allowFormAction(ctx, checked.back.uri);
            const application = checked.application?.name ?? '';
            const lead = browser
                ? t(application ? 'logout.asks' : 'logout.asked', { application, name: browser.user.username })
                : t('logout.askedLater');
            const shown = { title: t('logout.title'), ownHeading: true, asked: lead, hidden: withValues(asked) };
            return pages.show(ctx, 'oauth/logout', shown);
        }
        // Nobody is signed in: what the application holds by itself ends all the same.
        if (step === 'done' && checked.hinted)
            await signOut.end(ctx, checked.hinted);
        await signOut.signOut(ctx);
        await conclude(ctx, checked, false);
    }
    return {
        async endSignIn(ctx) {
            const query = new URLSearchParams(ctx.querystring);
            const asked = read(name => query.getAll(name));
            await goOn(ctx, asked);
        },
        /** On to a GET, with which the cookies come along that a form of another site has not. */
        postEndSignIn(ctx) {
            const form = (ctx.request.body ?? {});
            const asked = read(name => (Object.hasOwn(form, name) ? (form[name] ?? []) : []));
            pages.go(ctx, pathWith('/oauth/logout', asked));
        },
        /** The person has agreed. */
        async confirmLogout(ctx) {
            const typed = typedIn(ctx, logoutParameters);
            const asked = read(name => [typed[name]]);
            if (asked.ui_locales !== undefined)
                ctx.state.uiLocales = asked.ui_locales;
            const checked = await logoutRequests.check(asked);
            await signOut.signOut(ctx);
            await conclude(ctx, checked, true);
        },
    };
}
/** Without a value a parameter counts as left out (RFC 6749 §3.1). @throws invalid_request */
function read(valuesOf) {
    const asked = {};
    for (const name of logoutParameters) {
        const values = valuesOf(name).filter(value => value !== '');
        if (values.length > 1)
            throw refuse('invalid_request', { detail: `The parameter ${name} is there more than once.` });
        if (values[0] !== undefined)
            asked[name] = values[0];
    }
    // They cannot be carried on: a form that is shown in between would lose them.
    if (Object.values(asked).some(value => /\p{Cc}/u.test(value)))
        throw refuse('invalid_request', { detail: 'A parameter has control characters.' });
    const length = Object.values(asked).reduce((sum, value) => sum + value.length, 0);
    if (length > longest)
        throw refuse('invalid_request', { detail: 'The request is too long.' });
    return asked;
}
function withValues(asked) {
    return Object.fromEntries(Object.entries(asked).filter((entry) => entry[1] !== undefined));
}
function wayTo({ uri, state }) {
    return state === undefined ? uri : withParameters(uri, 'query', { state });
}
/** The sign-in of before, where nobody has ended it. */
function ranOut(former) {
    const isRunOut = former?.end === 'idle' || former?.end === 'absolute' || former?.session.endedReason === 'expired';
    return isRunOut ? former : undefined;
}
//# sourceMappingURL=end-session.js.map