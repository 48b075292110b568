// The resource servers of a stage: processes with the kit, each behind a line of its own to the servers.
import { aConfidentialApplication } from '../../support/applications.js';
import { freePort } from '../../support/mariadb.js';
import { issuer } from '../../support/server.js';
import { aLine } from './line.js';
import { aRandom } from './random.js';
import { aServer } from './server.js';
const program = new URL('../../support/resource-server.js', import.meta.url).pathname;
const clientId = 'orders';
export async function someVerifiers(count, servers, control, stale) {
    if (count === 0)
        return [];
    const secret = await theApplication(control);
    const verifiers = await Promise.all(Array.from({ length: count }, async (_, index) => {
        const line = await aLine(servers.map(({ url }) => url), aRandom(index, 'line'));
        const name = `verifier-${index + 1}`;
        const env = { ISSUER: issuer, SERVER_URL: line.url, CLIENT_ID: clientId, CLIENT_SECRET: secret, NAME: name };
        const more = stale ? { STALE: '1' } : {};
        return {
            ...aServer({ name, program, host: '127.0.0.1', port: await freePort(), env: { ...env, ...more } }),
            line,
        };
    }));
    await Promise.all(verifiers.map(verifier => verifier.start()));
    return verifiers;
}
/** Whose credentials all of them have; it may ask about tokens for our own audience. @returns its secret */
async function theApplication({ parts }) {
    const home = { composed: { parts } };
    const { storage, applications } = parts;
    const known = await storage.applicationStore.some(storage.database, [clientId]);
    if (known.length > 0)
        return storage.database.transaction(tx => applications.applicationSecrets.add(tx, clientId, 0));
    return aConfidentialApplication(home, clientId, {
        kind: 'machine',
        metadata: { grant_types: ['client_credentials'], scope: 'revocations:read', introspects: [issuer] },
    });
}
//# sourceMappingURL=verifiers.js.map