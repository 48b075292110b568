import { Column, Entity, PrimaryColumn } from 'typeorm'
import { name, whole } from './columns.js'

const primary = { primaryKeyConstraintName: 'figure_pk' } as const

/** One value of a dashboard figure: a count in a minute or an hour, or an amount at its end. See policy/figures.ts. */
@Entity('figure')
export class Figure {
  @PrimaryColumn({ ...name(6), ...primary }) grain!: string
  /** Epoch ms, a whole minute or hour. */
  @PrimaryColumn({ ...whole, ...primary }) beginsAt!: number
  @PrimaryColumn({ ...name(20), ...primary }) name!: string
  @Column(whole) value!: number
}
