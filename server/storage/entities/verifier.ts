import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { name, orNull, whole } from './columns.js'

/** One process of a resource server that follows the log and verifies tokens by itself. */
@Entity('verifier')
export class Verifier {
  @PrimaryColumn({ ...name(100), primaryKeyConstraintName: 'verifier_pk' }) applicationId!: string
  /** Name that the verifier has chosen. */
  @PrimaryColumn({ ...name(100), primaryKeyConstraintName: 'verifier_pk' }) name!: string
  /** Version of the verifier's library; '' where it sends none. */
  @Column(name(50)) version!: string
  /** The log and number that it has applied; '' and 0 before it has. */
  @Column(name(64)) appliedLog!: string
  @Column(whole) appliedSeq!: number
  /** When it last reported a new position, epoch ms. */
  @Column(orNull(whole)) appliedAt!: number | null
  /** When its lease was renewed, epoch ms, to about a second. */
  @Column(whole) renewedAt!: number
  /** Bound of its leases, epoch ms: none lasts longer; written ahead. */
  @Index('verifier_lease')
  @Column(whole)
  leaseUntil!: number
  @Column(orNull(whole)) keysFetchedAt!: number | null
  @Column(name(64)) address!: string
  @Column(whole) firstSeen!: number
}
