import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, whole } from './columns.js'

/** Pushed authorization request of an application (RFC 9126); answered once. */
@Entity('pushed_request')
export class PushedRequest {
  /** SHA-256 of the random part of its `request_uri`, base64url. */
  @PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'pushed_request_pk' }) hash!: string
  @Column(name(100)) applicationId!: string
  /** JSON of the validated request. */
  @Column(longText) request!: string
  /** Until when the request may be used, epoch ms. */
  @Column(whole) expiresAt!: number
  /** Until when it is told apart from one that never existed, epoch ms. */
  @Index('pushed_request_kept')
  @Column(whole)
  keptUntil!: number
  @Column(orNull(whole)) shownAt!: number | null
  /** When it was answered, with a code or with an error, epoch ms. */
  @Column(orNull(whole)) spentAt!: number | null
}
