import { Column, Entity, PrimaryColumn } from 'typeorm'
import { name, whole } from './columns.js'

/** The last number given out, by name. User ids come from here, so that none is ever given out twice. */
@Entity('last_number')
export class LastNumber {
  @PrimaryColumn({ ...name(20), primaryKeyConstraintName: 'last_number_pk' }) name!: string
  @Column(whole) value!: number
}
