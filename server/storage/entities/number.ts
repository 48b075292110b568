import { Column, Entity, PrimaryColumn } from 'typeorm'
import { name, whole } from './columns.js'

/** The last number of a sequence, by name. User ids are taken from one, so that none is ever used twice. */
@Entity('last_number')
export class LastNumber {
  @PrimaryColumn({ ...name(20), primaryKeyConstraintName: 'last_number_pk' }) name!: string
  @Column(whole) value!: number
}
