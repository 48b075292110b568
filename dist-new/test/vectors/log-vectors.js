import { jti, now, personClaims, programClaims, sid } from './fixed.js';
const rev = 100;
function entry(seq, kind, subject, effect = 'end', exceptSid = null) {
    return { seq, kind, subject, effect, except_sid: exceptSid, expires_at: now + 7_200 };
}
const person = personClaims();
const exchanged = personClaims({
    client_id: 'stock',
    act: { sub: 'stock', act: { sub: 'orders', act: { sub: 'shop' } } },
});
const program = programClaims();
/** @param kid of the key that signs the tokens */
const casesUnder = (kid) => ({
    nothing: { shows: 'no entry at all', entries: [], code: null },
    token: { shows: 'its jti, later than rev', entries: [entry(101, 'token', jti)], code: 'token_revoked' },
    token_before: {
        shows: 'its jti at rev: the token takes that into account',
        entries: [entry(rev, 'token', jti)],
        code: null,
    },
    token_long_before: { shows: 'its jti before rev', entries: [entry(1, 'token', jti)], code: null },
    other_token: { shows: 'the jti of another', entries: [entry(101, 'token', `${jti}0`)], code: null },
    letters: {
        shows: 'its jti in capital letters: subjects are compared letter by letter',
        entries: [entry(101, 'token', jti.toUpperCase())],
        code: null,
    },
    session: { shows: 'its session', entries: [entry(101, 'session', sid)], code: 'session_ended' },
    other_session: {
        shows: "another's session",
        entries: [entry(101, 'session', '7c9e6679-7425-40de-944b-e07fc1f90ae7')],
        code: null,
    },
    session_of_a_name: {
        shows: 'its jti, as the name of a session: kinds are apart',
        entries: [entry(101, 'session', jti)],
        code: null,
    },
    user: { shows: 'its user', entries: [entry(101, 'user', '1001')], code: 'token_revoked' },
    user_stale: {
        shows: 'its user, whose rights have changed: a refresh brings a good one',
        entries: [entry(101, 'user', '1001', 'refresh')],
        code: 'token_stale',
    },
    other_user: { shows: 'a user whose id begins alike', entries: [entry(101, 'user', '10010')], code: null },
    user_but_this: {
        shows: 'its user, but for this session',
        entries: [entry(101, 'user', '1001', 'end', sid)],
        code: null,
    },
    user_but_another: {
        shows: 'its user, but for another session',
        entries: [entry(101, 'user', '1001', 'end', '7c9e6679-7425-40de-944b-e07fc1f90ae7')],
        code: 'token_revoked',
    },
    user_twice: {
        shows: 'its user without exception, and later but for this session: the first one still refuses',
        entries: [entry(101, 'user', '1001'), entry(102, 'user', '1001', 'end', sid)],
        code: 'token_revoked',
    },
    role: { shows: 'one of its roles', entries: [entry(101, 'role', 'seller', 'refresh')], code: 'token_stale' },
    other_role: { shows: 'a role that it has not', entries: [entry(101, 'role', 'admin', 'refresh')], code: null },
    role_of_none: {
        shows: 'a role, and a token that names none',
        entries: [entry(101, 'role', 'seller', 'refresh')],
        claims: personClaims({ roles: [] }),
        code: null,
    },
    application: { shows: 'its application', entries: [entry(101, 'application', 'shop')], code: 'token_revoked' },
    application_stale: {
        shows: 'its application, which may less now',
        entries: [entry(101, 'application', 'shop', 'refresh')],
        code: 'token_stale',
    },
    other_application: { shows: 'another application', entries: [entry(101, 'application', 'shop2')], code: null },
    application_before: {
        shows: 'an exchanged token, the application that the person signed in to: the innermost of act',
        entries: [entry(101, 'application', 'shop')],
        claims: exchanged,
        code: 'token_revoked',
    },
    application_between: {
        shows: 'an exchanged token, an application that it came through',
        entries: [entry(101, 'application', 'orders', 'refresh')],
        claims: exchanged,
        code: 'token_stale',
    },
    application_beside: {
        shows: 'an exchanged token, an application that it is for: that is no actor',
        entries: [entry(101, 'application', 'bills')],
        claims: exchanged,
        code: null,
    },
    everybody: { shows: 'everybody', entries: [entry(101, 'all', '')], code: 'token_revoked' },
    everybody_stale: {
        shows: "everybody's claims are stale",
        entries: [entry(101, 'all', '', 'refresh')],
        code: 'token_stale',
    },
    everybody_before: { shows: 'everybody, before rev', entries: [entry(99, 'all', '')], code: null },
    key: { shows: 'the key that signed it', entries: [entry(101, 'key', kid)], code: 'token_key_revoked' },
    key_before: {
        shows: 'the key that signed it, before rev: who has the key chooses rev',
        entries: [entry(1, 'key', kid)],
        code: 'token_key_revoked',
    },
    other_key: { shows: 'another key', entries: [entry(101, 'key', 'A'.repeat(43))], code: null },
    stale_then_over: {
        shows: 'stale first, then over: over is told',
        entries: [entry(101, 'user', '1001', 'refresh'), entry(102, 'user', '1001')],
        code: 'token_revoked',
    },
    over_then_stale: {
        shows: 'over first, then stale: over is told',
        entries: [entry(101, 'session', sid), entry(102, 'role', 'seller', 'refresh')],
        code: 'session_ended',
    },
    over_for_others: {
        shows: 'over for others, stale for all: stale is told',
        entries: [entry(101, 'user', '1001', 'end', sid), entry(102, 'user', '1001', 'refresh')],
        code: 'token_stale',
    },
    before_and_after: {
        shows: 'one before rev and one after',
        entries: [entry(50, 'session', sid), entry(150, 'session', sid)],
        code: 'session_ended',
    },
    program: {
        shows: "an application's own token, its application",
        entries: [entry(101, 'application', 'importer')],
        claims: program,
        code: 'token_revoked',
    },
    program_token: {
        shows: "an application's own token, its jti",
        entries: [entry(101, 'token', jti)],
        claims: program,
        code: 'token_revoked',
    },
    program_user: {
        shows: 'a user of the same name as the application: entries about users are about tokens with a sid',
        entries: [entry(101, 'user', 'importer')],
        claims: program,
        code: null,
    },
    odd_name: {
        shows: 'a subject that is no name in some languages',
        entries: [entry(101, 'role', '__proto__', 'refresh'), entry(102, 'token', 'constructor')],
        claims: person,
        code: null,
    },
});
/** @param sign makes a token of claims */
export function logVectors(kid, sign) {
    return Object.entries(casesUnder(kid)).map(([name, { shows, entries, claims = person, code }]) => ({
        name,
        shows,
        entries,
        token: sign(claims),
        expect: code === null ? 'accept' : 'refuse',
        code,
    }));
}
export const stretchVectors = [
    {
        name: 'next',
        shows: 'one that begins where the reader stands',
        position: 100,
        stretch: { after: 100, upto: 101, entries: [entry(101, 'session', sid)] },
        applied: true,
        ends: 101,
    },
    {
        name: 'nothing_new',
        shows: 'one without entries moves the reader all the same',
        position: 100,
        stretch: { after: 100, upto: 140, entries: [] },
        applied: true,
        ends: 140,
    },
    {
        name: 'overlap',
        shows: 'one that begins before: what is known already does no harm',
        position: 100,
        stretch: { after: 90, upto: 101, entries: [entry(95, 'token', jti), entry(101, 'session', sid)] },
        applied: true,
        ends: 101,
    },
    {
        name: 'old',
        shows: 'one that is known already never moves the reader back',
        position: 100,
        stretch: { after: 90, upto: 95, entries: [entry(95, 'token', jti)] },
        applied: true,
        ends: 100,
    },
    {
        name: 'gap',
        shows: 'one that begins later: something is missing, read the snapshot anew',
        position: 100,
        stretch: { after: 101, upto: 102, entries: [entry(102, 'session', sid)] },
        applied: false,
        ends: 100,
    },
    {
        name: 'backwards',
        shows: 'one that ends before it begins',
        position: 100,
        stretch: { after: 100, upto: 99, entries: [] },
        applied: false,
        ends: 100,
    },
    {
        name: 'half_an_entry',
        shows: 'one with an entry that cannot be read: a reader that took the rest would think itself complete',
        position: 100,
        stretch: { after: 100, upto: 101, entries: [{ seq: 101, kind: 'session', subject: sid }] },
        applied: false,
        ends: 100,
    },
    {
        name: 'unknown_kind',
        shows: 'one with an entry of a kind that the reader does not know',
        position: 100,
        stretch: { after: 100, upto: 101, entries: [{ ...entry(101, 'session', sid), kind: 'planet' }] },
        applied: false,
        ends: 100,
    },
    {
        name: 'no_entries',
        shows: 'one without the list',
        position: 100,
        stretch: { after: 100, upto: 101 },
        applied: false,
        ends: 100,
    },
];
//# sourceMappingURL=log-vectors.js.map