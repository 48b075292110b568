// Threads for SQLite's connections. One costs more to start than a database to open: where a process opens many databases one
// after the other it may keep those whose connection is closed.
import { Worker } from 'node:worker_threads';
const idle = [];
let most = 0;
/**
 * How many threads without a connection wait for the next; none, unless somebody says so.
 * @returns what sets it back
 */
export function keepWorkers(count) {
    const before = most;
    most = count;
    for (const worker of idle.splice(count))
        void worker.terminate();
    return () => void keepWorkers(before);
}
/** Keeps no process alive until `ref()`. */
export function takeWorker() {
    const kept = idle.pop();
    if (kept)
        return silent(kept);
    const started = new Worker(new URL('./sqlite-worker.js', import.meta.url));
    started.unref();
    return started;
}
/** One whose connection is closed, and which nobody listens to any more. */
export async function leaveWorker(worker) {
    if (idle.length >= most)
        return void (await worker.terminate());
    worker.unref();
    const forget = () => {
        const at = idle.indexOf(worker);
        if (at !== -1)
            idle.splice(at, 1);
    };
    silent(worker).once('error', forget).once('exit', forget);
    idle.push(worker);
}
/** By name: Node has listeners of its own on it. */
function silent(worker) {
    for (const event of ['message', 'error', 'exit'])
        worker.removeAllListeners(event);
    return worker;
}
//# sourceMappingURL=sqlite-workers.js.map