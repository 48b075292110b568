// The thread of one SQLite connection: it receives what to open, then statements, and answers each; null closes the
// connection, and is answered with null. See sqlite-thread.ts.
import { parentPort } from 'node:worker_threads'
import { type Answer, type Call, type ConnectionOptions, createSqliteConnection } from './sqlite-connection.js'

export type Said = { open: ConnectionOptions } | Call | null

const port = parentPort!
const answer = (given: Answer | null) => port.postMessage(given)
let connection: ReturnType<typeof createSqliteConnection> | null = null

port.on('message', (said: Said) => {
  if (said && 'open' in said) {
    connection = createSqliteConnection(said.open)
  } else if (said) {
    answer(connection!.run(said))
  } else {
    connection!.close()
    connection = null
    answer(null)
  }
})
