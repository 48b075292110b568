// Ties the life of a program to this process: however this one ends, kill -9 included, the kernel kills the other.
import { existsSync } from 'node:fs';
/** util-linux has it, so every Linux does. */
const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find(existsSync);
/**
 * The command line that runs a program tied to this process, under the same pid as without. Elsewhere than on Linux it is
 * the program itself.
 * @example spawn(...tied('redis-server', ['--port', '0']))
 */
export function tied(program, args) {
    return setpriv ? [setpriv, ['--pdeathsig', 'KILL', '--', program, ...args]] : [program, [...args]];
}
//# sourceMappingURL=tied.js.map