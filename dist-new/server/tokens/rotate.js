// Refresh: spends a refresh token and answers the next pair. One conditional statement decides who rotates, one SELECT
// tells everything else; what did not win is judged by policy/rotation.ts.
import { judgeGeneration } from '../policy/rotation.js';
import { sessionEnd } from '../policy/session.js';
import { refuse } from '../protocol/errors.js';
import { createBatch } from './batch.js';
import { refuseToken } from './checks.js';
import { createRotationStatements } from './rotation-terms.js';
/** How many sessions one statement rotates at most. */
const batchLimit = 128;
export function createRotate(deps) {
    const { database, sessionStore, outages, incidentStore, inspect, issue, sessionTokens, changes, secrets } = deps;
    const { standings, sessionLimit, refreshRights, tail, now, latest, random } = deps;
    const rotationStatements = createRotationStatements();
    const claim = createBatch(batchLimit, async (claims) => {
        // Who waited behind a batch that the database left hanging does not wait for a second deadline.
        if (!tail.isFresh())
            await tail.freshen();
        const at = { now: now(), rotation: random(12).toString('hex'), keyVersion: secrets.present('refresh').version };
        const ids = [...new Set(claims.map(one => one.id))];
        const { found, behind } = await standings.underOnePolicy(ids, async (eras, left) => {
            for (const statement of rotationStatements(eras, claims.filter(one => left.has(one.id)), at)) {
                const { rotates, terms } = statement;
                if (rotates)
                    await sessionStore.rotate(database, statement.claims, terms);
                else
                    await sessionStore.touch(database, statement.claims, terms);
            }
            await deps.pauses?.rotationClaimed?.();
        });
        const isGone = ({ id, generation }) => !behind.has(id) && isForgotten(found.get(id)?.standing, generation);
        if (claims.some(isGone))
            await tail.requireForward();
        // A key may have been revoked at another server: nobody is answered with a token under it.
        if ([...found.values()].some(({ standing }) => issue.isBehind(standing)))
            await tail.readNow();
        const taken = new Set();
        return claims.map(({ id, generation }) => {
            if (behind.has(id))
                return { found: 'behind', won: false, claimedAt: at.now };
            const session = found.get(id)?.standing.session;
            // Of two in one batch that name the same generation the first has won, as it would have by itself.
            const won = session?.rotation === at.rotation && session.generation === generation + 1 && !taken.has(id);
            if (won)
                taken.add(id);
            return { found: found.get(id) ?? null, won, claimedAt: at.now };
        });
    });
    /**
     * Spends a refresh token of this application.
     * @param asked of what was granted, what the access token is to be for
     * @param proof of the key that the access token is bound to; a bound refresh token needs one of its own key
     * @returns without a refresh token where the policy does not rotate, and the presented one stays
     * @throws what inspect.refresh throws; token_claims (another application's, or ahead), session_ended, token_expired,
     *   user_inactive, user_unknown, application_disabled, token_reused, token_bound, invalid_dpop_proof,
     *   database_unavailable; what refreshRights throws
     */
    async function rotate(token, applicationId, presenter, asked = {}, proof = null) {
        // Grace is judged at arrival: our own latency must not look like reuse.
        const cameAt = now();
        return spend(await inspect.refresh(token), applicationId, presenter, { cameAt, asked, proof });
    }
    /**
     * The same with what a token says: of one that stands for a generation of a session and was read by who knows its form.
     * @param cameAt when it arrived, epoch ms
     */
    async function spend(claims, applicationId, presenter, { cameAt, asked = {}, proof = null }) {
        // What a stranger can fail comes before the claim, and touches nothing.
        if (claims.client_id !== applicationId)
            throw refuse('token_claims');
        if (claims.cnf)
            requireKey(claims.cnf, proof);
        const looksFirst = await refreshRights.before(applicationId, asked);
        // Before anything rotates: who is told to come again later must not come with a spent token then.
        if (looksFirst || latest() > now())
            await refreshRights.require((await requireUndoubted(claims)).standing, asked);
        const issuedAt = now();
        if (proof)
            await proof.spend();
        const { found, won, claimedAt } = await claim({ id: claims.sid, generation: claims.gen, applicationId });
        const { standing: live, eras } = refuseOver(found, claims, won ? claimedAt : now());
        const consented = await refreshRights.requireOrEnd(live, asked, presenter);
        const policy = eras.of(live.session);
        const presented = { claims, live, eras, policy, cameAt, issuedAt, presenter, asked: consented, proof };
        if (won)
            return answer(presented, true);
        switch (judge(presented)) {
            case 'ahead':
                throw refuse('token_claims');
            case 'current':
                // With rotation the claim should have won: it met an end by a hair. Again will do.
                if (presented.policy.rotate_refresh_tokens)
                    throw refuse('database_unavailable', { retryAfter: 1 });
                return answer(presented, false);
            case 'forgiven':
                // Also without rotation: whoever holds a spent token needs the current one.
                return answer(presented, true);
            case 'reused':
                return forgiveOutageOrEnd(presented);
        }
    }
    function judge({ live, claims, policy, cameAt }, outage = null) {
        return judgeGeneration(claims.gen, live.session, cameAt, policy.reuse_grace * 1000, outage);
    }
    function refuseOver(found, claims, at) {
        if (found === 'behind')
            throw refuse('database_unavailable', { retryAfter: 1 });
        if (!found)
            throw refuse('session_ended');
        const { session, user, application, ended } = found.standing;
        if (String(session.userId) !== claims.sub)
            throw refuse('token_claims');
        if (session.applicationId !== claims.client_id || !session.refreshable)
            throw refuse('token_claims');
        if (user.deletedAt !== null)
            throw refuse('user_unknown');
        if (!user.active)
            throw refuse('user_inactive');
        if (!application.active)
            throw refuse('application_disabled');
        const end = sessionEnd(session, ended, at, found.eras.of(session));
        if (end === 'ended' || end === 'superseded')
            throw refuse('session_ended');
        if (end)
            throw refuse('token_expired');
        return found;
    }
    /** @throws clock_jumped when the session is over only by a time that is doubted; as `refuseOver` */
    async function requireUndoubted(claims) {
        const { found, behind } = await standings.underOnePolicy([claims.sid]);
        const one = behind.has(claims.sid) ? 'behind' : (found.get(claims.sid) ?? null);
        if (one !== 'behind' && isForgotten(one?.standing, claims.gen))
            await tail.requireForward();
        const { standing, eras } = refuseOver(one, claims, now());
        if (sessionEnd(standing.session, standing.ended, latest(), eras.of(standing.session)))
            throw refuseToken('clock_jumped');
        return { standing, eras };
    }
    async function answer({ live, eras, issuedAt, presenter, asked, proof }, withRefresh) {
        await sessionLimit.endOverLimit(live, eras, presenter);
        deps.refreshed(live.session);
        return sessionTokens({ standing: live, eras, issuedAt }, { asked, withRefresh, jkt: proof?.jkt });
    }
    /** RFC 9700 §4.14.2: a spent token that comes back means that two hold the session; neither keeps it. */
    async function forgiveOutageOrEnd(presented) {
        const { live, claims, presenter } = presented;
        for (const outage of await outages.known())
            if (judge(presented, outage) === 'forgiven')
                return answer(presented, true);
        const { session } = live;
        const ended = await changes.run({ name: 'system', origin: presenter, credential: null }, async (_, { record, note }) => {
            if (!(await record('refresh_token_reused', { subject: session.id })))
                return false;
            const before = { user: session.userId, generation: session.generation, presented: claims.gen };
            note({ action: 'refresh_token_reused', subject: session.id, before });
            return true;
        });
        // After the commit: nothing that fails here may undo the end.
        if (ended)
            deps.count('reuse_incidents');
        if (ended)
            await writeIncident(live, claims, presenter);
        throw refuse('token_reused');
    }
    async function writeIncident({ session }, claims, presenter) {
        try {
            await incidentStore.insert(database, {
                id: deps.uuid(),
                sessionId: session.id,
                userId: session.userId,
                presentedGeneration: claims.gen,
                presentGeneration: session.generation,
                ...presenter,
                createdAt: now(),
            });
        }
        catch (error) {
            deps.log.error({ err: error, sid: session.id }, 'an incident could not be written');
        }
    }
    /**
     * Would a refresh with these claims succeed now? Changes nothing.
     * @returns the session, and whose it is
     * @throws like `rotate`
     */
    async function check(claims) {
        const { standing: live, eras } = await requireUndoubted(claims);
        const grace = eras.of(live.session).reuse_grace * 1000;
        const at = now();
        const verdicts = (await outages.known()).map(outage => judgeGeneration(claims.gen, live.session, at, grace, outage));
        if (verdicts.includes('ahead'))
            throw refuse('token_claims');
        if (verdicts.every(verdict => verdict === 'reused'))
            throw refuse('token_revoked');
        await refreshRights.require(live, {});
        await sessionLimit.check(live, eras);
        return live;
    }
    return { rotate, spend, check };
}
/**
 * RFC 9449 §5: of a public application the refresh token is bound. Whoever has it without the key must not rotate it, or its
 * owner would fall for reuse.
 */
function requireKey({ jkt }, proof) {
    if (!proof)
        throw refuse('invalid_dpop_proof');
    if (proof.jkt !== jkt)
        throw refuse('token_bound');
}
/** A session that is not there, or not so far, may be one that a database that went back has forgotten. */
function isForgotten(standing, generation) {
    return !standing || standing.session.generation < generation;
}
//# sourceMappingURL=rotate.js.map