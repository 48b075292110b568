import { originOf } from '../../handler.js';
import { tokenAnswer } from '../token-answer.js';
import { grant } from './grant.js';
import { grantParameters } from './parameters.js';
export function createAuthorizationCodeGrant({ codes, now }) {
    return grant({
        grantType: 'authorization_code',
        parameters: grantParameters.authorization_code,
        async handle({ code, redirect_uri, code_verifier, scope, resource }, ctx) {
            const { proof } = ctx.state;
            const terms = { redirectUri: redirect_uri, verifier: code_verifier, asked: { scope, resource }, proof };
            return tokenAnswer(await codes.redeem(code, ctx.state.application.id, terms, originOf(ctx)), now());
        },
    });
}
//# sourceMappingURL=authorization-code.js.map