// Row locks on the heads of the revocation log and the audit log. Every change takes them, so a transaction takes them last, to
// keep lock contention low, and both with one statement where it needs both.
import type { AuditPosition } from './audit.js'
import type { Dialect, Queries } from './database.js'
import { scanSql } from './scan-sql.js'
import { columns } from './statement.js'

/** State of the revocation log from which its next entries are made. `horizon` is epoch ms, the lifetime seconds. */
export type RevocationHead = { logId: string; seq: number; horizon: number; accessLifetime: number }

export type LogHeads = { audit: AuditPosition; revocations: RevocationHead }

type HeadsRow = AuditPosition & { logId: string; logSeq: number; horizon: number; accessLifetime: number }

export function createLogHeadStore(dialect: Pick<Dialect, 'engine' | 'forUpdate'>) {
  // Locks in this order, which an optimizer may not change: audit log, revocation log.
  const { select } = scanSql(dialect.engine)
  return {
    async lock(tx: Queries): Promise<LogHeads> {
      const [row] = await tx.read<HeadsRow>(
        `${select} ${columns('a', ['seq', 'hash', 'mark', 'droppedSeq', 'droppedHash', 'droppedMark'])},
           h.seq AS logSeq, ${columns('h', ['logId', 'horizon', 'accessLifetime'])}
         FROM audit_head a CROSS JOIN log_head h WHERE a.id = 1 AND h.id = 1${dialect.forUpdate}`,
      )
      const { logId, logSeq, horizon, accessLifetime, ...audit } = row!
      return { audit, revocations: { logId, seq: logSeq, horizon, accessLifetime } }
    },
  }
}

export type LogHeadStore = ReturnType<typeof createLogHeadStore>
