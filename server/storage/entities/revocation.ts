import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { name, orNull, uuid, whole } from './columns.js'

/** One entry of the revocation log. `seq` is assigned by `log_head`: gapless, in the order of commits. */
@Entity('revocation')
@Index('revocation_subject', ['kind', 'subject', 'seq'])
@Index('revocation_actor', ['actor', 'seq'])
@Index('revocation_reason', ['reason', 'seq'])
export class RevocationEntry {
  @PrimaryColumn({ ...whole, primaryKeyConstraintName: 'revocation_pk' }) seq!: number
  @Column(name(12)) kind!: string
  @Column(name(190)) subject!: string
  @Column(name(8)) effect!: string
  @Column(orNull(uuid)) exceptSid!: string | null
  @Column(name(60)) reason!: string
  @Column(name(190)) actor!: string
  @Column(whole) createdAt!: number
  @Index('revocation_expires')
  @Column(whole)
  expiresAt!: number
  /** When every connected verifier had applied the entry, and how many those were; NULL where no server saw that. */
  @Column(orNull(whole)) enforcedAt!: number | null
  @Column(orNull(whole)) enforcedVerifiers!: number | null
}

/** One row: the log's position, and the versions of what each process caches. Raised last in a transaction. */
@Entity('log_head')
export class LogHead {
  @PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'log_head_pk' }) id!: number
  @Column(name(16)) logId!: string
  @Column(whole) seq!: number
  /** Sessions of any user whose `seq` is lower are over. */
  @Column(whole) endedSeq!: number
  /** Epoch ms until which an access token of an older, longer policy may live. */
  @Column(whole) horizon!: number
  /** The longest lifetime of access tokens by the latest policy, in seconds. */
  @Column({ type: 'int' }) accessLifetime!: number
  @Column({ type: 'int' }) policyVersion!: number
  @Column({ type: 'int' }) keyVersion!: number
  /** Raised with any change of an existing application. */
  @Column({ type: 'int', default: 1 }) applicationVersion!: number
  /**
   * Raised with any change of an application that every process caches: a resource server, or one with lifetimes of
   * its own.
   */
  @Column({ type: 'int', default: 1 }) resourceVersion!: number
  /** The highest number that a process has seen and that the database lacked: it went back. */
  @Column(orNull(whole)) seenSeq!: number | null
}

/** One row: when a process last reached the database, and the latest period in which none did. */
@Entity('heartbeat')
export class Heartbeat {
  @PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'heartbeat_pk' }) id!: number
  @Column(whole) outageStartedAt!: number
  @Column(whole) outageEndedAt!: number
  @Column(whole) beatAt!: number
}
