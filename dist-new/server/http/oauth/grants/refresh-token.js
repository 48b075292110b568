import { originOf } from '../../handler.js';
import { tokenAnswer } from '../token-answer.js';
import { grant } from './grant.js';
import { grantParameters } from './parameters.js';
export function createRefreshTokenGrant({ rotate, now }) {
    return grant({
        grantType: 'refresh_token',
        parameters: grantParameters.refresh_token,
        async handle({ refresh_token, scope, resource }, ctx) {
            const { application, proof } = ctx.state;
            const asked = { scope, resource };
            return tokenAnswer(await rotate.rotate(refresh_token, application.id, originOf(ctx), asked, proof), now());
        },
    });
}
//# sourceMappingURL=refresh-token.js.map