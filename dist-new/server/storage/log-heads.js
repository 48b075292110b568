import { scanSql } from './scan-sql.js';
import { columns } from './statement.js';
export function createLogHeadStore(dialect) {
    // In this order, which an optimizer may not change: audit log, revocation log.
    const { select } = scanSql(dialect.engine);
    return {
        async lock(tx) {
            const [row] = await tx.read(`${select} ${columns('a', ['seq', 'hash', 'mark', 'droppedSeq', 'droppedHash', 'droppedMark'])},
           h.seq AS logSeq, ${columns('h', ['logId', 'horizon', 'accessLifetime'])}
         FROM audit_head a CROSS JOIN log_head h WHERE a.id = 1 AND h.id = 1${dialect.forUpdate}`);
            const { logId, logSeq, horizon, accessLifetime, ...audit } = row;
            return { audit, revocations: { logId, seq: logSeq, horizon, accessLifetime } };
        },
    };
}
//# sourceMappingURL=log-heads.js.map