import { columns, insertions, placeholders } from './statement.js';
/** Names of one application. */
export const mostVerifiers = 100;
/** Further ahead no bound is written: one that is was written before the clock was set back; ms. */
const furthestAhead = 10_000;
const recordColumns = [
    ...['applicationId', 'name', 'version', 'appliedLog', 'appliedSeq', 'appliedAt'],
    ...['renewedAt', 'leaseUntil', 'keysFetchedAt', 'address', 'firstSeen'],
];
export function createVerifierStore({ engine, forUpdate }) {
    const added = engine === 'sqlite' ? (name) => `excluded.${name}` : (name) => `VALUES(${name})`;
    // MySQL assigns from left to right: what is compared is assigned last.
    // Whoever says nothing of a position has not come to another one.
    const isNewer = `${added('applied_log')} <> ''
    AND (${added('applied_log')} <> applied_log OR ${added('applied_seq')} > applied_seq)`;
    const updates = [
        ...['version', 'renewed_at', 'keys_fetched_at', 'address'].map(name => `${name} = ${added(name)}`),
        `lease_until = CASE WHEN lease_until > ${added('lease_until')} AND lease_until < ${added('lease_until')} + ${furthestAhead}
       THEN lease_until ELSE ${added('lease_until')} END`,
        `applied_at = CASE WHEN ${isNewer} THEN ${added('applied_at')} ELSE applied_at END`,
        `applied_seq = CASE WHEN ${isNewer} THEN ${added('applied_seq')} ELSE applied_seq END`,
        `applied_log = CASE WHEN ${added('applied_log')} = '' THEN applied_log ELSE ${added('applied_log')} END`,
    ].join(', ');
    const again = engine === 'sqlite'
        ? `ON CONFLICT (application_id, name) DO UPDATE SET ${updates}`
        : `ON DUPLICATE KEY UPDATE ${updates}`;
    const read = (tx, rest, values) => tx.read(`SELECT ${columns('v', recordColumns)} FROM verifier v ${rest}`, values);
    /** One at least, of different names. Positions of one log never go back, and no bound is lowered. */
    async function write(tx, rows) {
        const [sql, values] = insertions('verifier', rows);
        await tx.write(`${sql} ${again}`, values);
    }
    return {
        write,
        /**
         * Rows of names of one application, made where there are none; where it has no room, in the place of those that have been
         * over for longest.
         * @returns the names for which there is none: all of its verifiers are connected
         */
        async register(tx, applicationId, rows, now) {
            // Names are counted behind the application's lock: two servers do not give the last place twice.
            await tx.read(`SELECT a.id AS id FROM application a WHERE a.id = ?${forUpdate}`, [applicationId]);
            const there = await tx.read('SELECT v.name AS name, v.lease_until AS leaseUntil FROM verifier v WHERE v.application_id = ?', [applicationId]);
            const known = new Set(there.map(({ name }) => name));
            const comes = new Set(rows.map(({ name }) => name));
            const fresh = rows.filter(({ name }) => !known.has(name));
            const over = there
                .filter(one => one.leaseUntil <= now && !comes.has(one.name))
                .sort((one, other) => one.leaseUntil - other.leaseUntil);
            const lacking = Math.max(0, there.length + fresh.length - mostVerifiers);
            const out = over.slice(0, lacking).map(({ name }) => name);
            if (out.length > 0)
                await tx.write(`DELETE FROM verifier WHERE application_id = ? AND name IN (${placeholders(out.length)})`, [
                    applicationId,
                    ...out,
                ]);
            const refused = fresh.slice(fresh.length - (lacking - out.length)).map(({ name }) => name);
            const taken = rows.filter(({ name }) => !refused.includes(name));
            if (taken.length > 0)
                await write(tx, taken);
            return refused;
        },
        /** Those whose lease may last, in no order. */
        connected: (tx, now) => read(tx, 'WHERE v.lease_until > ?', [now]),
        /** Of one application, or of all; by application and name. */
        list: (tx, applicationId) => applicationId === undefined
            ? read(tx, 'ORDER BY v.application_id, v.name', [])
            : read(tx, 'WHERE v.application_id = ? ORDER BY v.name', [applicationId]),
        /** Forgets up to `limit` whose lease was over before an instant. @returns how many */
        async forget(tx, before, limit) {
            const rows = await tx.read(`SELECT v.application_id AS applicationId, v.name AS name FROM verifier v
         WHERE v.lease_until <= ? ORDER BY v.lease_until LIMIT ${Math.trunc(limit)}`, [before]);
            for (const { applicationId, name } of rows)
                await tx.write('DELETE FROM verifier WHERE application_id = ? AND name = ? AND lease_until <= ?', [
                    ...[applicationId, name, before],
                ]);
            return rows.length;
        },
        /** When entries were in force everywhere; what another server has seen before stays. */
        async noteEnforced(tx, { after, upto, at, verifiers }) {
            await tx.write(`UPDATE revocation SET enforced_at = ?, enforced_verifiers = ?
         WHERE seq > ? AND seq <= ? AND enforced_at IS NULL`, [at, verifiers, after, upto]);
        },
    };
}
//# sourceMappingURL=verifiers.js.map