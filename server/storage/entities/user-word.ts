import { Entity, Index, PrimaryColumn } from 'typeorm'
import { name, whole } from './columns.js'

/** A word by which a user is found (policy/search-words.ts). */
@Entity('user_word')
@Index('user_word_word', ['word', 'userId'])
export class UserWord {
  @PrimaryColumn({ ...whole, primaryKeyConstraintName: 'user_word_pk' }) userId!: number
  @PrimaryColumn({ ...name(190), primaryKeyConstraintName: 'user_word_pk' }) word!: string
}
