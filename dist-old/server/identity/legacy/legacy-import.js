import { Refusal } from '../../protocol/errors.js';
import { hashOfJti } from '../../tokens/legacy-reader.js';
import { legacyTokensKept } from './legacy-status.js';
export function createLegacyImport(deps) {
    const { database, legacyTokenStore, sessions, changes, ownApplication, now } = deps;
    async function endSession(id, actor) {
        try {
            await sessions.end(id, null, actor, 'session_ended', 'its token stood on the blacklist of the former service');
            return true;
        }
        catch (error) {
            if (error instanceof Refusal && error.code === 'not_found')
                return false;
            throw error;
        }
    }
    return {
        hashOf: hashOfJti,
        /** Whether it is refused for its `exp` anyway, so that nothing need be known of it. */
        isOver: (expiresAt) => expiresAt <= now() - legacyTokensKept,
        /** Some hundred at a time. @returns how many were not known yet */
        list(tokens) {
            const listedAt = now();
            const rows = tokens.map(({ jti, ...token }) => ({ ...token, hash: hashOfJti(jti), listedAt }));
            return legacyTokenStore.list(database, rows);
        },
        /**
         * Those on the blacklist, some hundred at a time, once they are listed. One that was exchanged meanwhile was exchanged
         * wrongly: its session ends.
         */
        async end(hashes, actor) {
            const ended = await legacyTokenStore.endAll(database, hashes, now());
            let count = 0;
            if (hashes.length > 0)
                for (const { sessionId } of await legacyTokenStore.some(database, hashes))
                    if (sessionId !== null && (await endSession(sessionId, actor)))
                        count++;
            return { ended, sessions: count };
        },
        /** Tells the audit log what came of an import. */
        note: (came, actor) => changes.run(actor, async (_, { note }) => note({ action: 'legacy_tokens_imported', subject: ownApplication, after: came })),
    };
}
//# sourceMappingURL=legacy-import.js.map