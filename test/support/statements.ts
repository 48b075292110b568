// Records the SQL statements that a server executes.
import type { Queries } from '../../server/storage/database.js'
import type { TestServer } from './server.js'

/**
 * Statements of periodic jobs: the head of the revocation log is read four times a second, with the policy in force.
 */
const byItself = /\bheartbeat\b|FROM policy_version/

/** The statements that `work` executes, also in transactions; periodic statements are left out. */
export async function textsOf(server: TestServer, work: () => Promise<unknown>): Promise<string[]> {
  const { database } = server.composed.parts.storage
  const { read, cells, write, transaction } = database
  const asked: string[] = []
  const noted = (queries: Queries): Queries => ({
    read(sql, values) {
      note(sql)
      return queries.read(sql, values)
    },
    cells(sql, values) {
      note(sql)
      return queries.cells(sql, values)
    },
    write(sql, values) {
      note(sql)
      return queries.write(sql, values)
    },
  })
  const note = (sql: string) => {
    if (!byItself.test(sql)) asked.push(sql.replace(/\s+/g, ' ').trim())
  }
  Object.assign(database, noted({ read, cells, write }), {
    transaction: <T>(inside: (tx: Queries) => Promise<T>) => transaction(tx => inside(noted(tx))),
  })
  try {
    await work()
  } finally {
    Object.assign(database, { read, cells, write, transaction })
  }
  return asked
}

/** The first word of each statement, in order. */
export async function statementsOf(server: TestServer, work: () => Promise<unknown>): Promise<string[]> {
  return (await textsOf(server, work)).map(sql => sql.split(' ', 1)[0]!)
}

/** The numbers of SELECT statements and of others. */
export async function countOf(
  server: TestServer,
  work: () => Promise<unknown>,
): Promise<{ reads: number; writes: number }> {
  const verbs = await statementsOf(server, work)
  const reads = verbs.filter(verb => verb === 'SELECT').length
  return { reads, writes: verbs.length - reads }
}
