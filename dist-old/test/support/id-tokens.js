import { anApplication, aSessionOf } from './applications.js';
export const everything = 'openid profile email roles offline_access';
let applications = 0;
/** A session of a new application, as a code opens it, and its tokens. */
export async function tokensOf(server, user, asked = {}) {
    const { scope = 'openid', nonce, metadata = {}, grant = {} } = asked;
    const id = `application-${++applications}`;
    await anApplication(server, id, { metadata: { scope: everything, ...metadata } });
    const { session } = await aSessionOf(server, user, id, { scope, ...grant });
    const { storage, tokens, revocation } = server.composed.parts;
    const standing = (await storage.sessionStore.standings(storage.database, [session.id])).get(session.id);
    const application = (await revocation.applications.meet(id));
    const issuedAt = server.clock.now();
    const access = tokens.issue.accessOf(standing, issuedAt, revocation.policy.of(session)).token;
    const terms = { accessToken: access, issuedAt, scope, nonce };
    const idToken = await tokens.idTokens.idToken({ ...standing, application }, terms);
    return { id, session, access, idToken };
}
//# sourceMappingURL=id-tokens.js.map