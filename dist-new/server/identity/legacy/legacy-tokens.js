import { recentFor } from '../../policy/recent-authentication.js';
import { Refusal, refuse } from '../../protocol/errors.js';
import { passwordGrant } from '../../storage/session-rows.js';
import { EvidenceOutdated } from '../sign-in/open-session.js';
/** Thrown inside the transaction, which it undoes: somebody else has exchanged it, or given it back. */
class Spent extends EvidenceOutdated {
}
export function createLegacyTokens(deps) {
    const { reader, database, legacyTokenStore, installationStore, userStore, people, userStandingStore } = deps;
    const { openSession, sessionTokens, rotate, sessions, changes, counts, tail, ownApplication, now } = deps;
    let firstSeq = null;
    /** The log's number when such tokens were first taken: what ends everybody's sessions later has a higher one. */
    async function seqOfFirst() {
        firstSeq ??= await installationStore.legacySeq(database);
        if (firstSeq === null)
            throw refuse('database_unavailable', { retryAfter: 1 });
        return firstSeq;
    }
    /**
     * @throws what LegacyReader throws, token_revoked, token_reused, session_ended, user_inactive, user_unknown,
     *   application_disabled, session_limit_reached, database_unavailable
     */
    async function exchange(token, origin) {
        const cameAt = now();
        const compact = reader.formOf(token);
        try {
            return await exchangeRead(await reader.read(token, compact), origin, cameAt);
        }
        catch (error) {
            if (error instanceof Refusal && error.status < 500)
                counts.count(error.code);
            throw error;
        }
    }
    async function exchangeRead(token, origin, cameAt) {
        if (!tail.isFresh())
            await tail.freshen();
        const known = await legacyTokenStore.find(database, token.hash);
        const presented = known && presentedBy(token, known);
        if (presented)
            return again(presented, origin, cameAt);
        try {
            const opened = await openSession(await evidenceOf(token), ownApplication, {
                device: { deviceProof: null },
                origin,
                grant: passwordGrant,
                succeeds: true,
                action: 'legacy_token_exchanged',
            });
            counts.count('exchanged');
            const { rotate_refresh_tokens: rotates } = opened.eras.of(opened.standing.session);
            return sessionTokens(opened, { withRefresh: rotates });
        }
        catch (error) {
            if (!(error instanceof EvidenceOutdated))
                throw error;
            const present = error instanceof Spent ? await legacyTokenStore.find(database, token.hash) : null;
            const spentFor = present && presentedBy(token, present);
            if (spentFor)
                return again(spentFor, origin, cameAt);
            throw (await whyNot(token)) ?? refuse('database_unavailable', { retryAfter: 1 });
        }
    }
    async function again(presented, origin, cameAt) {
        const tokens = await rotate.spend(presented, ownApplication, origin, { cameAt });
        counts.count('again');
        return tokens;
    }
    /**
     * What it stands for by now, or null where it was not exchanged.
     * @throws token_claims, token_revoked
     */
    function presentedBy({ userId }, row) {
        if (row.userId !== null && row.userId !== userId)
            throw refuse('token_claims');
        if (row.endedAt !== null)
            throw refuse('token_revoked');
        if (row.sessionId === null)
            return null;
        return { sid: row.sessionId, gen: row.generation, sub: String(userId), client_id: ownApplication };
    }
    async function evidenceOf({ hash, userId, issuedAt, expiresAt }) {
        return {
            userId,
            seq: await seqOfFirst(),
            // That service's rotation moves `iat`: however young, it tells of no password that was typed a moment ago.
            authenticatedAt: Math.min(issuedAt, now() - recentFor * 1_000),
            async stillHolds(tx, user) {
                // Whoever ended all of this person's sessions here meant those of the former service too, whenever that was.
                if (user.endedSeq > 0 || !(await people.cameWithId(tx, user)))
                    return false;
                const row = await legacyTokenStore.lock(tx, hash);
                if (row && (row.endedAt !== null || row.sessionId !== null))
                    throw new Spent();
                return true;
            },
            async spend(tx, session, eras) {
                const generation = eras.of(session).rotate_refresh_tokens ? 0 : 1;
                const by = { userId, exchangedAt: now(), sessionId: session.id, generation };
                if (!(await legacyTokenStore.exchange(tx, { hash, expiresAt }, by)))
                    throw new Spent();
            },
        };
    }
    /** Why one that is spelt rightly and was not spent is not exchanged; null where it would be. */
    async function whyNot({ userId }) {
        const user = await userStore.find(database, userId);
        if (!user || user.deletedAt !== null)
            return refuse('user_unknown');
        if (!user.active)
            return refuse('user_inactive');
        if (user.endedSeq === 0 && !(await people.cameWithId(database, user)))
            return refuse('user_unknown');
        const standing = await userStandingStore.of(database, user, ownApplication);
        if (!standing?.application.active)
            return refuse('application_disabled');
        const { ended } = standing;
        const isOver = user.endedSeq > 0 || (await seqOfFirst()) < Math.max(ended.application, ended.log);
        return isOver ? refuse('session_ended') : null;
    }
    /** Would it be answered now? Changes nothing. @throws as `exchange` */
    async function check(token) {
        const found = await reader.read(token, reader.formOf(token));
        if (!tail.isFresh())
            await tail.freshen();
        const row = await legacyTokenStore.find(database, found.hash);
        const presented = row && presentedBy(found, row);
        if (presented) {
            await rotate.check(presented);
            return;
        }
        const refusal = await whyNot(found);
        if (refusal)
            throw refusal;
    }
    /** Ends the session that it gave, or sees to it that it gives none. @throws what LegacyReader throws, token_revoked, session_ended */
    async function blacklist(token, origin) {
        const found = await reader.read(token, reader.formOf(token));
        const { hash, userId, expiresAt } = found;
        const actor = { name: `user:${userId}`, origin, credential: null };
        const spent = await changes.run(actor, async (tx, { note }) => {
            // An exchange holds this lock until its session is there: one of the two sees what the other has done.
            await userStore.lock(tx, userId);
            const row = await legacyTokenStore.lock(tx, hash);
            if (row && (row.endedAt !== null || row.sessionId !== null))
                return row;
            await legacyTokenStore.end(tx, { hash, userId, expiresAt }, now());
            note({ action: 'legacy_token_ended', subject: String(userId) });
            return null;
        });
        const presented = spent && presentedBy(found, spent);
        if (!presented)
            return;
        try {
            await sessions.end(presented.sid, userId, actor, 'sign_out');
        }
        catch (error) {
            throw error instanceof Refusal && error.code === 'not_found' ? refuse('session_ended') : error;
        }
    }
    return { exchange, check, blacklist };
}
//# sourceMappingURL=legacy-tokens.js.map