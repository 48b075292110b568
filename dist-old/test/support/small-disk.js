// A filesystem that can be filled without anybody else noticing.
import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from './engines.js';
const mounted = [];
/** null where this user may not mount one. */
export function aSmallDisk(megabytes) {
    const path = aFolder();
    try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'darvoza-test', path], {
            stdio: 'ignore',
        });
    }
    catch {
        return null;
    }
    mounted.push(path);
    const filler = join(path, 'filler');
    return {
        path,
        fill() {
            for (;;) {
                const { bavail, bsize } = statfsSync(path);
                if (bavail === 0)
                    return;
                try {
                    appendFileSync(filler, Buffer.alloc(Math.min(bavail * bsize, 2 ** 20)));
                }
                catch (error) {
                    if (error.code !== 'ENOSPC')
                        throw error;
                }
            }
        },
        clear: () => rmSync(filler, { force: true }),
    };
}
/** Whoever used them is dead. */
export function unmountDisks() {
    for (const path of mounted.splice(0))
        execFileSync('umount', ['-l', path], { stdio: 'ignore' });
}
//# sourceMappingURL=small-disk.js.map