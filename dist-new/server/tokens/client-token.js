// Tokens that an application gets for itself (RFC 6749 §4.4). No person, no session, no row: what they say is the application
// as it is held in memory, and the log ends them.
import { grantTypesOf } from '../policy/application-metadata.js';
import { programTarget } from '../policy/program-scope.js';
import { resourceServersOf } from '../policy/session-scope.js';
import { refuse } from '../protocol/errors.js';
import { problem } from '../protocol/problems.js';
export function createClientToken(deps) {
    const { issuer, issue, tail, projection, policy, applications, count } = deps;
    /** Whether a token that takes the log into account up to there would be refused as soon as it was given. */
    const isOutdated = (id, { seq }) => projection.find({ rev: seq, jti: '', sub: id, client_id: id, roles: [] }, '') !== null;
    /** What is held in memory is at least as new; the log may be further. */
    async function followedHead(id) {
        if (!tail.isFresh())
            await tail.freshen();
        // This application, or everybody, was told that their claims are stale since: what they are now is read first.
        if (isOutdated(id, tail.lastHead))
            await tail.readNow();
        return tail.lastHead;
    }
    /**
     * @param id of an application that has proven to be the one it says
     * @param proof of the key that the token is bound to
     * @throws invalid_client (disabled meanwhile), unauthorized_client, invalid_scope, invalid_target, invalid_dpop_proof,
     *   database_unavailable
     */
    return async function clientToken(id, request, proof = null) {
        const { seq, accessLifetime, askedAt } = await followedHead(id);
        const application = await applications.meet(id);
        if (!application?.active)
            throw refuse('invalid_client');
        if (!grantTypesOf(application.metadata).includes('client_credentials'))
            throw refuse('unauthorized_client');
        const { version, of } = policy.eras();
        const rules = of({ policyVersion: version, applicationId: id });
        const target = programTarget(request, application.metadata, resourceServersOf(applications.resourceServers(), issuer), rules.audience || issuer);
        if ('refused' in target)
            throw refuse(target.refused, target.why ? { problem: problem(target.why) } : {});
        if (proof)
            await proof.spend();
        const terms = { issuedAt: askedAt, ...target, jkt: proof?.jkt };
        const issued = issue.access({ application, policy: rules, seq, accessLifetime }, terms);
        count('application_tokens');
        return issued;
    };
}
//# sourceMappingURL=client-token.js.map