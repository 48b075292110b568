import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { name, uuid, whole } from './columns.js'

/** Reuse of a refresh token after its grace: the client that presented it, and the session's state. */
@Entity('incident')
@Index('incident_created', ['createdAt', 'id'])
@Index('incident_user_created', ['userId', 'createdAt', 'id'])
@Index('incident_session', ['sessionId'])
export class Incident {
  @PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'incident_pk' }) id!: string
  @Column(uuid) sessionId!: string
  @Column(whole) userId!: number
  @Column(whole) presentedGeneration!: number
  @Column(whole) presentGeneration!: number
  @Column(name(45)) address!: string
  @Column(name(512)) userAgent!: string
  @Column(name(64)) requestId!: string
  @Column(whole) createdAt!: number
}
