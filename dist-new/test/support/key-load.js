// Sign-ins, refreshes and verifies at several servers while keys change: counts every good token that somebody refuses.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { compose } from '../../server/compose.js';
import { aClient } from './client.js';
import { publishedKids } from './keys.js';
import { waitFor } from './mariadb.js';
import { issuer, password, testSettings } from './server.js';
/** How many tokens of the past are kept to be verified again and again, evenly over the time. */
const kept = 2_000;
/**
 * @param urls of servers on one database that have the administrator of tests
 * @param workers how many refresh a session each, beside two who sign in, two who verify, and one outside verifier
 */
export function keyLoad(urls, workers) {
    const clients = urls.map(url => aClient({ url }));
    const counts = { signIns: 0, refreshes: 0, verifies: 0, outside: 0, refused: [] };
    const pool = [];
    let running = true;
    const any = (items) => items[Math.floor(Math.random() * items.length)];
    const keep = (token) => {
        if (pool.length < kept)
            pool.push(token);
        else
            pool[Math.floor(Math.random() * kept)] = token;
    };
    const refuse = (what, why) => counts.refused.push(`${what}: ${JSON.stringify(why).slice(0, 300)}`);
    async function verify(client, token) {
        const answer = await client.verify(token);
        counts.verifies++;
        if (answer.status !== 200)
            refuse(`verify ${answer.status}`, answer.body);
    }
    async function signIn(client) {
        const answer = await client.post('/api/token/', { username: 'admin', password });
        counts.signIns++;
        if (answer.status !== 200) {
            refuse(`sign-in ${answer.status}`, answer.body);
            return null;
        }
        keep(answer.body.access);
        // At each of them, at once: whichever learns of a key last is asked too.
        await Promise.all(clients.map(one => verify(one, answer.body.access)));
        return answer.body.refresh;
    }
    async function refresher(at) {
        let refresh = await signIn(clients[at % clients.length]);
        for (let round = at; running && refresh; round++) {
            const answer = await clients[round % clients.length].refresh(refresh);
            counts.refreshes++;
            if (answer.status !== 200)
                return void refuse(`refresh ${answer.status}`, answer.body);
            refresh = answer.body.refresh;
            keep(answer.body.access);
            await Promise.all(clients.map(one => verify(one, answer.body.access)));
        }
    }
    async function signer() {
        while (running)
            await signIn(any(clients));
    }
    async function verifier() {
        while (running) {
            if (pool.length > 0)
                await verify(any(clients), any(pool));
            else
                await new Promise(resolve => setTimeout(resolve, 10));
        }
    }
    /** jose, as a resource server uses it; it asks for the JWKS again whenever it meets a key that it does not know. */
    async function outsider() {
        const jwks = createRemoteJWKSet(new URL('/.well-known/jwks.json', urls[0]), { cooldownDuration: 0 });
        while (running) {
            await new Promise(resolve => setTimeout(resolve, 5));
            const token = pool.length > 0 ? any(pool) : null;
            if (!token)
                continue;
            counts.outside++;
            await jwtVerify(token, jwks, { issuer, audience: issuer, typ: 'at+jwt' }).catch(error => refuse('jose', error.message));
        }
    }
    const all = [
        ...Array.from({ length: workers }, (_, at) => refresher(at)),
        ...[signer(), signer(), verifier(), verifier(), outsider()],
    ].map(worker => worker.catch(error => refuse('a worker', String(error))));
    return {
        counts,
        async stop() {
            running = false;
            await Promise.all(all);
            return counts;
        },
    };
}
/** An operator beside the servers, as the command line is: the same parts, and no server. */
export async function anOperator(database) {
    const ignore = () => { };
    const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
    const composed = await compose(testSettings(database), { log });
    await composed.parts.revocation.tail.start();
    return composed;
}
/** Publishes the next key, waits until every server does, and lets it sign. */
export async function rotateUnderLoad(keyRing, urls, pause) {
    const { key } = await keyRing.rotate({}, 'operator:test');
    for (const url of urls)
        await waitFor(async () => requireKid(await publishedKids(aClient({ url }), key.algorithm), key.kid));
    await new Promise(resolve => setTimeout(resolve, pause));
    await keyRing.rotate({ atOnce: true }, 'operator:test');
    await new Promise(resolve => setTimeout(resolve, pause));
    return key.kid;
}
function requireKid(kids, kid) {
    if (!kids.includes(kid))
        throw new Error(`${kid} is not published yet`);
}
//# sourceMappingURL=key-load.js.map