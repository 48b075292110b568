import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, uuid, whole } from './columns.js'

/** Initial access token (RFC 7591 §3): an administrator gives it out, and its holder may register applications. */
@Entity('initial_access_token')
export class InitialAccessToken {
  @PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'initial_access_token_pk' }) id!: string
  /** base64url of the SHA-256 of the token. */
  @Index('initial_access_token_hash', { unique: true })
  @Column(name(43))
  hash!: string
  /** Note for administrators: who has the token, and for what. */
  @Column(name(100)) name!: string
  /** The last characters of the token, by which people tell tokens apart. */
  @Column(name(12)) hint!: string
  /**
   * JSON list: scopes that applications registered with it may ask for, beside those that all self-registered ones
   * may.
   */
  @Column(longText) scopes!: string
  /** How many applications may be registered with it; NULL for any number. */
  @Column(orNull(whole)) mostUses!: number | null
  @Column(whole) uses!: number
  /** Its creator, as the audit log names actors. */
  @Column(name(100)) createdBy!: string
  @Column(whole) createdAt!: number
  @Column(orNull(whole)) expiresAt!: number | null
  @Column(orNull(whole)) lastUsedAt!: number | null
  @Column(orNull(whole)) endedAt!: number | null
}
