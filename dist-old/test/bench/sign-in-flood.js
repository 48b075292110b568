// The flood of sign-ins.ts, in a process of its own: what it costs to send must not slow what is measured. All its users sign
// in at the same moment, each from an address of its own, and again and again until it is told to stop; who is told to come
// back later does so.
import { setPriority } from 'node:os';
import { aPoster } from './post.js';
setPriority(10);
process.once('message', async ({ url, path, users, password }) => {
    const statuses = [];
    const poster = aPoster(url, users.length);
    let stopped = false;
    let wake = () => { };
    const stop = new Promise(resolve => {
        wake = resolve;
    });
    process.once('message', () => {
        stopped = true;
        wake();
    });
    const keepOn = async (username, index) => {
        const from = { 'X-Forwarded-For': `198.18.${index >> 8}.${index & 255}` };
        while (!stopped) {
            const { status, retryAfter } = await poster.post(path, { username, password }, from);
            statuses.push(status);
            await Promise.race([stop, new Promise(resolve => setTimeout(resolve, retryAfter * 1000).unref())]);
        }
    };
    await Promise.all(users.map(keepOn));
    poster.close();
    process.send({ statuses });
});
process.on('disconnect', () => process.exit());
//# sourceMappingURL=sign-in-flood.js.map