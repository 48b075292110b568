import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { longText, name, orNull, uuid, whole } from './columns.js'

/** The cookie of a browser that is signed in to our own pages: it holds a session of the built-in application. */
@Entity('page_session')
export class PageSession {
  /** SHA-256 of the cookie's value, base64url: a copy of the table lets nobody sign in. */
  @PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'page_session_pk' }) idHash!: string
  @Index('page_session_session')
  @Column(uuid)
  sessionId!: string
  /** What the tokens in the forms of this browser are made from. */
  @Column(name(43)) formSecret!: string
  /** When the password was typed last; a sign-in, or a proof before something that is hard to take back. */
  @Column(whole) authenticatedAt!: number
  /** JSON of what the next page tells once. */
  @Column(orNull(longText)) notices!: string | null
  @Column(whole) createdAt!: number
}
