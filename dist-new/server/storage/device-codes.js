import { columns, insertion, placeholders } from './statement.js';
const deviceCodeColumns = [
    'hash',
    'userCode',
    'applicationId',
    'scope',
    'resources',
    'address',
    'userAgent',
    'createdAt',
    'expiresAt',
    'pollInterval',
    'polledAt',
    'decision',
    'decidedAt',
    'userId',
    'browserSid',
    'seq',
    'authenticatedAt',
    'redeemedAt',
    'sessionId',
];
/** Of what a program is told to wait that much is forgiven, ms: requests do not all take equally long to get here. */
const jitter = 500;
export function createDeviceCodeStore(dialect) {
    async function read(tx, rest, values) {
        const [row] = await tx.read(`SELECT ${columns('c', deviceCodeColumns)} FROM device_code c WHERE ${rest}`, values);
        if (!row)
            return null;
        return {
            ...row,
            resources: row.resources === null ? [] : JSON.parse(row.resources),
        };
    }
    const write = async (tx, sql, values) => (await tx.write(sql, values)) === 1;
    return {
        async insert(tx, { resources, ...code }) {
            const row = { ...code, resources: resources.length === 0 ? null : JSON.stringify(resources) };
            await tx.write(...insertion('device_code', row));
        },
        find: (tx, hash) => read(tx, 'c.hash = ?', [hash]),
        findByUserCode: (tx, userCode) => read(tx, 'c.user_code = ?', [userCode]),
        /** As `find`; the row stays as it is until the transaction ends. */
        lock: (tx, hash) => read(tx, `c.hash = ?${dialect.forUpdate}`, [hash]),
        lockByUserCode: (tx, userCode) => read(tx, `c.user_code = ?${dialect.forUpdate}`, [userCode]),
        /** The program asks whether somebody has decided. @returns whether it has waited as long as it was told to */
        poll: (tx, hash, now) => write(tx, `UPDATE device_code SET polled_at = ? WHERE hash = ? AND decision IS NULL
           AND (polled_at IS NULL OR polled_at + 1000 * poll_interval <= ?)`, [now, hash, now + jitter]),
        /** It has not, and waits longer from now on. @returns whether still nobody has decided */
        slowDown: (tx, hash, { now, more, upTo }) => write(tx, `UPDATE device_code SET polled_at = ?, poll_interval = CASE WHEN poll_interval < ? THEN poll_interval + ? ELSE ? END
         WHERE hash = ? AND decision IS NULL`, [now, upTo, more, upTo, hash]),
        /**
         * @param scope what is granted of what was asked for
         * @returns whether nobody had decided, and it was not over
         */
        decide: (tx, hash, by, scope) => write(tx, `UPDATE device_code SET decision = ?, decided_at = ?, user_id = ?, browser_sid = ?, seq = ?, authenticated_at = ?,
           scope = ?
         WHERE hash = ? AND decision IS NULL AND expires_at > ?`, [by.decision, by.decidedAt, by.userId, by.browserSid, by.seq, by.authenticatedAt, scope, hash, by.decidedAt]),
        /** Spends one that is approved and good at `now`. @returns whether this attempt did */
        redeem: (tx, hash, now, sessionId) => write(tx, `UPDATE device_code SET redeemed_at = ?, session_id = ?
         WHERE hash = ? AND decision = 'approved' AND redeemed_at IS NULL AND expires_at > ?`, [now, sessionId, hash, now]),
        /** Deletes those that a user has let an application in by, and that nobody has redeemed. */
        async removeUnspent(tx, userId, applicationId) {
            await tx.write(`DELETE FROM device_code WHERE user_id = ? AND application_id = ? AND decision = 'approved' AND redeemed_at IS NULL`, [userId, applicationId]);
        },
        /** Forgets up to `limit` that were over before an instant. @returns how many */
        async forget(tx, before, limit) {
            const rows = await tx.read(`SELECT hash FROM device_code WHERE expires_at <= ? ORDER BY expires_at LIMIT ${Math.trunc(limit)}`, [before]);
            if (rows.length === 0)
                return 0;
            const hashes = rows.map(row => row.hash);
            return tx.write(`DELETE FROM device_code WHERE hash IN (${placeholders(hashes.length)})`, hashes);
        },
    };
}
//# sourceMappingURL=device-codes.js.map