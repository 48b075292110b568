// `npm run vectors` makes server/verifier/vectors/ anew, with new keys: the private halves are kept nowhere. To be run where
// a hostile token or a case of the log has come, changed or gone.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { signInput } from '../../server/protocol/algorithms.js';
import { encodePart, writeCompact } from '../../server/protocol/jws.js';
import { aPair } from '../support/hostile-signer.js';
import { audience, issuer, now } from './fixed.js';
import { logVectors, stretchVectors } from './log-vectors.js';
import { tokenVectors } from './token-vectors.js';
const folder = fileURLToPath(new URL('../../../server/verifier/vectors/', import.meta.url));
const algorithms = ['ES256', 'RS256', 'PS256', 'EdDSA'];
const pairs = await Promise.all(algorithms.map(async (name) => ({ ...(await aPair(name)), foreign: await aPair(name) })));
const about = { issuer, audience, now, jwks: { keys: pairs.map(({ jwk }) => jwk) } };
write('tokens.json', { ...about, vectors: tokenVectors(pairs) });
const [{ kid, algorithm, privateKey }] = pairs;
const header = encodePart({ alg: algorithm, typ: 'at+jwt', kid });
const sign = (claims) => writeCompact(header, claims, input => signInput(algorithm, privateKey, input));
write('log.json', { ...about, vectors: logVectors(kid, sign), stretches: stretchVectors });
function write(name, content) {
    writeFileSync(`${folder}${name}`, `${JSON.stringify(content, null, 2)}\n`);
}
//# sourceMappingURL=make.js.map