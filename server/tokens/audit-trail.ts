// The audit log as a hash chain: each row's hash is an HMAC, under a sealed key of its own, over the row and the hash before it.
// With write access to the database alone, without the key, no row can be edited, removed or inserted without a trace.
import { type Actor, apiKeyOf, nameOf, originOf } from '../policy/actor.js'
import { type AuditNote, type AuditRow, auditActions, auditText } from '../policy/audit.js'
import { macInput } from '../protocol/algorithms.js'
import type { AuditPosition, AuditRecord, AuditStore } from '../storage/audit.js'
import type { Database, Queries } from '../storage/database.js'
import type { SecretPurpose } from '../storage/keys.js'
import type { Secrets } from './secrets.js'

export type AuditTrailDeps = { database: Database; auditStore: AuditStore; secrets: Secrets; now: () => number }

/** The first broken number of the chain, and how it is broken. */
export type ChainBreak = { seq: number; what: 'changed' | 'removed' | 'inserted' }
export type ChainCheck = { checked: number; head: { seq: number; hash: string }; broken: ChainBreak | null }

/** An audit row without its number and time, which it gets once the chain's end is locked. */
export type PreparedLine = Omit<AuditRow, 'seq' | 'createdAt'>

/** How many rows are deleted at a time. */
const batch = 500
/** How many rows are verified at a time: a hash each, which blocks the event loop. */
const checkedAtOnce = 100

export function createAuditTrail({ database, auditStore, secrets, now }: AuditTrailDeps) {
  const mac = (text: string, secret = secrets.present('audit').secret) => macInput(secret, text).toString('base64url')
  const hashOf = (previous: string, row: AuditRow) => mac(`${previous}\n${auditText(row)}`)
  const markOf = (seq: number, hash: string) => mac(`dropped\n${seq}\n${hash}`)
  const endMarkOf = (seq: number, hash: string, secret?: Buffer) => mac(`end\n${seq}\n${hash}`, secret)
  const endsAt = (seq: number, hash: string) => ({ seq, hash, mark: endMarkOf(seq, hash) })

  /**
   * What the next row's hash covers. A chain end that this server did not write was put there to hide removed rows:
   * the change goes on, but the chain never verifies again.
   */
  const follows = ({ seq, hash, mark }: AuditPosition) =>
    mark === endMarkOf(seq, hash) ? hash : `not our end\n${hash}`

  async function append(tx: Queries, head: AuditPosition, rows: readonly Omit<AuditRow, 'seq'>[]): Promise<void> {
    let { seq } = head
    let hash = follows(head)
    const chained = rows.map(unchained => {
      seq++
      const row = { ...unchained, seq }
      hash = hashOf(hash, row)
      return { ...row, hash }
    })
    await auditStore.insertAll(tx, chained)
    await auditStore.moveHead(tx, endsAt(seq, hash))
  }

  return {
    /** Marks the chain as empty, when its secret is made. */
    async begin(tx: Queries, purpose: SecretPurpose, secret: Buffer): Promise<void> {
      if (purpose !== 'audit') return
      const { seq, hash } = await auditStore.lockHead(tx)
      await auditStore.moveHead(tx, { mark: endMarkOf(seq, hash, secret) })
    },

    /** Makes audit rows of notes, as far as that can be done before the chain's end is locked. */
    prepare(actor: Actor, notes: readonly AuditNote[]): PreparedLine[] {
      const origin = originOf(actor)
      const who = {
        actor: nameOf(actor),
        address: origin?.address ?? '',
        userAgent: origin?.userAgent ?? '',
        requestId: origin?.requestId ?? '',
      }
      const key = apiKeyOf(actor)
      return notes.map(note => ({ ...who, ...auditColumnsOf(key === null ? note : byKey(note, key)) }))
    },

    /** Appends the audit rows of a transaction. @param head the chain's end, locked after the rows of the change */
    async write(tx: Queries, head: AuditPosition, lines: readonly PreparedLine[]): Promise<void> {
      const createdAt = now()
      if (lines.length > 0)
        await append(
          tx,
          head,
          lines.map(line => ({ ...line, createdAt })),
        )
    },

    /** Appends many rows as they are given (those of a demo). There must be one at least. */
    append: async (tx: Queries, rows: readonly Omit<AuditRow, 'seq'>[]): Promise<void> =>
      append(tx, await auditStore.lockHead(tx), rows),

    /**
     * Verifies the whole chain, and names the first place where it is broken. Other transactions may append
     * meanwhile.
     */
    async verify(): Promise<ChainCheck> {
      const head = await auditStore.head(database)
      const { seq, hash, mark, droppedSeq, droppedHash, droppedMark } = head
      const broken = (at: number, what: ChainBreak['what'], checked: number): ChainCheck => ({
        checked,
        head: { seq, hash },
        broken: { seq: at, what },
      })
      if (droppedSeq > 0 && markOf(droppedSeq, droppedHash) !== droppedMark) return broken(droppedSeq, 'changed', 0)
      let last = { seq: droppedSeq, hash: droppedHash }
      let checked = 0
      while (last.seq < seq) {
        const rows = (await auditStore.after(database, last.seq, checkedAtOnce)).filter(row => row.seq <= seq)
        if (rows[0]?.seq !== last.seq + 1) {
          const start = await startAfter(last.seq)
          if (start) {
            last = start.seq < seq ? start : { seq, hash }
            continue
          }
        }
        for (const row of rows) {
          if (row.seq !== last.seq + 1) return broken(last.seq + 1, 'removed', checked)
          if (hashOf(last.hash, row) !== row.hash) return broken(row.seq, 'changed', checked)
          last = row
          checked++
        }
        if (rows.length === 0) return broken(last.seq + 1, 'removed', checked)
      }
      if (last.hash !== hash) return broken(seq, 'changed', checked)
      if (mark !== endMarkOf(seq, hash)) return broken(seq + 1, 'removed', checked)
      // A row that was committed meanwhile lies after the head that is read after it.
      const [beyond] = await auditStore.after(database, seq, 1)
      if (beyond && (await auditStore.head(database)).seq < beyond.seq) return broken(beyond.seq, 'inserted', checked)
      return { checked, head: { seq, hash }, broken: null }
    },

    /** Drops entries from the beginning that were written before an instant (epoch ms). @returns whether there may be more */
    dropBefore(before: number): Promise<boolean> {
      return database.transaction(async tx => {
        await auditStore.lockHead(tx)
        const last = await auditStore.lastBefore(tx, before, batch)
        if (!last) return false
        const dropped = await auditStore.dropUpTo(tx, last.seq)
        await auditStore.moveHead(tx, droppedAt(last))
        return dropped === batch
      })
    },
  }

  /** Where the chain begins, if entries after this number were dropped since it was verified; null otherwise. */
  async function startAfter(verified: number): Promise<{ seq: number; hash: string } | null> {
    const { droppedSeq: seq, droppedHash: hash, droppedMark } = await auditStore.head(database)
    return seq > verified && markOf(seq, hash) === droppedMark ? { seq, hash } : null
  }

  function droppedAt({ seq, hash }: AuditRecord): Partial<AuditPosition> {
    return { droppedSeq: seq, droppedHash: hash, droppedMark: markOf(seq, hash) }
  }
}

export type AuditTrail = ReturnType<typeof createAuditTrail>

/** The actor is the key's user, as always; the id of the key stands beside. */
const byKey = (note: AuditNote, key: string): AuditNote => ({ ...note, after: { ...note.after, by_api_key: key } })

/** An audit note as the columns store it. */
export function auditColumnsOf({ action, subject, before, after }: AuditNote) {
  const about = { action, subjectKind: auditActions[action].subject, subject }
  return { ...about, beforeJson: asJson(before), afterJson: asJson(after) }
}

function asJson(values: object | undefined): string | null {
  return values === undefined ? null : JSON.stringify(values)
}
