import { mayUse } from '../../policy/application-metadata.js';
import { wordsIn } from '../../policy/consent.js';
import { Refusal } from '../../protocol/errors.js';
import { shownUserCode, userCodeIn } from '../../protocol/user-code.js';
import { browserUserOf, originOf } from '../handler.js';
import { problemsOf, statusOf, typedIn } from './fields.js';
import { pathWith, webAddress } from './paths.js';
import { qrCodeOf } from './qr-code.js';
import { readText } from './query.js';
import { scopeTexts } from './scope-texts.js';
export const devicePath = '/device';
/** @param userCode as it is looked up, or as somebody has typed it */
export const pathOfUserCode = (userCode) => pathWith(devicePath, { user_code: shownUserCode(userCode) });
/** Who wrote the row of an application that nobody here has looked at. */
const unseen = new Set(['registration', 'document']);
/** What the way to the page that follows a decision says. */
const decided = { approved: { done: 1 }, denied: { denied: 1 } };
/** What has changed since the page was shown; the page itself says what comes instead. */
const passing = new Set(['access_denied', 'consent_required', 'unknown_application']);
export function createConnectPages(deps) {
    const { pages, issuer, deviceDecisions, consents, browserSessions } = deps;
    /** Nobody is signed in: what the code is about is not looked at, nor whether it is one. */
    async function welcome(ctx, typed) {
        const code = userCodeIn(typed);
        const here = code === null ? devicePath : pathOfUserCode(code);
        const data = {
            title: pages.translate(ctx)('connect.title'),
            inside: false,
            userCode: code === null ? '' : shownUserCode(code),
            signIn: pathWith('/login', { next: here }),
            qrCode: qrCodeOf(issuer + here),
        };
        await pages.show(ctx, 'connect/welcome', data);
    }
    async function askForCode(ctx, typed = '', error) {
        const frame = pages.frameOf(ctx);
        const problems = error === undefined ? {} : problemsOf(error, frame);
        // It is too short, or something else: to say that no program waits for it would send the person to look at the program.
        if (problems.user_code && userCodeIn(typed) === null)
            problems.user_code = frame.t('connect.noCode');
        const data = { title: frame.t('connect.title'), inside: false, typed, problems };
        await pages.show(ctx, 'connect/code', data, error === undefined ? 200 : statusOf(ctx, error));
    }
    async function question(ctx, asked, isChanged = false) {
        const { found, scopes, browser } = asked;
        const { application } = found;
        const { metadata, name } = application;
        const frame = pages.frameOf(ctx);
        const data = {
            title: frame.t('connect.ask', { application: name }),
            // A page by itself: nothing here leads past the question.
            inside: false,
            application: name,
            userCode: shownUserCode(found.userCode),
            program: found.program,
            address: found.address,
            askedAt: found.createdAt,
            site: webAddress(metadata.client_uri),
            policy: webAddress(metadata.policy_uri),
            terms: webAddress(metadata.tos_uri),
            isUnseen: unseen.has(application.origin),
            isChanged,
            rights: scopeTexts(consents.described(scopes), frame),
            hidden: { user_code: found.userCode, shown: browserSessions.formTokenOf(browser, aboutOf(asked)) },
        };
        await pages.show(ctx, 'connect/question', data, isChanged ? 400 : 200);
    }
    async function notAllowed(ctx, { name: application, metadata }) {
        const title = pages.translate(ctx)('authorization.notAllowed.title', { application });
        const shown = { title, inside: false, application, contacts: metadata.contacts ?? [] };
        await pages.show(ctx, 'connect/not-allowed', shown, 403);
    }
    async function done(ctx, decision) {
        const title = pages.translate(ctx)(`connect.done.${decision}`);
        await pages.show(ctx, 'connect/done', { title, inside: false, decision });
    }
    async function tellDecided(ctx, { application }, decision) {
        const t = pages.translate(ctx);
        const tone = decision === 'approved' ? 'good' : 'info';
        await pages.tell(ctx, { tone, text: t(`connect.told.${decision}`, { application: application.name }) });
        pages.go(ctx, pathWith(devicePath, decided[decision]));
    }
    /** The address says no code. */
    async function showBlank(ctx) {
        if ('done' in ctx.query)
            return done(ctx, 'approved');
        if ('denied' in ctx.query)
            return done(ctx, 'denied');
        await askForCode(ctx);
    }
    function withScopes(found, browser) {
        return { found, scopes: consents.asked(found), browser };
    }
    return {
        async connectPage(ctx) {
            const { browser } = ctx.state;
            const typed = readText(ctx, 'user_code');
            if (!browser)
                return welcome(ctx, typed);
            if (browser.user.mustChangePassword)
                return pages.go(ctx, pathWith('/account/password', { next: ctx.url }));
            if (typed === '')
                return showBlank(ctx);
            try {
                const found = await deviceDecisions.find(typed, browser, originOf(ctx));
                if (found.decision !== null)
                    return await tellDecided(ctx, found, found.decision);
                if (!mayUse(found.application.metadata, browser.user.roles))
                    return await notAllowed(ctx, found.application);
                await question(ctx, withScopes(found, browser));
            }
            catch (error) {
                await askForCode(ctx, typed, error);
            }
        },
        async decideConnect(ctx) {
            const { browser, actor } = browserUserOf(ctx);
            const { user_code: typed, decision, shown } = typedIn(ctx, ['user_code', 'decision', 'shown']);
            try {
                const found = await deviceDecisions.find(typed, browser, originOf(ctx));
                // The button was hit twice.
                if (found.decision !== null)
                    return await tellDecided(ctx, found, found.decision);
                const asked = withScopes(found, browser);
                const wasShown = browserSessions.isFormTokenOf(browser, shown, aboutOf(asked));
                if (!wasShown || (decision !== 'allow' && decision !== 'deny'))
                    return await question(ctx, asked, true);
                if (decision === 'deny')
                    await deviceDecisions.deny(found, browser);
                else
                    await deviceDecisions.approve(found, wordsIn(asked.scopes), browser, actor);
                await tellDecided(ctx, found, decision === 'deny' ? 'denied' : 'approved');
            }
            catch (error) {
                if (!(error instanceof Refusal))
                    throw error;
                const here = pathWith(devicePath, { user_code: typed });
                // The application's sessions were ended since this browser signed in: no older sign-in lets it in again.
                if (error.code === 'login_required')
                    return pages.go(ctx, pathWith('/login', { again: 1, next: here }));
                if (passing.has(error.code))
                    return pages.go(ctx, here);
                await askForCode(ctx, typed, error);
            }
        },
    };
}
/** Whoever says yes has seen this, and nothing else: the form's MAC covers it. */
function aboutOf({ found, scopes, browser }) {
    const { userCode, createdAt, application, address, program } = found;
    return JSON.stringify(['device', userCode, createdAt, browser.user.id, application.id, scopes, address, program]);
}
//# sourceMappingURL=connect.js.map