import { Column, Entity, PrimaryColumn } from 'typeorm'
import { flag, name, whole } from './columns.js'

@Entity('application')
export class Application {
  /** `client_id` on the wire. */
  @PrimaryColumn({ ...name(100), primaryKeyConstraintName: 'application_pk' }) id!: string
  @Column(name(150)) name!: string
  @Column(flag) active!: boolean
  /** Sessions whose `seq` is lower are over. */
  @Column(whole) endedSeq!: number
  @Column(whole) createdAt!: number
}
