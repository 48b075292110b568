import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, whole } from './columns.js'

/** An authorization request that an application has sent ahead (RFC 9126); answered once. */
@Entity('pushed_request')
export class PushedRequest {
  /** SHA-256 of the random part of its `request_uri`, base64url. */
  @PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'pushed_request_pk' }) hash!: string
  @Column(name(100)) applicationId!: string
  /** JSON of the request, checked. */
  @Column(longText) request!: string
  /** Until then it may be shown. */
  @Column(whole) expiresAt!: number
  /** Until then it can be told from one that never was. */
  @Index('pushed_request_kept')
  @Column(whole)
  keptUntil!: number
  @Column(orNull(whole)) shownAt!: number | null
  /** When it was answered, with a code or with an error. */
  @Column(orNull(whole)) spentAt!: number | null
}
