// The vectors that are shipped with the verifier: this program agrees with each, and so does another library as far as it goes.
import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { longestAccessLifetime } from '../../server/policy/policies.js';
import { verifyInput } from '../../server/protocol/algorithms.js';
import { personChecks, programChecks, registeredChecks } from '../../server/protocol/claims.js';
import { Refusal, refuse } from '../../server/protocol/errors.js';
import { readCompact } from '../../server/protocol/jws.js';
import { readStretch } from '../../server/protocol/log/feed.js';
import { createProjection } from '../../server/protocol/log/projection.js';
import { refusalCode } from '../../server/protocol/log/revocation.js';
import { hostileTokenNames, hostileTokens } from '../../server/tokens/hostile/hostile-tokens.js';
import { aSigner } from '../support/hostile-signer.js';
import { aVerifierTold } from '../support/told-by-vectors.js';
import { now } from '../vectors/fixed.js';
import { logVectors, stretchVectors } from '../vectors/log-vectors.js';
const root = fileURLToPath(new URL('../../../', import.meta.url));
const path = (name) => `${root}server/verifier/vectors/${name}`;
const tokens = JSON.parse(readFileSync(path('tokens.json'), 'utf8'));
const log = JSON.parse(readFileSync(path('log.json'), 'utf8'));
const keys = new Map([...tokens.jwks.keys, ...log.jwks.keys].map(jwk => [
    jwk.kid,
    { algorithm: jwk.alg, key: createPublicKey({ key: jwk, format: 'jwk' }) },
]));
/** In the order of the document: form, kind, key, algorithm, signature, claims. */
function read(token) {
    const { header, claims, input, signature } = readCompact(token);
    if (header.typ !== 'at+jwt')
        throw refuse('token_type');
    const kid = typeof header.kid === 'string' ? header.kid : '';
    const found = keys.get(kid);
    if (!found)
        throw refuse('token_key_unknown');
    if (header.alg !== found.algorithm)
        throw refuse('token_algorithm');
    if (!verifyInput(found.algorithm, found.key, input, signature))
        throw refuse('token_signature');
    const { issuer, audience } = tokens;
    const expected = { issuer, audience, now: now * 1000, latest: now * 1000, longestLifetime: longestAccessLifetime };
    for (const check of [...registeredChecks, ...(claims.sid === undefined ? programChecks : personChecks)]) {
        const code = check.whyNot(claims, expected);
        if (code)
            throw refuse(code);
    }
    return { claims: claims, kid };
}
function codeOf(work) {
    try {
        work();
        return null;
    }
    catch (error) {
        if (error instanceof Refusal)
            return error.code;
        throw error;
    }
}
async function codeAt(verifier, token) {
    try {
        await verifier.verify(token);
        return null;
    }
    catch (error) {
        if (error instanceof Refusal)
            return error.code;
        throw error;
    }
}
/** What PyJWT lets in of that which an RFC says must be refused, although it is asked for all that it can check. */
const beyondPyJwt = {
    wrong_type: 'it does not look at typ: whoever uses it compares get_unverified_header(token)["typ"] after decode',
    logout_token: 'the same: a logout token has all the registered claims of an access token',
};
describe('the vectors', () => {
    it('are made of the tables as they are: npm run vectors makes them anew', async () => {
        const { signer } = await aSigner('ES256', () => now);
        const wanted = hostileTokenNames.flatMap(name => hostileTokens[name].make(signer).map(([how]) => `${name}: ${how}`));
        const had = tokens.vectors.map(one => one.name);
        expect(had).to.include.members(wanted);
        expect(had.filter(name => name.includes(': ') && !name.startsWith('RS256: '))).to.have.length(wanted.length);
        expect(new Set(had).size).to.equal(had.length);
        const { kid } = log.jwks.keys[0];
        const strip = ({ token: _, ...vector }) => vector;
        expect(log.vectors.map(strip)).to.deep.equal(logVectors(kid, () => '').map(strip));
        expect(log.stretches).to.deep.equal(stretchVectors);
    });
    it('of tokens say what this program says, by its code', () => {
        expect(tokens.now).to.equal(now);
        for (const { name, token, expect: verdict, code } of tokens.vectors) {
            expect(codeOf(() => read(token)), name).to.equal(code);
            expect(verdict, name).to.equal(code === null ? 'accept' : 'refuse');
        }
    });
    it('of the log say what this program says, in whatever order the entries come', () => {
        for (const { name, entries, token, code } of log.vectors) {
            const { claims, kid } = read(token);
            for (const pieces of [[entries], entries.map(one => [one])]) {
                const projection = createProjection();
                let after = 0;
                for (const piece of pieces) {
                    const upto = piece.at(-1)?.seq ?? 200;
                    expect(projection.apply(readStretch({ after, upto, entries: piece })), name).to.equal(true);
                    after = upto;
                }
                const found = projection.find(claims, kid);
                expect(found && refusalCode(found), name).to.equal(code);
            }
        }
    });
    it('of tokens say what the kit says', async () => {
        const verifier = await aVerifierTold(tokens);
        try {
            // At once: for a key that is not known the kit waits until it may ask for the keys again.
            const told = await Promise.all(tokens.vectors.map(({ token }) => codeAt(verifier, token)));
            for (const [at, { name, code }] of tokens.vectors.entries())
                expect(told[at], name).to.equal(code);
        }
        finally {
            await verifier.close();
        }
    });
    it('of the log say what the kit says, whether an entry comes with the snapshot or later', async () => {
        const tried = log.vectors.flatMap(vector => [
            { ...vector, pieces: [vector.entries] },
            { ...vector, pieces: [[], ...vector.entries.map(one => [one])] },
        ]);
        const verifiers = await Promise.all(tried.map(({ pieces }) => aVerifierTold(log, pieces)));
        try {
            for (const [at, { name, token, code }] of tried.entries())
                expect(await codeAt(verifiers[at], token), name).to.equal(code);
        }
        finally {
            await Promise.all(verifiers.map(verifier => verifier.close()));
        }
    });
    it('of stretches say where a reader stands after each', () => {
        for (const { name, position, stretch, applied, ends } of log.stretches) {
            const projection = createProjection();
            projection.apply({ after: 0, upto: position, entries: [] });
            const read = readStretch(stretch);
            expect(read !== null && projection.apply(read), name).to.equal(applied);
            expect(projection.position, name).to.equal(ends);
        }
    });
    it('of tokens say what PyJWT says, but for what it is not asked', function () {
        this.timeout(30_000);
        const script = `${root}test/vectors/pyjwt.py`;
        const told = execFileSync('/usr/bin/python3', [script, path('tokens.json')], { encoding: 'utf8' });
        const { answers, reads_crit: readsCrit } = JSON.parse(told);
        const letIn = new Set();
        for (const { name, expect: verdict, level } of tokens.vectors) {
            const isLetIn = answers[name] === null;
            if (verdict === 'accept')
                expect(answers[name], name).to.equal(null);
            else if (level === 'must' && isLetIn)
                letIn.add(name.split(': ')[0]);
        }
        expect([...letIn]).to.have.members([...Object.keys(beyondPyJwt), ...(readsCrit ? [] : ['crit'])]);
    });
});
//# sourceMappingURL=vectors.test.js.map