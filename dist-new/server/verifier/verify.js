// Is this token good, and may it do what is needed? Form, kind, key, signature, claims, proof, log, needs: each check stands in
// the order in which it may be told, as it does on the server. While the lease is in force nobody is asked.
import { verifyInput } from '../protocol/algorithms.js';
import { personChecks, programChecks, registeredChecks, } from '../protocol/claims.js';
import { Refusal, refuse } from '../protocol/errors.js';
import { maxTokenLength, readCompact } from '../protocol/jws.js';
import { refusalCode } from '../protocol/log/revocation.js';
import { verifiedClaims } from './claims.js';
import { requireNeeds } from './needs.js';
/** No token of the server lives longer than its policy allows at the most, in seconds. */
export const longestLifetime = 86_400;
/** How long a token waits for the log to come to its own number, in ms. */
const patience = 250;
class Untold extends Error {
}
/** What only a time speaks against, by a clock that may be wrong: the server is asked. */
const doubts = new Set(['clock_jumped', 'clock_went_back']);
const byPerson = [...registeredChecks, ...personChecks];
const byProgram = [...registeredChecks, ...programChecks];
export function createVerify(deps) {
    const { issuer, audience, clock, keys, revocations, lease, introspection, remembered, boundTokens, failed } = deps;
    /** A token for this resource server was said to be good once. */
    let isTold = false;
    const counts = { remembered: 0, introspected: 0, untilExpiry: 0 };
    /** @returns the code that refuses the claims, or null */
    function whyNot(claims) {
        const expected = { issuer, audience, now: clock.now(), latest: clock.latest(), longestLifetime };
        const checks = claims.sid === undefined ? byProgram : byPerson;
        for (const check of checks) {
            const code = check.whyNot(claims, expected);
            if (code)
                return code;
        }
        return null;
    }
    /** Signature and claims. `doubt`: a time speaks against it that may be wrong. */
    async function read(token, digest) {
        const { header, claims, input, signature } = readCompact(token);
        if (header.typ !== 'at+jwt')
            throw refuse('token_type');
        const { kid, alg } = header;
        if (typeof kid !== 'string')
            throw refuse('token_key_unknown');
        const key = keys.find(kid) ?? (await keys.require(kid));
        // RFC 8725 §3.1: the key says which algorithm is right, not the token.
        if (alg !== key.algorithm)
            throw refuse('token_algorithm');
        if (!verifyInput(key.algorithm, key.publicKey, input, signature))
            throw refuse('token_signature');
        const code = whyNot(claims);
        if (code !== null && !doubts.has(code))
            throw refuse(code);
        const signed = {
            raw: claims,
            claims: verifiedClaims(claims, 'access'),
            kid,
            position: -1,
            round: -1,
        };
        // One that is in doubt is looked at whole again.
        if (code === null)
            remembered.keep(digest, signed);
        return { signed, doubt: code };
    }
    /** Of a token that was found right before, only the time can have made something else. */
    function doubtOf({ raw: { exp } }) {
        if (exp > clock.latest() / 1_000)
            return null;
        if (exp <= clock.now() / 1_000)
            throw refuse('token_expired');
        return 'clock_jumped';
    }
    /** What the log says as far as it is known here; asked only where that has moved since. */
    function refuseRevoked(signed) {
        const { position, round } = revocations;
        if (signed.position === position && signed.round === round)
            return;
        const entry = revocations.find(signed.raw, signed.kid);
        if (entry)
            throw refuse(refusalCode(entry));
        signed.position = position;
        signed.round = round;
    }
    /** Nothing is unknown here that was revoked longer ago than may be. */
    const isDecided = ({ raw: { rev } }) => lease.isValid() && rev <= revocations.position;
    async function confirm(token, signed, doubt, needs) {
        if (doubt === null && lease.isValid()) {
            // Issued a moment ago; what ends it later has a higher number, and comes after this one.
            await revocations.reach(signed.raw.rev, patience);
            refuseRevoked(signed);
            if (isDecided(signed))
                return;
        }
        await ask(token, signed, doubt, needs);
        // Told meanwhile.
        refuseRevoked(signed);
    }
    /**
     * RFC 7662 §2.2: `inactive` is also what somebody is told whom the token is none of the business of. An application that is
     * not the resource server would refuse everybody as soon as the lease is over, and sign them out.
     */
    function untold() {
        const cause = new Untold(`nothing was told yet about any token for ${audience}: may this application ask?`);
        failed(cause);
        return refuse('revocations_unknown', { retryAfter: 1, cause });
    }
    async function ask(token, signed, doubt, needs) {
        try {
            counts.introspected++;
            const told = await introspection.tell(token);
            if (!told.active)
                throw isTold ? refuse('token_revoked') : untold();
            isTold = true;
            if (told.jti !== signed.raw.jti || told.iss !== issuer)
                throw refuse('revocations_unknown', { retryAfter: 1 });
        }
        catch (error) {
            const isUnknown = error.code === 'revocations_unknown' && !isUntold(error);
            // Without a log there is nothing that could have spoken against it.
            if (!isUnknown || !needs.allowReadsUntilExpiry || doubt !== null || revocations.log === '')
                throw error;
            counts.untilExpiry++;
        }
    }
    return {
        counts,
        /** @throws whatever of the catalogue refuses the token; revocations_unknown: it cannot be decided now */
        async verify(token, needs) {
            // Before a digest is made of it.
            if (typeof token !== 'string' || token.length > maxTokenLength)
                throw refuse('token_malformed');
            const digest = remembered.digest(token);
            let signed = remembered.find(digest);
            let doubt;
            if (signed !== undefined && keys.areUsable()) {
                counts.remembered++;
                doubt = doubtOf(signed);
            }
            else {
                ;
                ({ signed, doubt } = await read(token, digest));
            }
            const { claims } = signed;
            // Somebody else knows the password: the token serves to change it, and for nothing else.
            if (claims.must_change_password === true)
                throw refuse('password_change_required');
            // Nobody is asked about a token that was shown without the proof of its key.
            if (needs.proof === undefined)
                boundTokens.check(token, claims, undefined, clock.now());
            refuseRevoked(signed);
            if (doubt !== null || !isDecided(signed))
                await confirm(token, signed, doubt, needs);
            // Spent only where nothing else speaks against the token.
            if (needs.proof !== undefined)
                boundTokens.check(token, claims, needs.proof, clock.now());
            requireNeeds(claims, needs, clock.now());
            return claims;
        },
    };
}
const isUntold = (error) => error instanceof Refusal && error.details.cause instanceof Untold;
//# sourceMappingURL=verify.js.map