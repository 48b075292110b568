// Applications that register themselves, as strangers send it.
import { setTimeout as pause } from 'node:timers/promises';
import { hashOfToken } from '../../server/identity/registrations/registration-tokens.js';
import { anApplication } from './applications.js';
import { aClient } from './client.js';
export const callback = 'https://tool.example/callback';
/** Of a program without a secret, as tools send it. */
export const aTool = {
    client_name: 'Tool',
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
};
/** The token of `aRegistered`. */
export const registrationToken = `dvz_reg_${'A'.repeat(43)}`;
/** One that has registered itself, by its row alone. */
export async function aRegistered(server, id) {
    const metadata = { redirect_uris: [callback], response_types: ['code'], scope: 'openid' };
    const registrationTokenHash = hashOfToken(registrationToken);
    await anApplication(server, id, { kind: 'web', origin: 'registration', registrationTokenHash, metadata });
    return { client_id: id, registration_access_token: registrationToken };
}
const bearer = (token) => token === undefined ? {} : { Authorization: `Bearer ${token}` };
export function register(server, json = aTool, token) {
    return aClient(server).send('POST', '/oauth/register', { json, headers: bearer(token) });
}
/** However often a busy database says to come again. */
export async function registerAtLast(server, json = aTool, token) {
    for (let tries = 1;; tries++) {
        const answer = await register(server, json, token);
        if (answer.status !== 503 || tries === 20)
            return answer;
        await pause(100);
    }
}
/** One that is registered. */
export async function registered(server, json = aTool, token) {
    const { status, body, text } = await register(server, json, token);
    if (status !== 201)
        throw new Error(`not registered: ${text}`);
    return body;
}
/** Reads, changes or deletes a registration. */
export function manage(server, method, { client_id, registration_access_token }, json) {
    const headers = bearer(registration_access_token);
    return aClient(server).send(method, `/oauth/register/${client_id}`, {
        headers,
        ...(json && method === 'PUT' && { json }),
    });
}
/** @returns its text */
export async function anInitialAccessToken({ composed }, more = {}) {
    const { initialAccessTokens } = composed.parts.registrations;
    return initialAccessTokens.create({ name: 'For the tools', ...more }, 'system');
}
//# sourceMappingURL=registrations.js.map