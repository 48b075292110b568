import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, uuid, whole } from './columns.js'

/**
 * Authorization code: a user's decision at the authorization endpoint, which an application redeems once for tokens.
 */
@Entity('code')
@Index('code_user', ['userId', 'applicationId'])
export class Code {
  /** SHA-256 of the code, base64url. */
  @PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'code_pk' }) hash!: string
  @Column(name(100)) applicationId!: string
  @Column(whole) userId!: number
  @Column(uuid) deviceId!: string
  /** The browser session in which the user decided, and its sign-in. */
  @Column(uuid) browserSid!: string
  @Column(whole) seq!: number
  @Column(whole) authenticatedAt!: number
  /** The redirect URI as the request had it; NULL where it had none. */
  @Column(orNull(longText)) redirectUri!: string | null
  /** RFC 7636: the code challenge, of method S256. */
  @Column(orNull(name(43))) challenge!: string | null
  @Column(name(1000)) scope!: string
  /** JSON list of the requested resource servers; NULL for none. */
  @Column(orNull(longText)) resources!: string | null
  @Column(orNull(name(512))) nonce!: string | null
  /** RFC 9449 §10: thumbprint of the key that the code is bound to. */
  @Column(orNull(name(43))) dpopJkt!: string | null
  @Column(whole) createdAt!: number
  @Index('code_expires')
  @Column(whole)
  expiresAt!: number
  @Column(orNull(whole)) redeemedAt!: number | null
  /** Random id of the attempt that redeemed the code: shows which one won. */
  @Column(orNull(name(24))) redemption!: string | null
  /** SHA-256 of the address and user agent that redeemed the code, base64url. */
  @Column(orNull(name(43))) redeemer!: string | null
  @Column(orNull(uuid)) sessionId!: string | null
}

/** Consent: the scopes that a user lets an application have. */
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
