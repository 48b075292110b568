import { isUnseen } from '../../policy/application-metadata.js';
import { isNative, isPublic } from '../../policy/authorization-rules.js';
import { wordsIn } from '../../policy/consent.js';
import { Refusal } from '../../protocol/errors.js';
import { browserUserOf } from '../handler.js';
import { authorizePath, withTicket } from '../oauth/authorization-flow.js';
import { allowFormAction } from '../oauth/form-action.js';
import { typedIn } from './fields.js';
import { webAddress } from './paths.js';
import { scopeTexts } from './scope-texts.js';
/** What has changed since the page was shown; the endpoint says what comes instead. */
const passing = new Set([
    'login_required',
    'interaction_required',
    'consent_required',
    'access_denied',
]);
export function createConsentPages(deps) {
    const { pages, authorizationRequests, decisions, consents, browserSessions, flow, answer } = deps;
    async function open(ctx) {
        const opened = await flow.reopen(ctx);
        const { browser } = browserUserOf(ctx);
        const { step } = await authorizationRequests.nextStep(opened, browser);
        return { ...opened, step, browser, scopes: consents.asked(opened.request) };
    }
    const goOn = (ctx, ticket) => pages.go(ctx, withTicket(authorizePath, ticket));
    async function show(ctx, asked, isChanged) {
        const { request, application, ticket, scopes, browser } = asked;
        const { metadata } = application;
        const frame = pages.frameOf(ctx);
        const { t } = frame;
        const remembered = await consents.remembered(browser.user.id, application.id);
        allowFormAction(ctx, request.redirectUri);
        const data = {
            title: t('consent.title', { application: application.name }),
            // A page by itself: nothing here leads past the question.
            inside: false,
            application: application.name,
            site: webAddress(metadata.client_uri),
            policy: webAddress(metadata.policy_uri),
            terms: webAddress(metadata.tos_uri),
            destination: destinationOf(request.redirectUri),
            isUnseen: isUnseen(application),
            registeredAt: application.origin === 'registration' ? application.createdAt : null,
            document: application.origin === 'document' ? new URL(application.id).host : null,
            isInstalled: isPublic(application) && isNative(application),
            isAgain: remembered !== null,
            isChanged,
            rights: scopeTexts(consents.described(scopes), frame),
            hidden: { ticket, shown: browserSessions.formTokenOf(browser, aboutOf(asked)) },
        };
        await pages.show(ctx, 'consent', data, isChanged ? 400 : 200);
    }
    /** Only what was shown is agreed to. @returns whether the application was answered */
    async function allow(ctx, { request, scopes, browser }) {
        try {
            const result = await decisions.decide(browser, request, wordsIn(scopes), browserUserOf(ctx).actor);
            await answer.send(ctx, request, result);
            return true;
        }
        catch (error) {
            if (error instanceof Refusal && passing.has(error.code))
                return false;
            throw error;
        }
    }
    return {
        async consentPage(ctx) {
            const asked = await open(ctx);
            if (asked.step === 'consent')
                await show(ctx, asked, false);
            else
                goOn(ctx, asked.ticket);
        },
        async saveConsent(ctx) {
            const asked = await open(ctx);
            const { decision, shown } = typedIn(ctx, ['decision', 'shown']);
            if (decision === 'deny')
                return answer.send(ctx, asked.request, { error: 'access_denied' });
            // Agreed to in another tab meanwhile: the question is answered all the same.
            if (asked.step !== 'consent' && asked.step !== 'answer')
                return goOn(ctx, asked.ticket);
            const wasShown = browserSessions.isFormTokenOf(asked.browser, shown, aboutOf(asked));
            if (decision !== 'allow' || !wasShown)
                return show(ctx, asked, true);
            if (!(await allow(ctx, asked)))
                goOn(ctx, asked.ticket);
        },
    };
}
/** Whoever says yes has seen this, and nothing else: the form's MAC covers it. */
function aboutOf({ ticket, application, scopes, browser }) {
    return JSON.stringify(['consent', ticket, browser.user.id, application.id, scopes]);
}
/** The host, or the scheme that the device gives to an installed program (RFC 8252 §7.1). */
function destinationOf(redirectUri) {
    const { host, protocol } = new URL(redirectUri);
    return host || protocol;
}
//# sourceMappingURL=consent.js.map