// The thread of one SQLite connection: is told what to open, takes statements one by one and answers each; null closes the
// connection, and is answered with null. See sqlite-thread.ts.
import { parentPort } from 'node:worker_threads';
import { createSqliteConnection } from './sqlite-connection.js';
const port = parentPort;
const answer = (given) => port.postMessage(given);
let connection = null;
port.on('message', (said) => {
    if (said && 'open' in said) {
        connection = createSqliteConnection(said.open);
    }
    else if (said) {
        answer(connection.run(said));
    }
    else {
        connection.close();
        connection = null;
        answer(null);
    }
});
//# sourceMappingURL=sqlite-worker.js.map