import { scanSql } from './scan-sql.js';
import { assignments, columns, insertions } from './statement.js';
export const auditColumns = columns('e', [
    'seq',
    'createdAt',
    'actor',
    'action',
    'subjectKind',
    'subject',
    'address',
    'userAgent',
    'requestId',
    'beforeJson',
    'afterJson',
    'hash',
]);
const headColumns = columns('h', ['seq', 'hash', 'mark', 'droppedSeq', 'droppedHash', 'droppedMark']);
/** How many sessions and devices of one user are looked at: those that ended, or were seen, last. */
const mostPlaces = 1_000;
const subjectsOf = {
    session: `SELECT id FROM session WHERE user_id = ? AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT ${mostPlaces}`,
    device: `SELECT id FROM device WHERE user_id = ? ORDER BY last_seen_at DESC LIMIT ${mostPlaces}`,
};
export function createAuditStore(dialect) {
    const { select, hint } = scanSql(dialect.engine);
    return {
        /** Locks the end of the chain; behind the rows of the change and before the log's head. */
        async lockHead(tx) {
            const [row] = await tx.read(`SELECT ${headColumns} FROM audit_head h WHERE h.id = 1${dialect.forUpdate}`);
            return row;
        },
        async head(tx) {
            const [row] = await tx.read(`SELECT ${headColumns} FROM audit_head h WHERE h.id = 1`);
            return row;
        },
        /** Entries that follow each other, in one statement. */
        async insertAll(tx, entries) {
            await tx.write(...insertions('audit_entry', entries));
        },
        async moveHead(tx, changes) {
            const [set, values] = assignments(changes);
            await tx.write(`UPDATE audit_head SET ${set} WHERE id = 1`, values);
        },
        /** Entries after a number, in the order of the chain. */
        after(tx, seq, limit) {
            return tx.read(`SELECT ${auditColumns} FROM audit_entry e WHERE e.seq > ? ORDER BY e.seq LIMIT ${Math.trunc(limit)}`, [seq]);
        },
        /** The newest first. */
        search(tx, search) {
            const conditions = ['e.seq < ?'];
            const values = [search.before];
            const where = (condition, ...asked) => {
                conditions.push(condition);
                values.push(...asked);
            };
            if (search.actor !== undefined)
                where('e.actor = ?', search.actor);
            if (search.action !== undefined)
                where('e.action = ?', search.action);
            if (search.subject)
                where('e.subject_kind = ? AND e.subject = ?', search.subject.kind, search.subject.id);
            return tx.read(`SELECT ${auditColumns} FROM audit_entry e WHERE ${conditions.join(' AND ')}
         ORDER BY e.seq DESC LIMIT ${Math.trunc(search.limit)}`, values);
        },
        /**
         * What is written about somebody, and about their sessions and devices as long as these are kept; the newest first.
         * Each entry with the name of the device that it is about, '' for others.
         */
        ofPerson(tx, userId, { before, limit }) {
            const newest = `ORDER BY e.seq DESC LIMIT ${Math.trunc(limit)}`;
            const about = (kind) => `${select} ${auditColumns} FROM (${subjectsOf[kind]}) p CROSS JOIN audit_entry e${hint('audit_entry_subject')}
         WHERE e.subject_kind = '${kind}' AND e.subject = p.id AND e.seq < ? ${newest}`;
            return tx.read(`SELECT a.*, COALESCE(d.name, '') AS deviceName FROM (
           SELECT * FROM (SELECT ${auditColumns} FROM audit_entry e
             WHERE e.subject_kind = 'user' AND e.subject = ? AND e.seq < ? ${newest}) x
           UNION ALL SELECT * FROM (${about('session')}) y
           UNION ALL SELECT * FROM (${about('device')}) z
           ORDER BY seq DESC LIMIT ${Math.trunc(limit)}) a
         LEFT JOIN device d ON a.subjectKind = 'device' AND d.id = a.subject ORDER BY a.seq DESC`, [String(userId), before, userId, before, userId, before]);
        },
        /** How somebody came to be here; null where that is older than the log. */
        async beginningOfUser(tx, userId) {
            const [row] = await tx.read(`SELECT e.action AS action, e.after_json AS afterJson FROM audit_entry e${hint('audit_entry_subject')}
         WHERE e.subject_kind = 'user' AND e.subject = ? AND e.action IN ('user_created', 'user_imported')
         ORDER BY e.seq LIMIT 1`, [String(userId)]);
            return row ?? null;
        },
        /** The last of up to `limit` entries at the beginning that were written before an instant, or null. */
        async lastBefore(tx, before, limit) {
            const rows = await tx.read(`SELECT ${auditColumns} FROM audit_entry e ORDER BY e.seq LIMIT ${Math.trunc(limit)}`);
            return rows.filter(row => row.createdAt < before).at(-1) ?? null;
        },
        /** @returns how many */
        dropUpTo(tx, seq) {
            return tx.write('DELETE FROM audit_entry WHERE seq <= ?', [seq]);
        },
    };
}
//# sourceMappingURL=audit.js.map