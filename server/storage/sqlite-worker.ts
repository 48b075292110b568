// The thread of one SQLite connection: takes statements one by one and answers each; null ends it. See sqlite-thread.ts.
import { parentPort, workerData } from 'node:worker_threads'
import { type Call, type ConnectionOptions, createSqliteConnection } from './sqlite-connection.js'

const port = parentPort!
const connection = createSqliteConnection(workerData as ConnectionOptions)

port.on('message', (call: Call | null) => {
  if (call) return port.postMessage(connection.run(call))
  connection.close()
  port.close()
})
