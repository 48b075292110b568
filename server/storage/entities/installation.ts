import { Column, Entity, PrimaryColumn } from 'typeorm'
import { name } from './columns.js'

/** One row, written by the first server that starts: whose database this is. */
@Entity('installation')
export class Installation {
  @PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'installation_pk' }) id!: number
  @Column(name(300)) issuer!: string
}
