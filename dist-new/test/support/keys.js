import { aClient } from './client.js';
import { password, settle } from './server.js';
/** Of the algorithm that access tokens are signed with, if the policy is the usual one. */
const ofAccess = (keys) => keys.filter(key => key.algorithm === 'ES256');
/** An administrator's client, and the keys of access tokens as it sees them. */
export async function aKeyHolder(server) {
    const client = aClient(server);
    // Changes of keys want a sign-in of a moment ago.
    const freshToken = async () => (await client.signIn({ username: 'admin', password })).access;
    return {
        access: await freshToken(),
        // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
        keys: async () => ofAccess((await client.get('/api/admin/keys/', await freshToken())).body.results),
        rotate: async (json = {}) => client.post('/api/admin/keys/', json, await freshToken()),
        revoke: async (kid) => client.delete(`/api/admin/keys/${kid}/`, await freshToken()),
    };
}
/** Those of access tokens. */
export async function accessKeys({ composed }) {
    return ofAccess(await composed.parts.keys.keyRing.list());
}
/** Of the keys of access tokens, if the policy is the usual one. */
export async function publishedKids(client, algorithm = 'ES256') {
    const { body } = await client.get('/.well-known/jwks.json');
    return body.keys.filter(key => key.alg === algorithm).map(key => key.kid);
}
/** Turns the clock, then lets the servers do what is due. */
export async function later(duration, ...servers) {
    servers[0].clock.advance(duration);
    for (const { composed } of servers) {
        await settle(composed);
        await composed.parts.keys.keyRing.upkeep();
    }
    for (const { composed } of servers)
        await settle(composed);
}
//# sourceMappingURL=keys.js.map