import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { flag, longText, name, orNull, uuid, whole } from './columns.js'

/** One application signed in for one user on one device; its id is the claim `sid`. */
@Entity('session')
// What a refresh moves stands in no index: thousands of rows move each second.
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
  /** The latest version of the policy when it was opened; what came since may spare it (policy/eras.ts). */
  @Column({ type: 'int', default: 1 }) policyVersion!: number

  // The refresh token is a function of these (and of the key that `refreshKeyVersion` names).
  @Column(whole) generation!: number
  @Column(whole) rotatedAt!: number
  @Column(whole) expiresAt!: number
  @Column({ type: 'int' }) refreshKeyVersion!: number

  /** Random, of the statement that rotated last: tells who won. */
  @Column(name(24)) rotation!: string
  // Which generations were rotated away lately: see policy/rotation.ts.
  @Column(whole) windowFrom!: number
  @Column(whole) windowStartedAt!: number
  @Column(whole) olderFrom!: number
  @Column(whole) olderStartedAt!: number

  /** When the credential was checked: `auth_time`. */
  @Column(whole) authenticatedAt!: number
  @Column(whole) createdAt!: number
  @Column(whole) lastSeenAt!: number
  @Column(name(45)) address!: string
  @Column(orNull(whole)) endedAt!: number | null
  @Column(orNull(name(40))) endedReason!: string | null
  @Column(orNull(name(190))) endedBy!: string | null

  /** password, authorization_code or device_code. Not `grant`, which is a reserved word of SQL. */
  @Column({ ...name(20), default: 'password' }) grantType!: string
  /** What was granted; empty for our own application, whose tokens say what their user may do. */
  @Column({ ...name(1000), default: '' }) scope!: string
  /** JSON list of the resource servers that were named; NULL for none. */
  @Column(orNull(longText)) resources!: string | null
  /** The browser session that a code was given through. */
  @Column(orNull(uuid)) browserSid!: string | null
  /** It outlives its browser session. */
  @Column({ ...flag, default: false }) offline!: boolean
  /** RFC 9449: the thumbprint of the key that its tokens are bound to. */
  @Column(orNull(name(43))) dpopJkt!: string | null
  /** Whether there is a refresh token. A browser holds its session by a cookie and has none. */
  @Column({ ...flag, default: true }) refreshable!: boolean
}
