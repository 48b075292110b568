import type { Queries } from '../../server/storage/database.js'
import type { TestServer } from './server.js'

/** Statements of periodic jobs: the log's head is read four times a second, and with it the policy in force. */
const byItself = /\bheartbeat\b|FROM policy_version/

/** What a server asks its database for while something is done, inside transactions too; what runs by itself aside. */
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

/** The first word of each, in their order. */
export async function statementsOf(server: TestServer, work: () => Promise<unknown>): Promise<string[]> {
  return (await textsOf(server, work)).map(sql => sql.split(' ', 1)[0]!)
}

/** How many read, and how many write. */
export async function countOf(
  server: TestServer,
  work: () => Promise<unknown>,
): Promise<{ reads: number; writes: number }> {
  const verbs = await statementsOf(server, work)
  const reads = verbs.filter(verb => verb === 'SELECT').length
  return { reads, writes: verbs.length - reads }
}
