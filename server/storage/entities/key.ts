import { Column, Entity, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, whole } from './columns.js'

/** A key pair of the JWKS. */
@Entity('signing_key')
export class SigningKey {
  /** RFC 7638 thumbprint. */
  @PrimaryColumn({ ...name(64), primaryKeyConstraintName: 'signing_key_pk' }) kid!: string
  @Column(name(10)) algorithm!: string
  @Column(name(10)) state!: string
  /** JSON of the public JWK. */
  @Column(longText) publicJwk!: string
  /** Private key in PKCS #8, sealed under the secret key; '' once the key signs no more. */
  @Column(longText) sealedPrivateKey!: string
  @Column(whole) createdAt!: number
  @Column(orNull(whole)) activatedAt!: number | null
  @Column(orNull(whole)) retiredAt!: number | null
  @Column(orNull(whole)) activatesAt!: number | null
  @Column(orNull(whole)) revokedAt!: number | null
}

/** A random secret of this server by purpose and version: refresh tokens and device tokens are signed with it. */
@Entity('sealed_secret')
export class SealedSecret {
  @PrimaryColumn({ ...name(20), primaryKeyConstraintName: 'sealed_secret_pk' }) purpose!: string
  @PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'sealed_secret_pk' }) version!: number
  @Column(longText) sealed!: string
  @Column(whole) createdAt!: number
}
