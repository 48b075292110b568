// Tokens that this server never issues, signed with its own keys: what is tested is what it thinks of their insides.
import { macInput, signInput } from '../../server/protocol/algorithms.js';
import { claimsOf } from './client.js';
export function aForge({ composed }) {
    const { signingKeys, secrets } = composed.parts.tokens;
    /** Header and claims as JSON text, signed by `sign`. */
    function compact(header, claims, sign) {
        const input = `${encode(header)}.${encode(claims)}`;
        return `${input}.${sign(input).toString('base64url')}`;
    }
    const signed = (input) => signInput('ES256', signingKeys.active().privateKey, input);
    const maced = (purpose) => (input) => macInput(secrets.present(purpose).secret, input);
    return {
        compact,
        /** An access token under the present signing key. */
        access(claims, header = {}) {
            return compact({ alg: 'ES256', typ: 'at+jwt', kid: signingKeys.active().kid, ...header }, claims, signed);
        },
        /** A refresh token under the present refresh secret. */
        refresh(claims, header = {}) {
            const kid = String(secrets.present('refresh').version);
            return compact({ alg: 'HS256', typ: 'rt+jwt', kid, ...header }, claims, maced('refresh'));
        },
        /** A device token under the present device secret. */
        device(claims, header = {}) {
            const kid = String(secrets.present('device').version);
            return compact({ alg: 'HS256', typ: 'dt+jwt', kid, ...header }, claims, maced('device'));
        },
    };
}
/** The claims of a token with some of them changed; `undefined` takes one away. */
export function changed(token, changes) {
    return { ...claimsOf(token), ...changes };
}
/** The header of a token, believed as it is. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into headers of every shape
export function headerOf(token) {
    return JSON.parse(Buffer.from(token.split('.')[0], 'base64url').toString());
}
function encode(part) {
    return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}
//# sourceMappingURL=forge.js.map