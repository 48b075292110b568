import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { name, orNull, uuid, whole } from './columns.js'

/**
 * A refresh token of the former service: on its list of outstanding tokens, on its blacklist, exchanged here, or
 * revoked here.
 */
@Entity('legacy_token')
@Index('legacy_token_open', ['exchangedAt', 'endedAt', 'expiresAt'])
export class LegacyToken {
  /** SHA-256 of its `jti`, base64url. */
  @PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'legacy_token_pk' }) hash!: string
  /** The token's user; NULL where the former service no longer knows. */
  @Column(orNull(whole)) userId!: number | null
  /** When the list of outstanding tokens that has it was imported; NULL for one that was not on it. */
  @Column(orNull(whole)) listedAt!: number | null
  /** When the token was exchanged for a session, and which. */
  @Column(orNull(whole)) exchangedAt!: number | null
  @Column(orNull(uuid)) sessionId!: string | null
  /**
   * The generation of that session that the token stands for: 1 where it stays the session's refresh token, 0 where
   * it was spent.
   */
  @Column({ type: 'int' }) generation!: number
  /** When it was blacklisted, there or here: it can no longer be exchanged. */
  @Column(orNull(whole)) endedAt!: number | null
  /** Expiry by its `exp`: the row may be deleted after that. */
  @Index('legacy_token_expires')
  @Column(whole)
  expiresAt!: number
}

/** How many tokens of the former service were exchanged, or refused with which code, on a day (UTC). */
@Entity('legacy_count')
export class LegacyCount {
  /** Epoch ms. */
  @PrimaryColumn({ ...whole, primaryKeyConstraintName: 'legacy_count_pk' }) day!: number
  @PrimaryColumn({ ...name(60), primaryKeyConstraintName: 'legacy_count_pk' }) what!: string
  @Column(whole) value!: number
}
