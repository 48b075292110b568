import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { name, orNull, uuid, whole } from './columns.js'

/** One browser or installed app on which a user has signed in. */
@Entity('device')
@Index('device_client_device', ['userId', 'clientDevice'], { unique: true })
@Index('device_seen', ['lastSeenAt', 'id'])
@Index('device_user_open', ['userId', 'endedAt', 'firstSeenAt', 'id'])
@Index('device_user_seen', ['userId', 'lastSeenAt', 'id'])
@Index('device_address', ['address', 'lastSeenAt', 'id'])
@Index('device_browser', ['browser'])
@Index('device_platform', ['platform'])
// The second column keeps MySQL from locking this index before the row, as in session.ts.
@Index('device_ended', ['endedAt', 'firstSeenAt', 'id'])
export class Device {
  @PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'device_pk' }) id!: string
  @Column(whole) userId!: number
  /** Stable id that the client itself has sent, which proves nothing; null once the device is ended. */
  @Column(orNull(name(128))) clientDevice!: string | null
  @Column(name(150)) name!: string
  @Column(name(60)) browser!: string
  @Column(name(60)) platform!: string
  @Column(name(512)) userAgent!: string
  /** Address of the latest sign-in. */
  @Column(name(45)) address!: string
  @Column(whole) firstSeenAt!: number
  /** Epoch ms of the latest sign-in, or of a refresh since: those are written together, once a minute. */
  @Column(whole) lastSeenAt!: number
  @Column(orNull(whole)) endedAt!: number | null
}
