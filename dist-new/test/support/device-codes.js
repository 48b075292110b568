// Programs that wait to be let in by a code, and the person who lets them in.
import { publicApplication } from '../../server/identity/applications/public-application.js';
import { deviceGrantType } from '../../server/policy/device-request.js';
import { anApplication, inForm } from './applications.js';
export const television = {
    grant_types: [deviceGrantType, 'refresh_token'],
    token_endpoint_auth_method: 'none',
    scope: 'openid profile email offline_access read',
};
/** A public program on a device without a browser. */
export const aTelevision = (server, id, changes = {}) => anApplication(server, id, {
    kind: 'native',
    ...changes,
    metadata: { ...television, ...changes.metadata },
});
const origin = { address: '203.0.113.9', userAgent: 'television/2.1', requestId: 'test' };
/** What a television of its own was given. */
export async function aDeviceCode(server, id) {
    await aTelevision(server, id);
    const { revocation, authorizations } = server.composed.parts;
    const application = publicApplication((await revocation.applications.meet(id)));
    return authorizations.deviceRequests.begin(application, { scope: ['openid'] }, origin);
}
/** The program: begins, and asks. */
export function aProgram({ url }, id, userAgent = 'television/2.1') {
    async function send(path, form, headers = {}) {
        const response = await fetch(url + path, {
            method: 'POST',
            headers: { ...inForm, 'User-Agent': userAgent, ...headers },
            body: new URLSearchParams({ client_id: id, ...form }),
        });
        return { status: response.status, body: (await response.json()) };
    }
    return {
        send,
        begin: async (form = { scope: 'openid profile' }) => {
            const { status, body } = await send('/oauth/device_authorization', form);
            if (status !== 200)
                throw new Error(`${status} ${JSON.stringify(body)}`);
            return body;
        },
        poll: (deviceCode, form = {}, headers = {}) => send('/oauth/token', { grant_type: deviceGrantType, device_code: deviceCode, ...form }, headers),
    };
}
/** The form on the page for a code, filled in. */
export async function formFor(visitor, userCode, decision, changes = {}) {
    const page = await visitor.open(`/device?${new URLSearchParams({ user_code: userCode })}`);
    const shown = /name="shown" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const form = { _token: visitor.tokenOn(page, '/device'), user_code: userCode, shown, decision, ...changes };
    return { form, headers: { 'Sec-Fetch-Site': 'same-origin' } };
}
/** The person answers on it. */
export async function decide(...asked) {
    return asked[0].send('POST', '/device', await formFor(...asked));
}
//# sourceMappingURL=device-codes.js.map