// The tokens that the doctor sends: each is let in by somebody who is wrong in one thing, and by nobody who checks all.
import { expect } from 'chai';
import { hostileTokenNames, hostileTokens } from '../../server/tokens/hostile/hostile-tokens.js';
import { flawed, flaws } from '../support/flawed-resource-server.js';
import { aSigner } from '../support/hostile-signer.js';
import { audience, issuer } from '../vectors/fixed.js';
const now = () => Math.floor(Date.now() / 1000);
const isLetIn = (judge, token) => judge(token).catch(() => false);
describe('hostile tokens', () => {
    it('are each let in by a verifier that is wrong in one thing, and none that must be refused by one that checks all', async () => {
        const { signer, jwks } = await aSigner('ES256', now);
        const expected = { issuer, audience, jwks };
        const good = flawed(null, expected);
        expect(await isLetIn(good, signer.good())).to.equal(true);
        for (const name of hostileTokenNames.filter(name => hostileTokens[name].refuse === 'must')) {
            const letInBy = new Set();
            for (const [how, token] of hostileTokens[name].make(signer)) {
                expect(await isLetIn(good, token), `${name}, ${how}`).to.equal(false);
                for (const flaw of Object.keys(flaws))
                    if (await isLetIn(flawed(flaw, expected), token))
                        letInBy.add(flaw);
            }
            expect([...letInBy], name).not.to.deep.equal([]);
        }
    });
    it('each find a flaw of their own: without its rows none would be found', async () => {
        const { signer, jwks } = await aSigner('ES256', now);
        const expected = { issuer, audience, jwks, scope: 'orders:read' };
        const tokens = hostileTokenNames.flatMap(name => hostileTokens[name].make(signer).map(([, token]) => token));
        tokens.push(signer.good({ scope: undefined }));
        for (const flaw of Object.keys(flaws)) {
            const judge = flawed(flaw, expected);
            const found = await Promise.all(tokens.map(token => isLetIn(judge, token)));
            const strict = await Promise.all(tokens.map(token => isLetIn(flawed(null, expected), token)));
            expect(found.filter((isIn, at) => isIn && !strict[at]).length, flaw).to.be.above(0);
        }
    });
});
//# sourceMappingURL=hostile-tokens.test.js.map