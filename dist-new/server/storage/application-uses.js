import { livesAs } from './session-lists.js';
/** So many of the newest sessions of each are looked at. */
const newest = 1_000;
export function createApplicationUseStore() {
    return {
        async of(tx, ids, terms) {
            if (ids.length === 0)
                return new Map();
            const { sql, values } = livesAs('l', terms);
            const each = ids.map(() => `SELECT ? AS id, COUNT(*) AS looked, MAX(l.created_at) AS lastSignInAt, SUM(CASE WHEN ${sql} THEN 1 ELSE 0 END) AS live
          FROM (SELECT * FROM session s WHERE s.application_id = ? ORDER BY s.created_at DESC, s.id DESC LIMIT ${newest}) l`);
            const rows = await tx.read(each.join(' UNION ALL '), ids.flatMap(id => [id, ...values, id]));
            return new Map(rows.map(({ id, looked, lastSignInAt, live }) => [
                id,
                { live: { count: Number(live ?? 0), more: looked >= newest }, lastSignInAt },
            ]));
        },
    };
}
//# sourceMappingURL=application-uses.js.map