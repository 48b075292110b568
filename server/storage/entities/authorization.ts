import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, uuid, whole } from './columns.js'

/** What an application turns into tokens, once: made by a person's decision at the authorization endpoint. */
@Entity('code')
@Index('code_user', ['userId', 'applicationId'])
export class Code {
  /** SHA-256 of the code, base64url. */
  @PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'code_pk' }) hash!: string
  @Column(name(100)) applicationId!: string
  @Column(whole) userId!: number
  @Column(uuid) deviceId!: string
  /** The browser session that the decision was made in, and the sign-in that it stands on. */
  @Column(uuid) browserSid!: string
  @Column(whole) seq!: number
  @Column(whole) authenticatedAt!: number
  /** As the request named it; NULL where it named none. */
  @Column(orNull(longText)) redirectUri!: string | null
  /** RFC 7636, of method S256. */
  @Column(orNull(name(43))) challenge!: string | null
  @Column(name(1000)) scope!: string
  /** JSON list of the resource servers that were named; NULL for none. */
  @Column(orNull(longText)) resources!: string | null
  @Column(orNull(name(512))) nonce!: string | null
  /** RFC 9449 §10: the thumbprint of the key that it is bound to. */
  @Column(orNull(name(43))) dpopJkt!: string | null
  @Column(whole) createdAt!: number
  @Index('code_expires')
  @Column(whole)
  expiresAt!: number
  @Column(orNull(whole)) redeemedAt!: number | null
  /** Random, of the attempt that redeemed it: tells who won. */
  @Column(orNull(name(24))) redemption!: string | null
  /** SHA-256 of the address and agent that redeemed it, base64url. */
  @Column(orNull(name(43))) redeemer!: string | null
  @Column(orNull(uuid)) sessionId!: string | null
}

/** What a user lets an application have. */
@Entity('consent')
@Index('consent_application', ['applicationId', 'userId'])
export class Consent {
  @PrimaryColumn({ ...whole, primaryKeyConstraintName: 'consent_pk' }) userId!: number
  @PrimaryColumn({ ...name(100), primaryKeyConstraintName: 'consent_pk' }) applicationId!: string
  /** JSON: scopes by the resource server they belong to, '' for those that belong to none. */
  @Column(longText) scopes!: string
  @Column(whole) createdAt!: number
  @Column(whole) updatedAt!: number
}
