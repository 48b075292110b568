import { authorizePath, withTicket } from '../oauth/authorization-flow.js';
import { allowFormAction } from '../oauth/form-action.js';
export function createApplicationSignIn({ pages, authorizationRequests, flow, answer }) {
    return {
        /** The request that the page or its form is about. @throws ticket_expired, what the rules refuse */
        async open(ctx) {
            const { request, application, ticket } = await flow.reopen(ctx);
            allowFormAction(ctx, request.redirectUri);
            const { browser } = ctx.state;
            const next = await authorizationRequests.nextStep({ request, application }, browser);
            const reason = next.step === 'sign_in' ? next.why : 'nobody';
            const isSame = browser !== undefined && reason !== 'other_person';
            return {
                ticket,
                application: application.name,
                why: browser && reason !== 'nobody' ? sentence(ctx, reason, application.name, browser.user.username) : '',
                username: request.loginHint ?? (isSame ? browser.user.username : ''),
                onward: withTicket(authorizePath, ticket),
                isOver: next.step !== 'sign_in',
            };
        },
        async leave(ctx) {
            const { request } = await flow.reopen(ctx);
            await answer.send(ctx, request, { error: 'access_denied' });
        },
        allowOnward: flow.allowOnward,
    };
    function sentence(ctx, reason, application, name) {
        return pages.translate(ctx)(`login.again.${reason}`, { application, name });
    }
}
//# sourceMappingURL=application-sign-in.js.map