import { deviceGrantType } from '../../../policy/device-request.js';
import { originOf } from '../../handler.js';
import { tokenAnswer } from '../token-answer.js';
import { grant } from './grant.js';
import { grantParameters } from './parameters.js';
export function createDeviceCodeGrant({ deviceCodes, now }) {
    return grant({
        grantType: deviceGrantType,
        parameters: grantParameters[deviceGrantType],
        async handle({ device_code, scope, resource }, ctx) {
            const terms = { asked: { scope, resource }, proof: ctx.state.proof };
            return tokenAnswer(await deviceCodes.redeem(device_code, ctx.state.application.id, terms, originOf(ctx)), now());
        },
    });
}
//# sourceMappingURL=device-code.js.map