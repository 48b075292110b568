// Connections to the database, each lent to one caller at a time. The files beside this implement them, one for each engine.
import { StorageFailure } from '../storage-failure.js'
import type { TlsOptions } from '../tls.js'

export type DatabaseAddress =
  | { engine: 'sqlite'; path: string }
  | {
      engine: 'mysql'
      host: string
      port: number
      user: string
      password: string
      name: string
      tls: TlsOptions | null
    }

/** `affected` counts the rows that were matched, changed or not. */
export type Answer = { rows: Record<string, unknown>[] } | { cells: unknown[][] } | { affected: number }

/** A connection for statements that are each committed by themselves, one statement at a time. */
export type Statements = {
  /**
   * @param often whether to keep it prepared, where that makes a difference; rows come as cells, in the order of the
   *   columns
   * @throws what the driver throws
   */
  query(sql: string, values?: readonly unknown[], often?: boolean): Promise<Answer>
  /** Returns the connection. */
  release(): void
  /** Used in place of `release` when the caller has timed out: nothing that is still under way may be committed. */
  discard(): void
}

export type Connection = Statements & {
  begin(): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
}

export type Connections = {
  engine: DatabaseAddress['engine']
  /** Remarks about the database server, for the operator. */
  warnings: readonly string[]
  /** A connection for reads, lent before it is open: the first statement waits for it. */
  reader(): Statements
  writer(): Connection
  close(): Promise<void>
}

/** How a loan ended; null while it lasts. */
export type Over = 'released' | 'discarded' | null

/** @throws StorageFailure where the caller has timed out */
export function refuseOver(over: Over): void {
  if (over === 'discarded') throw new StorageFailure('DEADLINE', 'nobody waits for it any more')
  if (over === 'released') throw new Error('a statement on a connection that was given back')
}

export function rowsOf(answer: Answer): Record<string, unknown>[] {
  return 'rows' in answer ? answer.rows : []
}
