import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { name, orNull, uuid, whole } from './columns.js'

/** A refresh token of the former service: listed there, on its blacklist, exchanged here, or given back here. */
@Entity('legacy_token')
@Index('legacy_token_open', ['exchangedAt', 'endedAt', 'expiresAt'])
export class LegacyToken {
  /** SHA-256 of its `jti`, base64url. */
  @PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'legacy_token_pk' }) hash!: string
  /** Whose it is; NULL where the former service has forgotten. */
  @Column(orNull(whole)) userId!: number | null
  /** When its list of outstanding tokens was read; NULL for one that did not stand there. */
  @Column(orNull(whole)) listedAt!: number | null
  /** When it became a session, and which. */
  @Column(orNull(whole)) exchangedAt!: number | null
  @Column(orNull(uuid)) sessionId!: string | null
  /** Which generation of that session it stands for: 1 where it stays its refresh token, 0 where it was spent. */
  @Column({ type: 'int' }) generation!: number
  /** Blacklisted, there or here: it is exchanged no more. */
  @Column(orNull(whole)) endedAt!: number | null
  /** From then on its `exp` refuses it, and the row may be forgotten. */
  @Index('legacy_token_expires')
  @Column(whole)
  expiresAt!: number
}

/** How many such tokens were exchanged, or refused with which code, on a day (of UTC). */
@Entity('legacy_count')
export class LegacyCount {
  /** Epoch ms. */
  @PrimaryColumn({ ...whole, primaryKeyConstraintName: 'legacy_count_pk' }) day!: number
  @PrimaryColumn({ ...name(60), primaryKeyConstraintName: 'legacy_count_pk' }) what!: string
  @Column(whole) value!: number
}
