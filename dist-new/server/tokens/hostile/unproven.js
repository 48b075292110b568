import { signingAlgorithmNames } from '../../protocol/algorithms.js';
const must = { refuse: 'must' };
export const unproven = {
    alg_none: {
        ...must,
        shows: 'an unsecured token',
        clause: 'RFC 8725 §3.2',
        weakness: 'algorithm',
        code: 'token_algorithm',
        make: signer => [
            ...['none', 'None', 'NONE', 'nOnE', ' none', ''].map((alg) => [`alg ${JSON.stringify(alg)}`, signer.unsigned({ alg }, null)]),
            ['alg null', signer.unsigned({ alg: null }, null)],
            ['no alg', signer.unsigned({ alg: undefined }, null)],
            ['alg "none" and a signature', signer.unsigned({ alg: 'none' }, signatureOf(signer.good()))],
        ],
    },
    no_signature: {
        ...must,
        shows: 'a token without its signature',
        clause: 'RFC 7515 §5.2',
        weakness: 'signature',
        code: { 'empty signature': 'token_signature', 'two parts': 'token_malformed' },
        make: signer => [
            ['empty signature', signer.unsigned({}, null)],
            ['two parts', signer.good().split('.').slice(0, 2).join('.')],
        ],
    },
    wrong_signature: {
        ...must,
        shows: 'a token under a signature that is not its own',
        clause: 'RFC 7515 §5.2',
        weakness: 'signature',
        code: 'token_signature',
        make: signer => [
            ["another token's signature", signer.unsigned({}, signatureOf(signer.good({ jti: 'another' })))],
            // CVE-2022-21449: r = s = 0 was right for every text.
            ['zeros', signer.unsigned({}, Buffer.alloc(signatureOf(signer.good()).length))],
            ['cut short', cut(signer.good())],
        ],
    },
    changed_payload: {
        ...must,
        shows: 'a token whose claims were changed after it was signed',
        clause: 'RFC 7515 §5.2',
        weakness: 'signature',
        code: 'token_signature',
        make: signer => {
            const [head, , tail] = signer.good().split('.');
            const claims = { ...signer.claims(), roles: ['admin'], permissions: ['darvoza:everything'] };
            return [['more rights', `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${tail}`]];
        },
    },
    truncated: {
        ...must,
        shows: 'a token of which only the beginning came',
        clause: 'RFC 7515 §5.2',
        weakness: 'signature',
        code: 'token_malformed',
        make: signer => {
            const token = signer.good();
            return [
                ['cut in the claims', token.slice(0, token.indexOf('.') + 40)],
                ['a fourth part', `${token}.AAAA`],
            ];
        },
    },
    key_unknown: {
        ...must,
        shows: 'a token signed by a key that the issuer never had',
        clause: 'RFC 9068 §4',
        weakness: 'signature',
        code: { 'a name of its own': 'token_key_unknown', 'the name of our key': 'token_signature' },
        make: signer => [
            ['a name of its own', signer.foreign()],
            ['the name of our key', signer.foreign({ kid: signer.key.kid })],
        ],
    },
    key_confusion: {
        ...must,
        shows: 'a token whose HMAC secret is our public key',
        clause: 'RFC 8725 §2.1',
        weakness: 'algorithm',
        code: 'token_algorithm',
        make: signer => [
            ...spellingsOfKey(signer).map(([how, secret]) => [how, signer.maced(secret)]),
            ['an empty secret', signer.maced(Buffer.alloc(0))],
            ['the kid as secret', signer.maced(Buffer.from(signer.key.kid))],
        ],
    },
    algorithm_swapped: {
        ...must,
        shows: 'a token whose header names another algorithm',
        clause: 'RFC 8725 §3.1',
        weakness: 'algorithm',
        code: 'token_algorithm',
        make: signer => [...signingAlgorithmNames, 'HS256', 'ES384', 'RS512', 'ES256K']
            .filter(alg => alg !== signer.key.algorithm)
            .map((alg) => [alg, signer.good({}, { alg })]),
    },
};
function signatureOf(token) {
    return Buffer.from(token.split('.')[2], 'base64url');
}
function cut(token) {
    const [head, body] = token.split('.');
    return `${head}.${body}.${signatureOf(token).subarray(0, -3).toString('base64url')}`;
}
/** What a library may take a public key for when it wants a secret. */
function spellingsOfKey(signer) {
    const publicKey = signer.publicKey();
    const jwk = publicKey.export({ format: 'jwk' });
    const { kid, algorithm: alg } = signer.key;
    const published = { ...jwk, kid, alg, use: 'sig' };
    const pem = publicKey.export({ format: 'pem', type: 'spki' });
    const texts = {
        PEM: pem,
        'PEM without its last line break': pem.trimEnd(),
        'PEM with CRLF': pem.replaceAll('\n', '\r\n'),
        'JWK as published': JSON.stringify(published),
        JWK: JSON.stringify(jwk),
        'JWK as Python writes it': JSON.stringify(published, null, 1)
            .replace(/\n */g, ' ')
            .replace('{ ', '{')
            .replace(' }', '}'),
        'the number of the key': jwk.n ?? jwk.x ?? '',
        ...pkcs1(publicKey),
    };
    return [
        ...Object.entries(texts).map(([how, text]) => [how, Buffer.from(text)]),
        ['DER', publicKey.export({ format: 'der', type: 'spki' })],
    ];
}
/** The older form, which RSA keys alone have. */
function pkcs1(publicKey) {
    if (publicKey.asymmetricKeyType !== 'rsa')
        return {};
    return { 'PEM of PKCS #1': publicKey.export({ format: 'pem', type: 'pkcs1' }) };
}
//# sourceMappingURL=unproven.js.map