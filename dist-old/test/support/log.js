// Entries of the revocation log in any number, as other servers would have written them.
import { randomUUID } from 'node:crypto';
/** The end of one session, unless the test says otherwise. */
export function anEntry(seq, changes = {}) {
    return {
        seq,
        kind: 'session',
        subject: randomUUID(),
        effect: 'end',
        exceptSid: null,
        reason: 'sign_out',
        expiresAt: Number.MAX_SAFE_INTEGER,
        ...changes,
    };
}
/** Writes entries whose numbers the test gave out, and moves the log's head to the last of them. */
export async function writeEntries(database, entries) {
    const batch = 1_000;
    for (let from = 0; from < entries.length; from += batch) {
        const some = entries.slice(from, from + batch);
        await database.write(`INSERT INTO revocation (seq, kind, subject, effect, except_sid, reason, actor, created_at, expires_at)
       VALUES ${some.map(() => "(?, ?, ?, ?, ?, ?, 'system', 1, ?)").join(', ')}`, some.flatMap(({ seq, kind, subject, effect, exceptSid, reason, expiresAt }) => [
            ...[seq, kind, subject, effect, exceptSid, reason, expiresAt],
        ]));
    }
    await database.write('UPDATE log_head SET seq = ? WHERE id = 1', [entries.at(-1).seq]);
}
//# sourceMappingURL=log.js.map