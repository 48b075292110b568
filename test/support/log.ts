// Entries of the revocation log, written in any number as by other servers.
import { randomUUID } from 'node:crypto'
import type { Revocation } from '../../server/protocol/log/revocation.js'
import type { Database } from '../../server/storage/database.js'

/** An entry that ends one session, unless changed. */
export function anEntry(seq: number, changes: Partial<Revocation> = {}): Revocation {
  return {
    seq,
    kind: 'session',
    subject: randomUUID(),
    effect: 'end',
    exceptSid: null,
    reason: 'sign_out',
    expiresAt: Number.MAX_SAFE_INTEGER,
    ...changes,
  }
}

/** Writes entries with given numbers, and moves the head of the log to the last one. */
export async function writeEntries(database: Database, entries: readonly Revocation[]): Promise<void> {
  const batch = 1_000
  for (let from = 0; from < entries.length; from += batch) {
    const some = entries.slice(from, from + batch)
    await database.write(
      `INSERT INTO revocation (seq, kind, subject, effect, except_sid, reason, actor, created_at, expires_at)
       VALUES ${some.map(() => "(?, ?, ?, ?, ?, ?, 'system', 1, ?)").join(', ')}`,
      some.flatMap(({ seq, kind, subject, effect, exceptSid, reason, expiresAt }) => [
        ...[seq, kind, subject, effect, exceptSid, reason, expiresAt],
      ]),
    )
  }
  await database.write('UPDATE log_head SET seq = ? WHERE id = 1', [entries.at(-1)!.seq])
}
