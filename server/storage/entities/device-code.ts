import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, uuid, whole } from './columns.js'

/** Device code: a program waits until a user approves it (RFC 8628). */
@Entity('device_code')
@Index('device_code_user', ['userId', 'applicationId'])
export class DeviceCode {
  /** SHA-256 of the device code, base64url. */
  @PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'device_code_pk' }) hash!: string
  /** The user code, which the user types: without the dash, as it is looked up. */
  @Index('device_code_user_code', { unique: true })
  @Column(name(8))
  userCode!: string
  @Column(name(100)) applicationId!: string
  @Column(name(1000)) scope!: string
  /** JSON list of the requested resource servers; NULL for none. */
  @Column(orNull(longText)) resources!: string | null
  /** Address and user agent of the program. */
  @Column(name(64)) address!: string
  @Column(name(512)) userAgent!: string
  @Column(whole) createdAt!: number
  @Index('device_code_expires')
  @Column(whole)
  expiresAt!: number
  /** Poll interval in seconds; raised each time that the program polls too soon. */
  @Column(whole) pollInterval!: number
  @Column(orNull(whole)) polledAt!: number | null
  /** `approved` or `denied`; NULL while the user has not decided. */
  @Column(orNull(name(10))) decision!: string | null
  @Column(orNull(whole)) decidedAt!: number | null
  /** The user who decided, the browser session, and its sign-in. */
  @Column(orNull(whole)) userId!: number | null
  @Column(orNull(uuid)) browserSid!: string | null
  @Column(orNull(whole)) seq!: number | null
  @Column(orNull(whole)) authenticatedAt!: number | null
  @Column(orNull(whole)) redeemedAt!: number | null
  @Column(orNull(uuid)) sessionId!: string | null
}
