import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { flag, longText, name, orNull, uuid, whole } from './columns.js'

/** API key: a user gives it to a program, which acts as that user until it expires or is ended. */
@Entity('api_key')
@Index('api_key_user', ['userId', 'createdAt', 'id'])
@Index('api_key_created', ['createdAt', 'id'])
export class ApiKey {
  @PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'api_key_pk' }) id!: string
  /** base64url of the SHA-256 of the key: requests find the row by it. */
  @Index('api_key_hash', { unique: true })
  @Column(name(43))
  hash!: string
  @Column(whole) userId!: number
  @Column(name(100)) name!: string
  /** The last characters of the key, by which people tell keys apart. */
  @Column(name(12)) hint!: string
  /** JSON list: permissions, and scopes of ours. */
  @Column(longText) scopes!: string
  /** Identifier of the one resource server that the key is for; NULL for this server itself. */
  @Column(orNull(name(255))) resource!: string | null
  /** Whether the key may do what requires a recent sign-in. */
  @Column(flag) elevated!: boolean
  @Column(whole) createdAt!: number
  @Index('api_key_expires')
  @Column(orNull(whole))
  expiresAt!: number | null
  @Column(orNull(whole)) lastUsedAt!: number | null
  @Column(orNull(name(45))) lastUsedAddress!: string | null
  @Index('api_key_ended')
  @Column(orNull(whole))
  endedAt!: number | null
  /** `key_ended`, or the trigger that ended it with its user's sessions. */
  @Column(orNull(name(40))) endedWhy!: string | null
}
