import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, uuid, whole } from './columns.js'

/** A program that waits until a person lets it in (RFC 8628). */
@Entity('device_code')
@Index('device_code_user', ['userId', 'applicationId'])
export class DeviceCode {
  /** SHA-256 of the device code, base64url. */
  @PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'device_code_pk' }) hash!: string
  /** What the person types: as it is looked up, without the dash. */
  @Index('device_code_user_code', { unique: true })
  @Column(name(8))
  userCode!: string
  @Column(name(100)) applicationId!: string
  @Column(name(1000)) scope!: string
  /** JSON list of the resource servers that were named; NULL for none. */
  @Column(orNull(longText)) resources!: string | null
  /** Where the program asks from, and what it calls itself. */
  @Column(name(64)) address!: string
  @Column(name(512)) userAgent!: string
  @Column(whole) createdAt!: number
  @Index('device_code_expires')
  @Column(whole)
  expiresAt!: number
  /** Seconds; more each time that the program asks too soon. */
  @Column(whole) pollInterval!: number
  @Column(orNull(whole)) polledAt!: number | null
  /** approved or denied; NULL while nobody has decided. */
  @Column(orNull(name(10))) decision!: string | null
  @Column(orNull(whole)) decidedAt!: number | null
  /** Who decided, in which browser session, and the sign-in that it stands on. */
  @Column(orNull(whole)) userId!: number | null
  @Column(orNull(uuid)) browserSid!: string | null
  @Column(orNull(whole)) seq!: number | null
  @Column(orNull(whole)) authenticatedAt!: number | null
  @Column(orNull(whole)) redeemedAt!: number | null
  @Column(orNull(uuid)) sessionId!: string | null
}
