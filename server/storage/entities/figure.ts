import { Column, Entity, PrimaryColumn } from 'typeorm'
import { name, whole } from './columns.js'

const primary = { primaryKeyConstraintName: 'figure_pk' } as const

/** How often something happened in a minute or an hour, or how much there was at its end: see policy/figures.ts. */
@Entity('figure')
export class Figure {
  @PrimaryColumn({ ...name(6), ...primary }) grain!: string
  /** Epoch ms, a whole minute or hour. */
  @PrimaryColumn({ ...whole, ...primary }) beginsAt!: number
  @PrimaryColumn({ ...name(20), ...primary }) name!: string
  @Column(whole) value!: number
}
