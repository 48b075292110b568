import { Column, Entity, PrimaryColumn } from 'typeorm'
import { longText, name, whole } from './columns.js'

/** The whole policy as it was from `createdAt` on; the highest version is in force. */
@Entity('policy_version')
export class PolicyVersion {
  @PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'policy_version_pk' }) version!: number
  /** JSON object: policy name → value, durations in seconds. */
  @Column(longText) policy!: string
  @Column(name(190)) actor!: string
  @Column(name(255)) reason!: string
  @Column(whole) createdAt!: number
}
