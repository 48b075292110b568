// Which core a process runs on, with all its threads; what it starts later inherits it.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
/** null: it can be done here; else why not. */
export function whyNotPinned() {
    if (availableParallelism() < 2)
        return 'this machine has one core';
    try {
        execFileSync('taskset', ['--version'], { stdio: 'ignore' });
        return null;
    }
    catch {
        return 'taskset is not installed (util-linux)';
    }
}
export function pin(pid, core) {
    execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
}
//# sourceMappingURL=pinning.js.map