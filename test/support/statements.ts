import type { TestServer } from './server.js'

/** Counts what a server asks its database for while something is done, what runs by itself aside. */
export async function statementsOf(server: TestServer, work: () => Promise<unknown>): Promise<string[]> {
  const { database } = server.composed.parts.storage
  const { read, write } = database
  const asked: string[] = []
  const isOurs = (sql: string) => !/heartbeat|FROM log_head h|FROM policy_version/.test(sql)
  const note = (sql: string) => {
    if (isOurs(sql)) asked.push(sql.trim().split(/\s+/, 1)[0]!)
  }
  database.read = (sql, values) => {
    note(sql)
    return read(sql, values)
  }
  database.write = (sql, values) => {
    note(sql)
    return write(sql, values)
  }
  try {
    await work()
  } finally {
    Object.assign(database, { read, write })
  }
  return asked
}
