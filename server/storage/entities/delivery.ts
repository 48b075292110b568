import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { name, orNull, uuid, whole } from './columns.js'

/** A logout token that is to be sent to one application because one of its sessions has ended. */
@Entity('delivery')
// One row for each end of a session, whatever found it.
@Index('delivery_end', ['sessionId', 'ended'], { unique: true })
@Index('delivery_due', ['state', 'applicationId', 'nextAt'])
@Index('delivery_created', ['createdAt', 'id'])
@Index('delivery_application', ['applicationId', 'createdAt', 'id'])
@Index('delivery_state', ['state', 'createdAt', 'id'])
export class Delivery {
  @PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'delivery_pk' }) id!: string
  @Column(uuid) sessionId!: string
  /** `session`: the session itself has ended; `browser`: its browser session has, which it outlives. */
  @Column(name(8)) ended!: string
  @Column(name(100)) applicationId!: string
  @Column(whole) userId!: number
  /** One of waiting, sent, gave_up. */
  @Column(name(8)) state!: string
  /** How often an administrator had it sent again: each time with another token. */
  @Column({ type: 'int' }) round!: number
  @Column({ type: 'int' }) attempts!: number
  /** When it may be taken to be sent, epoch ms; while it is being sent, when its lease ends. */
  @Column(whole) nextAt!: number
  /** Random id of the attempt that took it last. */
  @Column(orNull(name(24))) taker!: string | null
  /** Why the last attempt failed, and the HTTP status of the answer. */
  @Column(orNull(name(16))) failure!: string | null
  @Column({ type: 'int', nullable: true }) status!: number | null
  @Column(whole) createdAt!: number
  /** Start of the day in which it is retried, epoch ms. */
  @Column(whole) since!: number
  /** When it was sent, or given up, epoch ms. */
  @Column(orNull(whole)) doneAt!: number | null
}

/**
 * Sweep: sessions of this subject below this number of the log are over; their rows are still to be marked, and their
 * applications notified.
 */
@Entity('sweep')
export class Sweep {
  @PrimaryColumn({ ...whole, primaryKeyConstraintName: 'sweep_pk' }) seq!: number
  /** One of user, application, all. */
  @Column(name(12)) kind!: string
  @Column(name(190)) subject!: string
  @Column(name(60)) reason!: string
  @Column(name(190)) actor!: string
  @Column(whole) createdAt!: number
  /** When the sweep may be taken, epoch ms; while a server works on it, when its lease ends. */
  @Index('sweep_next')
  @Column(whole)
  nextAt!: number
  /** How many passes over the sessions are done. */
  @Column({ type: 'int' }) passes!: number
}
