// The device authorization endpoint (RFC 8628 §3.1): codes for a program that shows one of them to a person.
import { z } from 'zod';
import { shownUserCode } from '../../protocol/user-code.js';
import { originOf } from '../handler.js';
import { devicePath, pathOfUserCode } from '../pages/connect.js';
import { readForm } from './form-rules.js';
export const deviceAuthorizationParameters = {
    scope: { about: 'Words with a space between.' },
    resource: { repeats: true, about: 'The resource servers that tokens are to be for (RFC 8707).' },
};
/** RFC 8628 §3.2 */
export const deviceAuthorizationAnswer = z
    .object({
    device_code: z.string().describe('What the program asks the token endpoint with.'),
    user_code: z.string().describe('What the person types; case and dashes do not matter.'),
    verification_uri: z.string().describe('Where the person types it.'),
    verification_uri_complete: z.string().describe('The same with the code, for a link or a QR code.'),
    expires_in: z.int().describe('Seconds.'),
    interval: z.int().describe('Seconds to wait between two requests.'),
})
    .meta({ id: 'DeviceAuthorization' });
export function createDeviceAuthorizationHandler({ issuer, deviceRequests }) {
    return {
        async deviceAuthorization(ctx) {
            const { scope, resource } = readForm((ctx.request.body ?? {}), deviceAuthorizationParameters);
            const asked = { ...(scope !== undefined && { scope: [scope] }), ...(resource.length > 0 && { resource }) };
            const made = await deviceRequests.begin(ctx.state.application, asked, originOf(ctx));
            const answer = {
                device_code: made.deviceCode,
                user_code: shownUserCode(made.userCode),
                verification_uri: issuer + devicePath,
                verification_uri_complete: issuer + pathOfUserCode(made.userCode),
                expires_in: made.expiresIn,
                interval: made.interval,
            };
            ctx.set('Cache-Control', 'no-store');
            ctx.body = answer;
        },
    };
}
//# sourceMappingURL=device-authorization.js.map