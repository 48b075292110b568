import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { flag, longText, name, orNull, uuid, whole } from './columns.js'

@Entity('application')
@Index('application_origin', ['origin', 'createdAt'])
export class Application {
  /** `client_id` on the wire. */
  @PrimaryColumn({ ...name(100), primaryKeyConstraintName: 'application_pk' }) id!: string
  @Column(name(150)) name!: string
  @Column({ ...name(16), default: 'native' }) kind!: string
  @Column({ ...name(16), default: 'administrator' }) origin!: string
  @Column(flag) active!: boolean
  /** Sessions whose `seq` is lower are over. */
  @Column(whole) endedSeq!: number
  /** Raised with any change: a process that caches the row compares it. */
  @Column({ type: 'int', default: 1 }) version!: number
  @Column(whole) createdAt!: number
  /** JSON in the names of RFC 7591 (policy/application-metadata.ts); NULL stands for `{}`. */
  @Column(orNull(longText)) metadata!: string | null
  /** Whether the metadata has lifetimes: every process caches such applications, and finds them by this index. */
  @Index('application_own_lifetimes')
  @Column({ ...flag, default: false })
  ownLifetimes!: boolean
  /** Whether the metadata has an address for logout tokens: whether any has is looked up by this index when sessions end. */
  @Index('application_told_of_ends')
  @Column({ ...flag, default: false })
  toldOfEnds!: boolean
  /**
   * RFC 8707: the identifier of a resource server. NULL for the built-in application too, whose identifier is the
   * issuer.
   */
  @Index('application_resource', { unique: true })
  @Column(orNull(name(255)))
  resource!: string | null
  /** JSON list of `{ name, description }`. */
  @Column(orNull(longText)) resourceScopes!: string | null
  @Column(orNull(name(43))) registrationTokenHash!: string | null
  /** Epoch ms. The row of a deleted application stays: an id is never used again. */
  @Column(orNull(whole)) deletedAt!: number | null
  /** The sort key of lists: the name without regard to case, and the id. */
  @Index('application_sorted')
  @Column({ ...name(191), default: '' })
  sortKey!: string
}

@Entity('application_secret')
export class ApplicationSecret {
  @PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'application_secret_pk' }) id!: string
  @Index('application_secret_application')
  @Column(name(100))
  applicationId!: string
  /** base64url of the SHA-256 of the secret. */
  @Column(name(43)) hash!: string
  /** The last characters of the secret, by which people tell secrets apart. */
  @Column(name(12)) hint!: string
  @Column(whole) createdAt!: number
  @Column(orNull(whole)) expiresAt!: number | null
  @Column(orNull(whole)) lastUsedAt!: number | null
}
