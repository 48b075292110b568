import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, uuid, whole } from './columns.js'

/** The cookie of a browser that is signed in to the built-in pages: it holds a session of the built-in application. */
@Entity('page_session')
export class PageSession {
  /** SHA-256 of the cookie's value, base64url: a copy of the table lets no one sign in. */
  @PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'page_session_pk' }) idHash!: string
  @Index('page_session_session')
  @Column(uuid)
  sessionId!: string
  /** Secret from which the tokens in this browser's forms are made. */
  @Column(name(43)) formSecret!: string
  /** When the password was last typed, epoch ms: at the sign-in, or to confirm an irreversible action. */
  @Column(whole) authenticatedAt!: number
  /** JSON of notices that the next page shows once. */
  @Column(orNull(longText)) notices!: string | null
  @Column(whole) createdAt!: number
}
