import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { name, orNull, whole } from './columns.js'

/** One process of a resource server that follows the log and verifies by itself. */
@Entity('verifier')
export class Verifier {
  @PrimaryColumn({ ...name(100), primaryKeyConstraintName: 'verifier_pk' }) applicationId!: string
  /** As it calls itself. */
  @PrimaryColumn({ ...name(100), primaryKeyConstraintName: 'verifier_pk' }) name!: string
  /** Of the kit; '' where it does not say. */
  @Column(name(50)) version!: string
  /** Up to where it has applied which log; '' and 0 before it has. */
  @Column(name(64)) appliedLog!: string
  @Column(whole) appliedSeq!: number
  /** When that was told last that it moved. */
  @Column(orNull(whole)) appliedAt!: number | null
  /** When its lease was renewed, to about a second. */
  @Column(whole) renewedAt!: number
  /** No lease that it was given lasts longer: written ahead. */
  @Index('verifier_lease')
  @Column(whole)
  leaseUntil!: number
  @Column(orNull(whole)) keysFetchedAt!: number | null
  @Column(name(64)) address!: string
  @Column(whole) firstSeen!: number
}
