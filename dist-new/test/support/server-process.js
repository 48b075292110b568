// A server as a process of its own, for tests that kill it. It is told by messages where to die; see processes.ts.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import { readSettings } from '../../config/settings.js';
import { compose } from '../../server/compose.js';
import { loopTurns } from './loop-turns.js';
let deathbed = null;
let compared = 0;
process.on('message', (message) => {
    if (message === 'compared')
        return process.send({ compared });
    if (message === 'turns')
        return process.send({ turns: loopTurns() });
    deathbed = message;
    process.send({ armed: message });
});
const dieAt = (place) => {
    if (deathbed === place)
        process.kill(process.pid, 'SIGKILL');
};
const lines = (level) => (details, message) => {
    const cause = details.err;
    process.stderr.write(`${level} ${message} ${cause?.stack ?? JSON.stringify(details)}\n`);
};
const log = { debug: () => { }, info: () => { }, warn: lines('warn'), error: lines('error') };
const composed = await compose(readSettings(process.env), {
    log,
    pauses: { rotationClaimed: async () => dieAt('rotationClaimed') },
});
const { storage: { database }, signIn: { hashingProcess }, } = composed.parts;
const { matches } = hashingProcess;
hashingProcess.matches = (...guess) => {
    compared++;
    return matches(...guess);
};
/** Jobs that run by themselves commit too, and at no moment that a test knows. */
const inRequest = new AsyncLocalStorage();
const transaction = database.transaction;
database.transaction = async (work) => {
    const result = await transaction(work);
    if (inRequest.getStore())
        dieAt('committed');
    return result;
};
await composed.migrate();
if (process.env.POLICY)
    await composed.parts.policies.policies.set(JSON.parse(process.env.POLICY), 'system', 'test');
await composed.start();
composed.jobs.start();
const answer = composed.app.callback();
const server = createServer((request, response) => inRequest.run(true, () => void answer(request, response)));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
// Without the parent there is nobody to serve.
process.on('disconnect', () => process.exit(0));
//# sourceMappingURL=server-process.js.map