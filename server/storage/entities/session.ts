import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { flag, longText, name, orNull, uuid, whole } from './columns.js'

/** One application signed in for one user on one device; its id is the claim `sid`. */
@Entity('session')
// Columns that a refresh changes are in no index: thousands of rows change each second.
@Index('session_created', ['createdAt', 'id'])
@Index('session_user', ['userId', 'endedAt', 'createdAt', 'id'])
@Index('session_user_created', ['userId', 'createdAt', 'id'])
@Index('session_device_open', ['deviceId', 'endedAt'])
@Index('session_device_created', ['deviceId', 'createdAt', 'id'])
@Index('session_application', ['applicationId', 'createdAt', 'id'])
@Index('session_browser', ['browserSid', 'endedAt'])
@Index('session_address', ['address', 'createdAt', 'id'])
// The second column is there for MySQL: InnoDB appends the id to `endedAt` alone, and `id = ? AND ended_at IS NULL` locked that
// index before the row, and deadlocked with transactions that held the row lock.
@Index('session_ended', ['endedAt', 'createdAt'])
export class Session {
  @PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'session_pk' }) id!: string
  @Column(whole) userId!: number
  @Column(uuid) deviceId!: string
  @Column(name(100)) applicationId!: string
  /** The log's number, read before the credential was checked. */
  @Column(whole) seq!: number
  /**
   * The latest version of the policy when the session was opened; later versions may not apply to it
   * (policy/eras.ts).
   */
  @Column({ type: 'int', default: 1 }) policyVersion!: number

  // The refresh token is a function of these (and of the key that `refreshKeyVersion` names).
  @Column(whole) generation!: number
  @Column(whole) rotatedAt!: number
  @Column(whole) expiresAt!: number
  @Column({ type: 'int' }) refreshKeyVersion!: number

  /** Random id of the statement that rotated last: shows which request won. */
  @Column(name(24)) rotation!: string
  // Generations that were rotated away lately: see policy/rotation.ts.
  @Column(whole) windowFrom!: number
  @Column(whole) windowStartedAt!: number
  @Column(whole) olderFrom!: number
  @Column(whole) olderStartedAt!: number

  /** When the credential was checked, epoch ms: `auth_time`. */
  @Column(whole) authenticatedAt!: number
  @Column(whole) createdAt!: number
  @Column(whole) lastSeenAt!: number
  @Column(name(45)) address!: string
  @Column(orNull(whole)) endedAt!: number | null
  @Column(orNull(name(40))) endedReason!: string | null
  @Column(orNull(name(190))) endedBy!: string | null

  /** One of password, authorization_code, device_code. Not `grant`, which is a reserved word of SQL. */
  @Column({ ...name(20), default: 'password' }) grantType!: string
  /** The granted scope; empty for the built-in application, whose tokens say what their user may do. */
  @Column({ ...name(1000), default: '' }) scope!: string
  /** JSON list of the requested resource servers; NULL for none. */
  @Column(orNull(longText)) resources!: string | null
  /** The browser session that the session's code was issued through. */
  @Column(orNull(uuid)) browserSid!: string | null
  /** Whether the session outlives its browser session. */
  @Column({ ...flag, default: false }) offline!: boolean
  /** RFC 9449: thumbprint of the key that the session's tokens are bound to. */
  @Column(orNull(name(43))) dpopJkt!: string | null
  /** Whether there is a refresh token. A browser holds its session by a cookie and has none. */
  @Column({ ...flag, default: true }) refreshable!: boolean
}
