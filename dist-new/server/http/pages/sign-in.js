// The way in and out: sign-in, sign-out, and the password that is asked for once more.
import { longestPassword } from '../../policy/password.js';
import { longestUsername } from '../../policy/username.js';
import { Refusal } from '../../protocol/errors.js';
import { originOf } from '../handler.js';
import { hasTicket } from '../oauth/authorization-flow.js';
import { readFields } from '../wire/fields.js';
import { createDeviceCookie } from './device-cookie.js';
import { problemsOf, refusalText, typedIn } from './fields.js';
import { localPath } from './paths.js';
import { administrationHome } from './sections.js';
export function createSignInPages(deps) {
    const { pages, passwordProof, cookies, browserSessions, signOut, applicationSignIn } = deps;
    const deviceCookie = createDeviceCookie(cookies);
    async function showForm(ctx, asked, shown, status = 200) {
        const t = pages.translate(ctx);
        // Somebody who is signed in already is not among their own pages here.
        const usual = { inside: false, problem: '', problems: {}, username: asked?.username ?? '' };
        const title = asked ? t('login.titleFor', { application: asked.application }) : t('login.title');
        const why = asked?.why || whyOver(ctx);
        const data = { title, why, application: asked?.application ?? '', ticket: asked?.ticket ?? '', ...usual, ...shown };
        if (!asked && shown.next)
            await applicationSignIn.allowOnward(ctx, shown.next);
        await pages.show(ctx, 'login', data, status);
    }
    /** A friendly sentence for who was signed in and is no more, or has just signed out. */
    function whyOver(ctx) {
        const t = pages.translate(ctx);
        const { formerBrowser } = ctx.state;
        if (isAgain(ctx))
            return t('login.again.anew', { name: ctx.state.browser.user.username });
        if ('signed_out' in ctx.query)
            return t('login.signedOut');
        return formerBrowser?.end ? t(`login.over.${reasonOf(formerBrowser)}`) : '';
    }
    return {
        async signInPage(ctx) {
            if (hasTicket(ctx)) {
                const asked = await applicationSignIn.open(ctx);
                if (asked.isOver)
                    return pages.go(ctx, asked.onward);
                return showForm(ctx, asked, { next: '' });
            }
            const next = localPath(ctx.query.next) ?? '';
            const { browser } = ctx.state;
            if (!browser)
                await showForm(ctx, null, { next });
            else if (isAgain(ctx))
                await showForm(ctx, null, { next, username: browser.user.username });
            else
                pages.go(ctx, next || homeOf(browser.user));
        },
        async signIn(ctx) {
            const typed = typedIn(ctx, ['username', 'next']);
            // A request that cannot be answered any more signs nobody in.
            const asked = hasTicket(ctx) ? await applicationSignIn.open(ctx) : null;
            const next = asked?.onward ?? localPath(typed.next) ?? '';
            try {
                const { username, password } = readFields(ctx, {
                    username: { trim: true, maxLength: longestUsername },
                    password: { maxLength: longestPassword },
                });
                const deviceToken = deviceCookie.tokenFor(ctx, username);
                const former = ctx.state.browser ?? ctx.state.formerBrowser;
                const opened = await browserSessions.signIn({ username, password, deviceToken }, originOf(ctx), former);
                if (opened.sessionId !== former?.session.id)
                    await signOut.leave(ctx, former);
                cookies.set(ctx, 'darvoza', opened.id, opened.maxAge);
                cookies.clear(ctx, 'darvoza-form');
                deviceCookie.remember(ctx, username, opened.deviceToken);
                pages.go(ctx, next || homeOf(opened.user));
            }
            catch (error) {
                if (!(error instanceof Refusal) || error.code === 'server_error')
                    throw error;
                const { retryAfter } = error.details;
                if (retryAfter !== undefined)
                    ctx.set('Retry-After', String(retryAfter));
                const frame = pages.frameOf(ctx);
                const said = error.code === 'invalid_fields'
                    ? { problems: problemsOf(error, frame) }
                    : { problem: refusalText(error, frame) };
                await showForm(ctx, asked, { ...said, username: typed.username, next: asked ? '' : next }, error.status);
            }
        },
        /** Back to the application, which is told that the person did not want to. */
        leaveSignIn: (ctx) => applicationSignIn.leave(ctx),
        async signOut(ctx) {
            await signOut.signOut(ctx);
            pages.go(ctx, '/login?signed_out');
        },
        /** On to the page that asked for the password. */
        async prove(ctx) {
            if (await passwordProof.isGiven(ctx))
                pages.go(ctx, typedIn(ctx, ['next']).next);
        },
    };
}
/** Somebody who is signed in has to sign in once more: what they want to do asks for a newer sign-in. */
const isAgain = (ctx) => ctx.state.browser !== undefined && 'again' in ctx.query;
/** Where somebody begins. */
export function homeOf(user) {
    return administrationHome(user.allPermissions) ?? '/account';
}
/** Of the ways to be over, those that have a sentence of their own. */
function reasonOf({ end, session }) {
    if (end !== 'ended')
        return end;
    const own = ['expired', 'sign_out', 'password_changed', 'password_reset', 'user_disabled', 'session_limit'];
    return session.endedReason && own.includes(session.endedReason) ? session.endedReason : 'ended';
}
//# sourceMappingURL=sign-in.js.map