import { Column, Entity, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, whole } from './columns.js'

/** One version of the whole policy, from `createdAt` on; the highest version is in force. */
@Entity('policy_version')
export class PolicyVersion {
  @PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'policy_version_pk' }) version!: number
  /** JSON object: policy name → value, durations in seconds. */
  @Column(longText) policy!: string
  @Column(name(190)) actor!: string
  @Column(name(255)) reason!: string
  @Column(whole) createdAt!: number
  /** One of now, refresh, new: see policy/policy-version.ts. */
  @Column({ ...name(8), default: 'refresh' }) apply!: string
  /** JSON array of the policies that were set; null: those that differ from the version before. */
  @Column(orNull(longText)) changed!: string | null
  /** The version whose change this one reverts. */
  @Column(orNull({ type: 'int' } as const)) undoes!: number | null
  /** For a version that applied to new sessions only: when no older session was left, epoch ms. */
  @Column(orNull(whole)) settledAt!: number | null
}
