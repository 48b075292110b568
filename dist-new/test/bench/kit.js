// What a verification costs a resource server, of processor time: the kit beside jose.jwtVerify on the same tokens, in turns.
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { median } from '../support/bursts.js';
import { aFakeIssuer, audience } from '../support/fake-issuer.js';
export function onCpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
}
/** µs of all processors each: on a busy machine the time of the day says little. */
async function timeOf(tokens, verify) {
    let took = 0;
    for (let at = 0; at < tokens.length; at += 100) {
        const before = onCpu();
        for (const token of tokens.slice(at, at + 100))
            await verify(token);
        took += onCpu() - before;
        // The lease is renewed in between, as it is between requests.
        await setImmediate();
    }
    return took / tokens.length;
}
const refused = (verify) => async (token) => {
    const isGood = await verify(token).then(() => true, () => false);
    if (isGood)
        throw new Error('a token that is not good was taken');
};
export async function measureKit({ rounds, perRound, entries }) {
    const fake = await aFakeIssuer();
    for (let i = 0; i < entries; i++)
        fake.keep('session', randomUUID());
    const tokens = Array.from({ length: perRound }, () => fake.token());
    const before = Math.floor(fake.now() / 1000) - 7_200;
    const expired = Array.from({ length: perRound }, () => fake.token({ iat: before, exp: before + 3_600 }));
    const ended = randomUUID();
    const revoked = Array.from({ length: perRound }, () => fake.token({ sid: ended }));
    fake.keep('session', ended);
    const plain = fake.verifier({ cacheSize: 0 });
    const caching = fake.verifier({ cacheSize: perRound * 4 });
    await Promise.all([plain.ready(), caching.ready()]);
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', fake.url));
    const options = { issuer: fake.url, audience, typ: 'at+jwt', algorithms: ['ES256'] };
    const jose = (token) => jwtVerify(token, keys, options);
    const kit = (token) => plain.verify(token);
    const by = {
        jose: [tokens, jose],
        'the kit': [tokens, kit],
        'the kit, remembered': [tokens, token => caching.verify(token)],
        'jose, expired': [expired, refused(jose)],
        'the kit, expired': [expired, refused(kit)],
        'the kit, revoked': [revoked, refused(kit)],
    };
    const contenders = Object.entries(by);
    const times = new Map();
    for (const [name, [all, verify]] of contenders) {
        await timeOf(all, verify);
        times.set(name, []);
    }
    const asked = () => fake.asked['/oauth/introspect'] ?? 0;
    const askedBefore = asked();
    for (let round = 0; round < rounds; round++)
        for (const [name, [all, verify]] of contenders)
            times.get(name).push(await timeOf(all, verify));
    const figures = Object.fromEntries([...times].map(([name, all]) => [name, median(all)]));
    return { figures, introspections: asked() - askedBefore, fake, verifiers: [plain, caching] };
}
//# sourceMappingURL=kit.js.map