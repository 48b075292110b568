// The thread of one SQLite connection: it receives what to open, then statements, and answers each; null closes the
// connection, and is answered with null. See sqlite-thread.ts.
import { parentPort } from 'node:worker_threads'
import { type Answer, type Call, type ConnectionOptions, createSqliteConnection } from './sqlite-connection.js'

export type ThreadMessage = { open: ConnectionOptions } | Call | null

const port = parentPort!
const answer = (given: Answer | null) => port.postMessage(given)
let connection: ReturnType<typeof createSqliteConnection> | null = null

port.on('message', (message: ThreadMessage) => {
  if (message && 'open' in message) {
    connection = createSqliteConnection(message.open)
  } else if (message) {
    answer(connection!.run(message))
  } else {
    connection!.close()
    connection = null
    answer(null)
  }
})
