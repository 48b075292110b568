// What runs in the hashing process, and as little more as can be: it answers jobs by their number, and goes when its
// parent does. See hashing-process.ts for the other end.
import { hashPassword, matchesHash } from './stored-passwords.js';
async function work(job) {
    try {
        const { password } = job;
        return {
            result: await (job.kind === 'hash' ? hashPassword(password, job.cost) : matchesHash(password, job.encoded)),
        };
    }
    catch (error) {
        return { problem: error.message };
    }
}
process.on('message', async (job) => {
    const result = await work(job);
    // Without a parent nobody waits for it.
    if (process.connected)
        process.send({ ...result, id: job.id }, () => { });
});
process.on('disconnect', () => process.exit());
// A terminal's Ctrl-C reaches this process too, while its parent still has sign-ins to finish.
for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => { });
//# sourceMappingURL=hashing-child.js.map