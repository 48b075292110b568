import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { name, whole } from './columns.js'

/** A proof that was shown: it is good once. */
@Entity('spent_proof')
export class SpentProof {
  /** SHA-256 of what it is, whose, and its `jti`, base64url. */
  @PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'spent_proof_pk' }) hash!: string
  /** By then it is over anyway. */
  @Index('spent_proof_expires')
  @Column(whole)
  expiresAt!: number
}
