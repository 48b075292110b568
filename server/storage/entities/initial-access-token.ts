import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, uuid, whole } from './columns.js'

/** RFC 7591 §3: what an administrator gives to whoever may register an application. */
@Entity('initial_access_token')
export class InitialAccessToken {
  @PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'initial_access_token_pk' }) id!: string
  /** base64url of the SHA-256 of the token. */
  @Index('initial_access_token_hash', { unique: true })
  @Column(name(43))
  hash!: string
  /** For administrators: whom it was given to, what for. */
  @Column(name(100)) name!: string
  /** Its last characters, by which people tell tokens apart. */
  @Column(name(12)) hint!: string
  /** JSON list: what applications that come by it may ask for, beside what all that register themselves may. */
  @Column(longText) scopes!: string
  /** How many applications may come by it; NULL for any number. */
  @Column(orNull(whole)) mostUses!: number | null
  @Column(whole) uses!: number
  /** Who made it, as the audit log names actors. */
  @Column(name(100)) createdBy!: string
  @Column(whole) createdAt!: number
  @Column(orNull(whole)) expiresAt!: number | null
  @Column(orNull(whole)) lastUsedAt!: number | null
  @Column(orNull(whole)) endedAt!: number | null
}
