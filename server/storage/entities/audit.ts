import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, whole } from './columns.js'

/** Who did what to whom. Append-only: each row's hash covers the row and the hash of the one before. */
@Entity('audit_entry')
@Index('audit_entry_created', ['createdAt', 'seq'])
@Index('audit_entry_actor', ['actor', 'createdAt', 'seq'])
@Index('audit_entry_subject', ['subjectKind', 'subject', 'createdAt', 'seq'])
@Index('audit_entry_action', ['action', 'createdAt', 'seq'])
@Index('audit_entry_address', ['address', 'createdAt', 'seq'])
export class AuditEntry {
  @PrimaryColumn({ ...whole, primaryKeyConstraintName: 'audit_entry_pk' }) seq!: number
  @Column(whole) createdAt!: number
  @Column(name(100)) actor!: string
  @Column(name(40)) action!: string
  @Column(name(20)) subjectKind!: string
  @Column(name(100)) subject!: string
  @Column(name(45)) address!: string
  @Column(name(512)) userAgent!: string
  @Column(name(64)) requestId!: string
  @Column(orNull(longText)) beforeJson!: string | null
  @Column(orNull(longText)) afterJson!: string | null
  @Column(name(43)) hash!: string
}

/** One row: the end of the chain, and its beginning once old entries were deleted. */
@Entity('audit_head')
export class AuditHead {
  @PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'audit_head_pk' }) id!: number
  @Column(whole) seq!: number
  @Column(name(43)) hash!: string
  /** A MAC of both under a key of this server: without that key the end of the chain cannot be moved unnoticed. */
  @Column({ ...name(43), default: '' }) mark!: string
  /** Number of the last entry that was deleted because of its age, its hash, and the MAC of both. */
  @Column(whole) droppedSeq!: number
  @Column(name(43)) droppedHash!: string
  @Column(name(43)) droppedMark!: string
}
