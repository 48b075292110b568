// The number of open file descriptors of a process, and their limit (Linux).
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

export const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

/** Sets the soft limit RLIMIT_NOFILE. Open descriptors stay open. */
export function limitDescriptors(pid: number, most: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${most}:`])
}
