const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const signature = { name: 'ECDSA', hash: 'SHA-256' };
export function createProofs({ keys, name, wall }) {
    const { crypto } = globalThis;
    let loading = null;
    /** By origin (§8.2: a nonce is its server's own). */
    const nonces = new Map();
    // Not extractable: injected script can sign with the key while the page is open, but cannot export it.
    const make = () => crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
    async function load() {
        const { privateKey, publicKey } = await keys.keep(name, make);
        const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
        return { privateKey, jwk: { crv, kty, x, y } };
    }
    function key() {
        loading ??= load().catch(error => {
            loading = null;
            throw error;
        });
        return loading;
    }
    return {
        /**
         * The header `DPoP` of one request (§4.2).
         * @param token the access token that goes with it
         */
        async proof(method, url, token) {
            const { privateKey, jwk } = await key();
            const { origin, pathname } = new URL(url);
            const nonce = nonces.get(origin);
            const claims = {
                jti: encoded(crypto.getRandomValues(new Uint8Array(16))),
                htm: method,
                htu: origin + pathname,
                iat: Math.floor(wall() / 1000),
                ...(token !== undefined && { ath: await hash(token) }),
                ...(nonce !== undefined && { nonce }),
            };
            const input = `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${part(claims)}`;
            const signed = await crypto.subtle.sign(signature, privateKey, bytesOf(input));
            return { text: `${input}.${encoded(new Uint8Array(signed))}`, nonce };
        },
        /**
         * Takes the nonce that an answer brings (§8.2, §9), where it brings one.
         * @param shown the proof of the request; others that were sent at the same time may have brought the nonce before
         * @returns whether it is another one than that proof had
         */
        hear(response, url, shown) {
            const nonce = response.headers.get('dpop-nonce');
            const { origin } = new URL(url);
            // §8.1: NQCHAR. Anything else would be no nonce, and is not repeated in our name.
            if (nonce === null || !/^[\x21\x23-\x5b\x5d-\x7e]{1,1000}$/.test(nonce))
                return false;
            nonces.set(origin, nonce);
            return nonce !== shown.nonce;
        },
        /** RFC 7638, for `dpop_jkt` of an authorization request (§10). */
        async thumbprint() {
            return hash(JSON.stringify((await key()).jwk));
        },
    };
    async function hash(text) {
        return encoded(new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(text))));
    }
}
const bytesOf = (text) => new TextEncoder().encode(text);
const part = (value) => encoded(bytesOf(JSON.stringify(value)));
function encoded(bytes) {
    return btoa(String.fromCharCode(...bytes))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replace(/=+$/, '');
}
//# sourceMappingURL=proofs.js.map