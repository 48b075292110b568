import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { name, orNull, uuid, whole } from './columns.js'

/** One logout token on its way to one application: that a session has ended which it holds. */
@Entity('delivery')
// A session's end is told once, however it is found.
@Index('delivery_end', ['sessionId', 'ended'], { unique: true })
@Index('delivery_due', ['state', 'applicationId', 'nextAt'])
@Index('delivery_created', ['createdAt', 'id'])
@Index('delivery_application', ['applicationId', 'createdAt', 'id'])
@Index('delivery_state', ['state', 'createdAt', 'id'])
export class Delivery {
  @PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'delivery_pk' }) id!: string
  @Column(uuid) sessionId!: string
  /** `session`: that itself; `browser`: the browser session that it came from, which it outlives. */
  @Column(name(8)) ended!: string
  @Column(name(100)) applicationId!: string
  @Column(whole) userId!: number
  /** waiting, sent, gave_up */
  @Column(name(8)) state!: string
  /** How often an administrator had it sent again: each time is another token. */
  @Column({ type: 'int' }) round!: number
  @Column({ type: 'int' }) attempts!: number
  /** When it may be taken to be sent: while it is being sent, when that counts as interrupted. */
  @Column(whole) nextAt!: number
  /** Random, of whoever took it last. */
  @Column(orNull(name(24))) taker!: string | null
  /** Why the last attempt failed, and what was answered. */
  @Column(orNull(name(16))) failure!: string | null
  @Column({ type: 'int', nullable: true }) status!: number | null
  @Column(whole) createdAt!: number
  /** From when on it is tried for a day. */
  @Column(whole) since!: number
  /** When it was sent, or given up. */
  @Column(orNull(whole)) doneAt!: number | null
}

/** Sessions of this subject below this number of the log are over: they are to be marked, and their applications told. */
@Entity('sweep')
export class Sweep {
  @PrimaryColumn({ ...whole, primaryKeyConstraintName: 'sweep_pk' }) seq!: number
  /** user, application or all */
  @Column(name(12)) kind!: string
  @Column(name(190)) subject!: string
  @Column(name(60)) reason!: string
  @Column(name(190)) actor!: string
  @Column(whole) createdAt!: number
  /** When it may be taken; while a server works on it, when its lease ends. */
  @Index('sweep_next')
  @Column(whole)
  nextAt!: number
  /** How often all of them were looked for. */
  @Column({ type: 'int' }) passes!: number
}
