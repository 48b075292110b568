import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { name, whole } from './columns.js'

/** A proof that was used: each is accepted once. */
@Entity('spent_proof')
export class SpentProof {
  /** SHA-256 of the proof's kind, its owner and its `jti`, base64url. */
  @PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'spent_proof_pk' }) hash!: string
  /** When the proof would be refused anyway, epoch ms: the row may be deleted after that. */
  @Index('spent_proof_expires')
  @Column(whole)
  expiresAt!: number
}
