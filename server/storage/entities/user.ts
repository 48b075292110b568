import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { flag, longText, name, orNull, whole } from './columns.js'

@Entity('user')
export class User {
  @PrimaryColumn({ ...whole, primaryKeyConstraintName: 'user_pk' }) id!: number
  @Column(name(150)) username!: string
  /** Unique key of the name (policy/username.ts); null once the user is deleted. */
  @Index('user_username_key', { unique: true })
  @Column(orNull(name(150)))
  usernameKey!: string | null
  /** Index in which the kinds of password hashes are found by seeking. */
  @Index('user_password_hash')
  @Column(name(255))
  passwordHash!: string
  @Column(name(150)) firstName!: string
  @Column(name(150)) lastName!: string
  @Column(name(254)) email!: string
  /** Search key of the e-mail address (policy/email.ts); null where there is none. */
  @Index('user_email_key')
  @Column(orNull(name(254)))
  emailKey!: string | null
  /** Whether an administrator wrote the address, not the user. */
  @Column({ ...flag, default: false }) emailVerified!: boolean
  @Column(flag) active!: boolean
  /** JSON array of the permissions that are the user's own, beside those of roles. */
  @Column(longText) permissions!: string
  /** Sessions whose `seq` is lower are over. Raised by an "end all", never lowered. */
  @Column(whole) endedSeq!: number
  @Column(orNull(whole)) lastLoginAt!: number | null
  @Column(whole) passwordChangedAt!: number
  /** An administrator knows the password: pages ask for a new one before anything else. */
  @Column({ ...flag, default: false }) mustChangePassword!: boolean
  @Column(whole) createdAt!: number
  @Column(orNull(whole)) deletedAt!: number | null
}
