// Token exchange (RFC 8693): a resource server that was sent a person's token gets one for the next resource server. It is the
// same session's and says no more than the one that was sent, so that whatever ends that ends it.
import { grantTypesOf, mayUse } from '../policy/application-metadata.js';
import { codeOfReason } from '../policy/revocation.js';
import { sessionEnd } from '../policy/session.js';
import { resourceServersOf } from '../policy/session-scope.js';
import { actorNow, actorsOf, exchangeTarget, narrowerRights, tokenExchangeGrant, } from '../policy/token-exchange.js';
import { boundKeyOf } from '../protocol/dpop.js';
import { errors, Refusal, refuse } from '../protocol/errors.js';
import { readCompact } from '../protocol/jws.js';
import { refusalCode } from '../protocol/log/revocation.js';
import { problem } from '../protocol/problems.js';
import { refuseToken } from './checks.js';
export function createExchange(deps) {
    const { issuer, inspect, issue, standings, tail, projection, applications, count, now, latest } = deps;
    /** @throws unauthorized_client, invalid_client */
    async function requireCaller(id) {
        const caller = await applications.meet(id);
        if (!caller?.active)
            throw refuse('invalid_client');
        const { resource, metadata } = caller;
        if (resource === null || !grantTypesOf(metadata).includes(tokenExchangeGrant))
            throw refuse('unauthorized_client');
        return { ...caller, resource };
    }
    /** @throws subject_token_invalid, database_unavailable and what else may pass */
    async function requireSubject(text, caller, jkt) {
        try {
            // Before anything else is told of it: others' tokens are none of its business, as introspection has it (RFC 7662 §4).
            if (readCompact(text).claims.aud !== caller.resource)
                throw refused(problem('exchange_misdirected'));
            const signed = await inspect.issuedAccess(text);
            requireExchangeable(signed.claims, jkt);
            return signed;
        }
        catch (error) {
            throw asRefused(error);
        }
    }
    /** The session as it stands, and this process as far as the log was then: what is told of others is no older. */
    async function requireSession({ claims, kid }) {
        const sid = claims.sid;
        const { found, behind } = await standings.underOnePolicy([sid]);
        if (behind.has(sid))
            throw refuse('database_unavailable', { retryAfter: 1 });
        const one = found.get(sid);
        // Unless the database went back, and forgot it.
        if (!one)
            await tail.requireForward();
        const { standing } = one ?? throwing(refuse('session_ended'));
        const code = whyNot(one, claims);
        if (code)
            throw refuseToken(code);
        if ((tail.lastHead?.seq ?? 0) < standing.seq || issue.isBehind(standing))
            await tail.headNow();
        // The new token takes the log into account up to there, so that what has ended the one that was sent must be asked up to
        // there: else it would outlive its own revocation under another jti.
        const entry = projection.find(claims, kid);
        if (entry)
            throw refuse(refusalCode(entry, codeOfReason));
        return one;
    }
    function whyNot({ standing, eras }, { sub }) {
        const { session, user, application, ended } = standing;
        if (String(session.userId) !== sub)
            return 'token_claims';
        if (user.deletedAt !== null)
            return 'user_unknown';
        if (!user.active)
            return 'user_inactive';
        if (!application.active)
            return 'application_disabled';
        if (user.mustChangePassword)
            return 'password_change_required';
        const end = (at) => sessionEnd(session, ended, at, eras.of(session));
        if (end(now()) !== null)
            return 'session_ended';
        return end(latest()) === null ? null : 'clock_jumped';
    }
    /** @throws database_unavailable: one that nobody can ask any more */
    async function all(ids) {
        const found = await Promise.all(ids.map(id => applications.meet(id)));
        return found.map(one => one ?? throwing(refuse('database_unavailable', { retryAfter: 1 })));
    }
    /**
     * @param callerId of an application that has proven to be the one it says
     * @throws subject_token_invalid, invalid_target, invalid_scope, unauthorized_client, invalid_client, invalid_dpop_proof, clock_jumped,
     *   database_unavailable
     */
    return async function exchange(callerId, { subject: text, proof, ...asked }) {
        const signed = await requireSubject(text, await requireCaller(callerId), proof?.jkt);
        const { claims: sent } = signed;
        const issuedAt = now();
        const { standing, eras } = await requireSession(signed).catch(error => throwing(asRefused(error)));
        // As it is now: of the standing's instant or later.
        const caller = await requireCaller(callerId);
        if (!mayUse(caller.metadata, standing.user.roles))
            throw refused(problem('exchange_not_by_user'));
        const servers = applications
            .resourceServers()
            .flatMap(one => one.resource === null ? [] : resourceServersOf([one], issuer).map(row => ({ ...row, id: one.id })));
        const target = exchangeTarget(asked, sent.scope ?? '', caller.metadata.token_exchange ?? [], servers);
        if ('refused' in target)
            throw refuse(target.refused, target.why ? { problem: problem(target.why) } : {});
        const act = actorNow(caller.id, sent) ?? throwing(refused(problem('exchange_too_far')));
        const through = [...(await all(actorsOf(sent))), caller];
        const own = eras.of({ policyVersion: standing.session.policyVersion, applicationId: caller.id });
        await proof?.spend();
        const issued = issue.access({ ...standing, application: caller, policy: eras.of(standing.session) }, {
            issuedAt,
            ...target,
            jkt: proof?.jkt,
            delegation: {
                act,
                // Neither what was sent, nor what the caller's own tokens may be, outlives it.
                notAfter: Math.min(sent.exp, Math.floor(issuedAt / 1000) + own.access_token_lifetime),
                ...narrowerRights(sent, through, standing.user),
            },
        });
        count('exchanged_tokens');
        return issued;
    };
}
/** @throws subject_token_invalid */
function requireExchangeable(claims, jkt) {
    if (claims.sid === undefined)
        throw refused(problem('exchange_of_program'));
    // Somebody else knows the password.
    if (claims.must_change_password)
        throw refuse('password_change_required');
    // RFC 9449 §7: without the key it is worth nothing to whoever holds it.
    const bound = boundKeyOf(claims);
    if (bound !== null && bound !== jkt)
        throw refused(problem('exchange_of_bound'));
}
/** RFC 8693 §2.2.2: whatever is wrong with it, the request is. What may pass stays what it is. */
function asRefused(error) {
    if (!(error instanceof Refusal) || errors[error.code].status >= 429 || error.code === 'subject_token_invalid')
        return error;
    const { code } = error;
    return refuse('subject_token_invalid', { problem: problem('exchange_of_refused', { code }), cause: error });
}
const refused = (why) => refuse('subject_token_invalid', { problem: why });
function throwing(error) {
    throw error;
}
//# sourceMappingURL=exchange.js.map