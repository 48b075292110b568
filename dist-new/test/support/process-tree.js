// What a process and all that it started have cost, read from /proc: Linux alone. Reports of test costs read it too (times.cjs).
import { readdirSync, readFileSync } from 'node:fs';
/** Linux counts in hundredths of a second here (USER_HZ). */
const ticksPerSecond = 100;
/** Those that run, with the processor time of theirs that have ended. */
function processes() {
    const all = [];
    for (const name of readdirSync('/proc')) {
        if (!/^\d+$/.test(name))
            continue;
        try {
            const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
            // The name before may hold anything; see proc_pid_stat(5) for the fields after it.
            const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
            const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
            all.push({ pid: Number(name), parent: Number(fields[1]), seconds: ticks / ticksPerSecond });
        }
        catch {
            // It has ended meanwhile.
        }
    }
    return all;
}
/** These, their children, theirs and so on. */
function treeOf(roots) {
    const all = processes();
    const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
    return all.filter(({ pid }) => {
        for (let at = pid; at !== undefined; at = parents.get(at))
            if (roots.includes(at))
                return true;
        return false;
    });
}
/** Processor seconds of these processes and of all that they started, ended or not. */
export function processorSeconds(...roots) {
    return treeOf(roots).reduce((sum, { seconds }) => sum + seconds, 0);
}
/** Resident bytes of one process. */
export function residentBytes(pid) {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
}
/** Of these processes and of all that they started; what several share counts for each. */
export function residentBytesOfTree(...roots) {
    return treeOf(roots).reduce((sum, { pid }) => {
        try {
            return sum + residentBytes(pid);
        }
        catch {
            return sum;
        }
    }, 0);
}
//# sourceMappingURL=process-tree.js.map