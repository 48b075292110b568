import { columns, insertion } from './statement.js';
const sweepColumns = columns('w', ['seq', 'kind', 'subject', 'reason', 'actor', 'createdAt', 'nextAt', 'passes']);
export function createSweepStore() {
    return {
        async insert(tx, sweep) {
            await tx.write(...insertion('sweep', sweep));
        },
        all: (tx) => tx.read(`SELECT ${sweepColumns} FROM sweep w ORDER BY w.seq`),
        /** Those that nobody works on, and that may be worked off. */
        due: (tx, now, limit) => tx.read(`SELECT ${sweepColumns} FROM sweep w WHERE w.next_at <= ? ORDER BY w.next_at LIMIT ${Math.trunc(limit)}`, [now]),
        /** @returns whether it was nobody else's: then it is the caller's until `until` */
        async take(tx, seq, now, until) {
            return (await tx.write('UPDATE sweep SET next_at = ? WHERE seq = ? AND next_at <= ?', [until, seq, now])) === 1;
        },
        async keep(tx, seq, until) {
            await tx.write('UPDATE sweep SET next_at = ? WHERE seq = ?', [until, seq]);
        },
        /** To be looked at once more. */
        async passed(tx, seq, nextAt) {
            await tx.write('UPDATE sweep SET next_at = ?, passes = passes + 1 WHERE seq = ?', [nextAt, seq]);
        },
        async remove(tx, seq) {
            await tx.write('DELETE FROM sweep WHERE seq = ?', [seq]);
        },
    };
}
//# sourceMappingURL=sweeps.js.map