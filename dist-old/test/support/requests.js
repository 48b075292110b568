import { routes } from '../../server/http/routes.js';
import { anApplication } from './applications.js';
import { calls, readyCall } from './calls.js';
import { filledForm, forms } from './forms.js';
export const rows = Object.entries(routes);
/** Judged by what the body holds, or behind it. Nothing of these is good. */
const bodies = {
    obtain: { json: {} },
    refresh: { json: { refresh: 'a.b.c' } },
    verify: { json: { token: 'a.b.c' } },
    blacklist: { json: { refresh: 'a.b.c' } },
    token: { form: { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://shop.example/back' } },
    push: { form: { response_type: 'token' } },
    deviceAuthorization: { form: { scope: 'openid' } },
    introspect: { form: { token: 'a.b.c' } },
    revoke: { form: { token: 'a.b.c' } },
    postAuthorize: { form: { client_id: 'nobody' } },
    postUserinfo: { form: {} },
    postEndSignIn: { form: { client_id: 'nobody' } },
    register: { json: {} },
    changeRegistration: { json: {} },
    deleteRegistration: { json: {} },
    renewLease: { json: { verifier: 'one', applied: '' } },
};
/** What these ask for only a flow of its own brings along: whoever is let in is told that it is wrong. */
export const incomplete = new Set(['consentPage', 'token', 'push', 'deviceAuthorization']);
/** What the addresses of reading routes are filled in with, by the part before: `/users/:id`. */
const identifiers = {
    users: ({ person }) => String(person.id),
    sessions: ({ sid }) => sid,
    devices: ({ deviceId }) => deviceId,
    applications: ({ person }) => `shop-of-${person.id}`,
    roles: ({ roleName }) => roleName,
    versions: ({ policyVersion }) => String(policyVersion),
    audit: () => '1',
    register: () => 'app-of-nobody',
    errors: () => 'token_expired',
    assets: () => 'darvoza.svg',
};
/** An address of a reading route, of something that is there. */
function addressOf({ path }, world) {
    const parts = path.split('/');
    const filled = parts.map((part, index) => {
        if (!/^[:*]/.test(part))
            return part;
        const identifier = identifiers[parts[index - 1]];
        if (!identifier)
            throw new Error(`${path}: nothing to be read is known behind "${parts[index - 1]}"`);
        return encodeURIComponent(identifier(world));
    });
    return filled.join('/');
}
/** An application that reading routes find. */
export async function readableWorld(world) {
    await anApplication(world.server, identifiers.applications(world), { resource: `https://${world.roleName}.example` });
    return world;
}
/** A request for a row. @param world of readableWorld */
export async function readyRequest({ world, own, visitor, formToken }, name) {
    const row = routes[name];
    if (row.method === 'GET')
        return { name, row, path: addressOf(row, world) };
    if (name in bodies)
        return { name, row, path: row.path, ...bodies[name] };
    if (name in calls) {
        const { path, body } = await readyCall(world, name, own);
        return { name, row, path, json: JSON.parse(body) };
    }
    // What is of the sender's own stands under /account; another is disabled first, so that it can be enabled.
    const isOwn = row.path.startsWith('/account');
    const about = isOwn ? { ...world, deviceId: own.deviceId } : world;
    const other = name === 'enableUserPage' ? { ...about, person: await world.server.aUser() } : about;
    const { path, fields } = await filledForm(other, name, visitor);
    // Some pages ask for a field that only they have; the token is the one of the sender's browser.
    return { name, row, path, form: { ...fields, ...(name in forms && { _token: formToken }) } };
}
//# sourceMappingURL=requests.js.map