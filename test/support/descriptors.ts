// File descriptors of a process, counted and limited (Linux).
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

export const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

/** Sets the soft limit (RLIMIT_NOFILE). Descriptors that are open stay so. */
export function limitDescriptors(pid: number, most: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${most}:`])
}
