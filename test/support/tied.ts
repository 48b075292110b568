// Ties a child program to this process: the kernel kills it when this process ends, also by SIGKILL.
import { existsSync } from 'node:fs'

/** setpriv is part of util-linux, which every Linux has. */
const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find(existsSync)

/**
 * The command line that runs a program tied to this process, with the same pid. On other systems than Linux it is the
 * program itself.
 * @example spawn(...tied('redis-server', ['--port', '0']))
 */
export function tied(program: string, args: readonly string[]): [program: string, args: string[]] {
  return setpriv ? [setpriv, ['--pdeathsig', 'KILL', '--', program, ...args]] : [program, [...args]]
}
