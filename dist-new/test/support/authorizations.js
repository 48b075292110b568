import { anApplication } from './applications.js';
export const origin = { address: '192.0.2.7', userAgent: 'Firefox/132.0', requestId: 'r1' };
/** A website that people sign in to by codes. */
export async function aWebsite(server, id, changes = {}) {
    const metadata = {
        redirect_uris: [`https://${id}.example/callback`],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        scope: 'openid profile email offline_access read',
        token_endpoint_auth_method: 'client_secret_basic',
        ...changes.metadata,
    };
    await anApplication(server, id, { ...changes, metadata });
}
/** A resource server with these scopes. */
export async function aResourceServer(server, id, ...scopes) {
    await anApplication(server, id, {
        kind: 'resource_server',
        resource: `https://${id}.example`,
        resourceScopes: scopes.map(name => ({ name, description: `May ${name} at ${id}` })),
    });
}
/** Somebody's browser that has just signed in to our pages. `deviceToken`: of an earlier sign-in. */
export async function aBrowserOf({ composed }, { username, password }, deviceToken) {
    const { browserSessions } = composed.parts.signIn;
    const opened = await browserSessions.signIn({ username, password, deviceToken }, origin);
    const browser = (await browserSessions.find(opened.id));
    const credential = { sid: browser.session.id, permission: null, beforeNewPassword: false };
    const actor = { name: `user:${browser.user.id}`, origin, credential };
    return { browser, actor, cookie: opened.id, deviceToken: opened.deviceToken };
}
export function aRequest({ clock }, applicationId, changes = {}) {
    return {
        applicationId,
        redirectUri: `https://${applicationId}.example/callback`,
        redirectUriGiven: true,
        responseMode: 'query',
        scope: ['openid', 'profile'],
        resources: [],
        challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        prompt: [],
        beganAt: clock.now(),
        ...changes,
    };
}
export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
/** The address that an application of `aWebsite` sends browsers to. undefined leaves a parameter out, a list repeats it. */
export function authorizePath(id, changes = {}) {
    return `/oauth/authorize?${authorizeQuery(id, changes)}`;
}
export function authorizeQuery(id, changes = {}) {
    const usual = {
        client_id: id,
        redirect_uri: `https://${id}.example/callback`,
        response_type: 'code',
        scope: 'openid profile',
        state: 'a state',
        code_challenge: challenge,
        code_challenge_method: 'S256',
    };
    const query = new URLSearchParams();
    for (const [name, values] of Object.entries({ ...usual, ...changes }))
        for (const value of [values ?? []].flat())
            query.append(name, value);
    return String(query);
}
/** How many a server has been given. */
const agreed = new WeakMap();
/** Somebody has let an application of their own have something. @returns its id */
export async function anAgreedApplication(server, userId) {
    const { consentStore, database } = server.composed.parts.storage;
    // The same on every server that the same is done to, and another each time.
    const number = (agreed.get(server.composed) ?? 0) + 1;
    agreed.set(server.composed, number);
    const id = `app-${number}`;
    await aWebsite(server, id, { name: 'Weather' });
    const at = server.clock.now();
    const consent = { userId, applicationId: id, scopes: { '': ['openid', 'email'] }, createdAt: at, updatedAt: at };
    await database.transaction(tx => consentStore.save(tx, consent));
    return id;
}
//# sourceMappingURL=authorizations.js.map