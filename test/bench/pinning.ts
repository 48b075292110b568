// CPU pinning: binds all threads of a process to one core; processes started later inherit it.
import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** null if pinning is possible on this machine, else the reason why not. */
export function whyNotPinned(): string | null {
  if (availableParallelism() < 2) return 'this machine has one core'
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'taskset is not installed (util-linux)'
  }
}

export function pin(pid: number, core: number): void {
  execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' })
}
