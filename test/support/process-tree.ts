// Processor time and memory of a process and its descendants, read from /proc (Linux). times.cjs reads it too.
import { readdirSync, readFileSync } from 'node:fs'

/** Processor time in /proc is in hundredths of a second (USER_HZ). */
const ticksPerSecond = 100

type Process = { pid: number; parent: number; seconds: number }

/** Running processes, each with its processor time and that of its ended children. */
function processes(): Process[] {
  const all: Process[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      // The process name may contain any character; fields after it: proc_pid_stat(5).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
      all.push({ pid: Number(name), parent: Number(fields[1]), seconds: ticks / ticksPerSecond })
    } catch {
      // The process has ended meanwhile.
    }
  }
  return all
}

/** The given processes and all their descendants. */
function treeOf(roots: readonly number[]): Process[] {
  const all = processes()
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]))
  return all.filter(({ pid }) => {
    for (let at: number | undefined = pid; at !== undefined; at = parents.get(at)) if (roots.includes(at)) return true
    return false
  })
}

/** Processor seconds of the given processes and all their descendants, ended ones included. */
export function processorSeconds(...roots: number[]): number {
  return treeOf(roots).reduce((sum, { seconds }) => sum + seconds, 0)
}

/** Resident bytes of one process. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes ?? 0) * 1024
}

/** Resident bytes of the given processes and all their descendants; shared memory counts for each. */
export function residentBytesOfTree(...roots: number[]): number {
  return treeOf(roots).reduce((sum, { pid }) => {
    try {
      return sum + residentBytes(pid)
    } catch {
      return sum
    }
  }, 0)
}
