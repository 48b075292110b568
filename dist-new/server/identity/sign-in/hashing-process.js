// Hashing in a process of its own, below the server's priority: on the server's own pool of threads, or at its own
// priority, every hash would keep refreshes waiting. Passwords go to it over its channel alone, never by argument,
// environment or log. It is started at the first hash, and again after it died.
import { fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { refuse } from '../../protocol/errors.js';
/**
 * Half of the share that a thread at 0 has (526 to 1024 by Linux's weights): it yields to the server, but on a core that
 * refreshes alone would fill, two threads still get two fifths beside the server and its database. At 10 it would be an
 * eighth, at 15 a twentieth: too few sign-ins a second.
 */
const usualNiceness = 3;
/** A process that died before it answered anything is not started again for so long, in ms. */
const restAfterFailure = 1_000;
export function createHashingProcess(deps) {
    const { threads, patience = 20_000, niceness = usualNiceness, log } = deps;
    const { program = fileURLToPath(new URL('./hashing-child.js', import.meta.url)) } = deps;
    let running = null;
    let restsUntil = 0;
    let closed = false;
    function start() {
        const child = fork(program, [], {
            // Nothing of ours: the environment holds secrets.
            env: { UV_THREADPOOL_SIZE: String(threads) },
            execArgv: [],
            stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        });
        // What it prints is no JSON: it is told with its end.
        let said = '';
        child.stderr.setEncoding('utf8').on('data', text => {
            said = `${said}${text}`.slice(-2_000);
        });
        const stderr = child.stderr;
        stderr.unref();
        setNiceness(child, niceness);
        child.unref();
        child.channel?.unref();
        const jobs = new Map();
        let lastId = 0;
        let answered = false;
        let gone = false;
        function settle(id) {
            const job = jobs.get(id);
            jobs.delete(id);
            clearTimeout(job?.deadline);
            // Only a job that is waited for keeps the server from going.
            if (jobs.size === 0)
                child.channel?.unref();
            return job;
        }
        function over(why) {
            if (gone)
                return;
            gone = true;
            if (running?.child === child)
                running = null;
            child.kill('SIGKILL');
            if (!answered)
                restsUntil = performance.now() + restAfterFailure;
            if (!closed)
                log.warn({ ...why, jobs: jobs.size, ...(said && { said }) }, 'the hashing process ended');
            for (const id of [...jobs.keys()])
                settle(id)?.reject(overloaded());
        }
        child.on('message', (message) => {
            if (!isResult(message))
                return over({ reason: 'it answered wrongly' });
            const { id, ...result } = message;
            answered = true;
            settle(id)?.resolve(result);
        });
        child.once('error', error => over({ reason: error.message }));
        child.once('exit', (code, signal) => over({ code, signal }));
        return {
            child,
            run(job) {
                const id = ++lastId;
                return new Promise((resolve, reject) => {
                    const deadline = setTimeout(() => over({ reason: 'it did not answer' }), patience);
                    jobs.set(id, { resolve, reject, deadline });
                    child.channel?.ref();
                    child.send({ ...job, id }, error => error && settle(id)?.reject(overloaded()));
                });
            },
        };
    }
    /** @throws overloaded while it cannot be had: whoever tries again in a moment may have luck */
    async function run(job) {
        if (closed || performance.now() < restsUntil)
            throw overloaded();
        if (!running?.child.connected)
            running = start();
        return running.run(job);
    }
    return {
        /** @throws overloaded */
        async hash(password, cost) {
            const answer = await run({ kind: 'hash', password, cost });
            if ('problem' in answer)
                throw new Error(answer.problem);
            return answer.result;
        },
        /** A stored hash that cannot be read matches nothing. @throws overloaded */
        async matches(password, encoded) {
            const answer = await run({ kind: 'matches', password, encoded });
            if (!('problem' in answer))
                return answer.result;
            log.warn({ reason: answer.problem }, 'a stored password could not be compared');
            return false;
        },
        /** null while none runs. */
        pid: () => running?.child.pid ?? null,
        /** Ends it; whoever still waits is told to try again. */
        async close() {
            closed = true;
            const child = running?.child;
            if (!child || child.exitCode !== null || child.signalCode !== null)
                return;
            await new Promise(resolve => {
                child.once('exit', () => resolve());
                child.ref();
                child.kill('SIGKILL');
            });
        },
    };
}
/** What a listener throws would end the server. */
function isResult(message) {
    const { id, result, problem } = (message ?? {});
    return typeof id === 'number' && (typeof problem === 'string' || ['string', 'boolean'].includes(typeof result));
}
/** At once: it is that of one thread, and the others inherit it as they are made. */
function setNiceness(child, niceness) {
    try {
        if (child.pid !== undefined)
            setPriority(child.pid, niceness);
    }
    catch {
        // Where it may not be set, hashing competes with the server: slower, and no worse.
    }
}
function overloaded() {
    return refuse('overloaded', { retryAfter: 1 });
}
//# sourceMappingURL=hashing-process.js.map