import { insertions, placeholders } from './statement.js';
/** How many rows one statement writes. */
const batch = 500;
export function createFigureStore({ engine }) {
    async function write(tx, rows, onSameKey) {
        for (let from = 0; from < rows.length; from += batch) {
            const [sql, values] = insertions('figure', rows.slice(from, from + batch));
            await tx.write(`${sql} ${onSameKey[engine]}`, values);
        }
    }
    const sameKey = 'ON CONFLICT (grain, begins_at, name) DO UPDATE SET value =';
    return {
        /** Adds to what is there, in as few statements as can be. */
        add: (tx, rows) => write(tx, rows, {
            sqlite: `${sameKey} value + excluded.value`,
            mysql: 'ON DUPLICATE KEY UPDATE value = value + VALUES(value)',
        }),
        /** Puts these in the place of what is there. */
        set: (tx, rows) => write(tx, rows, { sqlite: `${sameKey} excluded.value`, mysql: 'ON DUPLICATE KEY UPDATE value = VALUES(value)' }),
        /** From one instant up to but without another, so many ms at a time; steps without a row are left out. */
        steps(tx, grain, names, { from, upto, step }) {
            return tx.read(`SELECT f.name AS name, f.begins_at - f.begins_at % ? AS at,
           CAST(SUM(f.value) AS SIGNED) AS sum, MAX(f.value) AS highest
         FROM figure f WHERE f.grain = ? AND f.begins_at >= ? AND f.begins_at < ? AND f.name IN (${placeholders(names.length)})
         GROUP BY f.name, f.begins_at - f.begins_at % ? ORDER BY 1, 2`, [step, grain, from, upto, ...names, step]);
        },
        /** The newest value of a figure since an instant, or null. */
        async latest(tx, grain, name, since) {
            const rows = await tx.read(`SELECT f.grain AS grain, f.begins_at AS beginsAt, f.name AS name, f.value AS value FROM figure f
         WHERE f.grain = ? AND f.begins_at >= ? AND f.name = ? ORDER BY f.begins_at DESC LIMIT 1`, [grain, since, name]);
            return rows[0] ?? null;
        },
        /** Forgets up to `limit` that began before an instant. @returns how many */
        async forget(tx, grain, before, limit) {
            const rows = await tx.read(`SELECT begins_at AS beginsAt FROM figure WHERE grain = ? AND begins_at < ?
         ORDER BY begins_at LIMIT ${Math.trunc(limit)}`, [grain, before]);
            const last = rows.at(-1);
            if (!last)
                return 0;
            await tx.write('DELETE FROM figure WHERE grain = ? AND begins_at <= ? AND begins_at < ?', [
                ...[grain, last.beginsAt, before],
            ]);
            return rows.length;
        },
    };
}
//# sourceMappingURL=figures.js.map