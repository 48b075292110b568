// Tokens and what is to be thought of them: good ones, and every hostile one.
import { codeOf } from '../../server/tokens/hostile/hostile-token.js';
import { hostileTokenNames, hostileTokens } from '../../server/tokens/hostile/hostile-tokens.js';
import { createSigner } from '../../server/tokens/hostile/signer.js';
import { audience, issuer, now, personClaims, programClaims } from './fixed.js';
/** What differs from one algorithm to the next. */
const ofAlgorithm = [
    'alg_none',
    'wrong_signature',
    'key_unknown',
    'key_confusion',
    'algorithm_swapped',
];
const good = [
    ['person', "a person's token", personClaims()],
    ['program', "an application's own token: no sid, and sub is client_id", programClaims()],
    ['no_scope', 'a token without a scope', personClaims({ scope: undefined })],
    [
        'permissions_omitted',
        'a token whose permissions were too many',
        personClaims({ permissions: undefined, permissions_omitted: true }),
    ],
    [
        'unknown_claims',
        'a token with claims that a verifier does not know',
        { ...personClaims(), user_id: '1001', tenant: { id: 7 } },
    ],
    ['at_the_beginning', 'a token of this very second', personClaims({ iat: now })],
    ['at_the_end', 'a token that ends in the next second', personClaims({ iat: now - 3_599, exp: now + 1 })],
    ['a_little_ahead', 'a token of a clock that is five seconds ahead', personClaims({ iat: now + 5, exp: now + 3_605 })],
];
/** @param keys the first signs the hostile ones */
export function tokenVectors(keys) {
    const signers = keys.map(signerOf);
    const [first, ...others] = signers;
    return [
        ...good.map(([name, shows, claims]) => accepted(name, shows, first.good({ ...claims, ...gone(claims) }))),
        ...others.map(signer => accepted(signer.key.algorithm, `a token under ${signer.key.algorithm}`, signer.good())),
        ...hostileTokenNames.flatMap(name => refused(first, name)),
        ...others
            .filter(signer => signer.key.algorithm === 'RS256')
            .flatMap(signer => ofAlgorithm.flatMap(name => refused(signer, name, 'RS256: '))),
    ];
}
function signerOf({ foreign, ...key }) {
    return createSigner({
        issuer,
        audience,
        key,
        foreignKey: foreign,
        refreshSecret: { version: 1, secret: Buffer.alloc(32, 7) },
        trap: 'https://elsewhere.example',
        now: () => now,
        claims: personClaims,
    });
}
/** Claims that the usual token has and this one has not. */
function gone(claims) {
    return Object.fromEntries(Object.keys(personClaims())
        .filter(name => !(name in claims))
        .map(name => [name, undefined]));
}
function accepted(name, shows, token) {
    return { name, shows, clause: 'RFC 9068 §2', token, expect: 'accept', level: null, code: null };
}
function refused(signer, name, before = '') {
    const row = hostileTokens[name];
    const { shows, clause, refuse: level } = row;
    return row.make(signer).map(([how, token]) => ({
        name: `${before}${name}: ${how}`,
        shows,
        clause,
        token,
        expect: 'refuse',
        level,
        code: codeOf(row, how),
    }));
}
//# sourceMappingURL=token-vectors.js.map