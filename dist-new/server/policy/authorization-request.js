// A checked request of the authorization endpoint, how it is made from its parameters, and its parameters again: whoever
// comes back to it is asked all the rules once more.
import { only, promptOf, redirectUriOf, resourcesOf, responseModeOf, scopeOf, stateOf, } from './authorization-rules.js';
import { longestUsername } from './username.js';
/** @param asked parameters that break no rule */
export function requestOf(asked, facts, beganAt) {
    const loginHint = short(asked, 'login_hint', longestUsername);
    const uiLocales = short(asked, 'ui_locales', 200);
    const state = stateOf(asked);
    return {
        applicationId: only(asked, 'client_id'),
        redirectUri: redirectUriOf(asked, facts.application, facts.test),
        redirectUriGiven: 'redirect_uri' in asked,
        responseMode: responseModeOf(asked),
        ...(state !== undefined && { state }),
        ...('nonce' in asked && { nonce: only(asked, 'nonce') }),
        scope: scopeOf(asked, facts),
        resources: resourcesOf(asked, facts),
        ...('code_challenge' in asked && { challenge: only(asked, 'code_challenge') }),
        ...('dpop_jkt' in asked && { dpopJkt: only(asked, 'dpop_jkt') }),
        prompt: promptOf(asked),
        ...('max_age' in asked && { maxAge: Number(only(asked, 'max_age')) }),
        ...(loginHint !== undefined && { loginHint }),
        ...(typeof facts.hintedSub === 'string' && { hintedSub: facts.hintedSub }),
        ...(uiLocales !== undefined && { uiLocales }),
        ...(facts.test && { testedBy: facts.test.sid }),
        beganAt,
    };
}
/** `id_token_hint` aside: whom it was about is known. */
export function parametersOf(request) {
    const parameters = {
        client_id: [request.applicationId],
        redirect_uri: request.redirectUriGiven ? [request.redirectUri] : [],
        response_type: ['code'],
        response_mode: [request.responseMode],
        state: optional(request.state),
        nonce: optional(request.nonce),
        // Also where nothing was left of it: without the parameter it would mean something else.
        scope: [request.scope.join(' ')],
        resource: request.resources,
        code_challenge: optional(request.challenge),
        code_challenge_method: request.challenge === undefined ? [] : ['S256'],
        dpop_jkt: optional(request.dpopJkt),
        prompt: request.prompt.length === 0 ? [] : [request.prompt.join(' ')],
        max_age: optional(request.maxAge),
        login_hint: optional(request.loginHint),
        ui_locales: optional(request.uiLocales),
    };
    return Object.fromEntries(Object.entries(parameters).filter(([, values]) => values.length > 0));
}
const optional = (value) => (value === undefined ? [] : [String(value)]);
/** A hint that nobody can follow is none. */
function short(asked, name, most) {
    const text = asked[name]?.[0]?.trim();
    return text && text.length <= most && !/\p{Cc}/u.test(text) ? text : undefined;
}
//# sourceMappingURL=authorization-request.js.map