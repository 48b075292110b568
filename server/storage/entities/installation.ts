import { Column, Entity, PrimaryColumn } from 'typeorm'
import { name, orNull, whole } from './columns.js'

/** One row, written by the first server that starts: the issuer that owns this database. */
@Entity('installation')
export class Installation {
  @PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'installation_pk' }) id!: number
  @Column(name(300)) issuer!: string
  /** The log's number when tokens of a former service were first accepted; NULL where they never were. */
  @Column(orNull(whole)) legacySeq!: number | null
}
