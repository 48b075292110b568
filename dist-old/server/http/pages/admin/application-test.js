import { testPath, testRedirectUri } from '../../../identity/authorizations/authorization-requests.js';
import { scopeWords } from '../../../policy/application-metadata.js';
import { browserUserOf } from '../../handler.js';
import { authorizePath, withTicket } from '../../oauth/authorization-flow.js';
import { typedIn } from '../fields.js';
import { readText } from '../query.js';
import { masked, membersOf } from './application-test-texts.js';
/** How the sign-in may be asked for; '' as the application usually does. */
export const testPrompts = ['', 'login', 'consent', 'none'];
export function createApplicationTestPages(deps) {
    const { pages, issuer, applications, signInTests, run, flow, now } = deps;
    const found = (ctx) => applications.require(ctx.params.id ?? '');
    const byOf = (ctx, { id }) => ({ sid: browserUserOf(ctx).sid, applicationId: id });
    const tabOf = ({ id }) => `/admin/applications/${encodeURIComponent(id)}?tab=test`;
    /** What the application would have sent, and where to. */
    function requestOf({ id, metadata }, { state, nonce, challenge, prompt }) {
        return membersOf({
            ...{ client_id: id, response_type: 'code', redirect_uri: testRedirectUri(issuer, id) },
            ...{ scope: metadata.scope ?? '', state, nonce, code_challenge: challenge, code_challenge_method: 'S256' },
            ...(prompt && { prompt }),
        });
    }
    async function show(ctx, application, steps) {
        const { t } = pages.frameOf(ctx);
        await pages.show(ctx, 'admin/application-test', {
            title: t('applicationTest.title', { name: application.name }),
            crumbs: [
                { label: t('nav.applications'), href: '/admin/applications' },
                { label: application.name, href: tabOf(application) },
            ],
            ...{ application: { id: application.id }, back: tabOf(application), action: testPath(application.id) },
            ...{ issuer, answered: null, exchange: null, hidden: null },
            ...steps,
        });
    }
    /** It was begun somewhere else, or by somebody else, or never. */
    async function notBegun(ctx, application) {
        await pages.tell(ctx, { tone: 'warn', text: pages.translate(ctx)('applicationTest.notBegun') });
        pages.go(ctx, tabOf(application));
    }
    return {
        /** On to the authorization endpoint, as the application would send the browser there. */
        async testApplicationPage(ctx) {
            const application = await found(ctx);
            const typed = typedIn(ctx, ['prompt']).prompt;
            const prompt = testPrompts.find(one => one === typed) ?? '';
            const by = byOf(ctx, application);
            const { state, nonce, challenge } = signInTests.begin(by, prompt);
            const ticket = flow.seal(ctx, {
                ...{
                    applicationId: application.id,
                    redirectUri: testRedirectUri(issuer, application.id),
                    redirectUriGiven: true,
                },
                ...{ responseMode: 'query', state, nonce, challenge, resources: [], prompt: prompt ? [prompt] : [] },
                ...{ scope: scopeWords(application.metadata.scope ?? ''), testedBy: by.sid, beganAt: now() },
            });
            pages.go(ctx, withTicket(authorizePath, ticket));
        },
        /** The browser has come back. Nothing is done with the code until it is sent: a page that is loaded twice would spend it twice. */
        async applicationTestBackPage(ctx) {
            const application = await found(ctx);
            const state = readText(ctx, 'state', 400);
            const test = signInTests.resume(byOf(ctx, application), state);
            if (!test)
                return await notBegun(ctx, application);
            const [code, error] = [readText(ctx, 'code'), readText(ctx, 'error')];
            const told = { code: code && masked(code), state, iss: readText(ctx, 'iss'), error, error_description: '' };
            told.error_description = readText(ctx, 'error_description', 400);
            await show(ctx, application, {
                request: requestOf(application, test),
                answered: membersOf(told),
                hidden: code && !error ? { code, state } : null,
            });
        },
        async redeemApplicationTest(ctx) {
            const application = await found(ctx);
            const { code, state } = typedIn(ctx, ['code', 'state']);
            const test = signInTests.resume(byOf(ctx, application), state);
            if (!test)
                return await notBegun(ctx, application);
            await show(ctx, application, {
                request: requestOf(application, test),
                answered: membersOf({ code: masked(code), state, iss: issuer }),
                exchange: await run(ctx, application, code, test),
            });
        },
    };
}
//# sourceMappingURL=application-test.js.map