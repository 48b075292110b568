// Periodic jobs, each with its own interval. A job that fails is logged and runs again; runs of one job never overlap.

import { Refusal } from '../protocol/errors.js'

export type Job = { name: string; everyMs: number; run: () => Promise<void> }

type Line = (details: object, message: string) => void
export type JobsDeps = { log: { debug: Line; info: Line; warn: Line } }

export function createJobs({ log }: JobsDeps, jobs: readonly Job[]) {
  const timers = new Map<string, NodeJS.Timeout>()
  const running = new Set<Promise<void>>()
  let stopped = false

  /** Consecutive failures by job: the first is logged, and the recovery. */
  const failures = new Map<string, number>()

  async function runOnce({ name, run }: Job): Promise<void> {
    try {
      await run()
      const times = failures.get(name)
      failures.delete(name)
      if (times !== undefined) log.info({ job: name, times }, 'a job that failed works again')
    } catch (error) {
      if (stopped) return
      // An outage of the database is logged once, by revocation/tail.ts.
      if (error instanceof Refusal && error.status === 503) {
        log.debug({ err: error, job: name }, 'a job is postponed: the database does not answer')
        return
      }
      const times = (failures.get(name) ?? 0) + 1
      failures.set(name, times)
      const write = times === 1 ? log.warn : log.debug
      write.call(log, { err: error, job: name, times }, 'a job failed')
    }
  }

  function schedule(job: Job): void {
    const timer = setTimeout(async () => {
      await track(runOnce(job))
      if (!stopped) schedule(job)
    }, job.everyMs)
    timers.set(job.name, timer.unref())
  }

  function track(work: Promise<void>): Promise<void> {
    running.add(work)
    return work.finally(() => running.delete(work))
  }

  return {
    start(): void {
      for (const job of jobs) schedule(job)
    },

    /** Runs work in the background after a response; `stop` waits for it. */
    afterwards(work: () => Promise<void>): void {
      void track(runOnce({ name: 'afterwards', everyMs: 0, run: work }))
    },

    /** Resolves when no background work is running any more. */
    async settled(): Promise<void> {
      while (running.size > 0) await Promise.allSettled(running)
    },

    /** Runs every job once, now. */
    async runAll(): Promise<void> {
      for (const job of jobs) await job.run()
    },

    async stop(): Promise<void> {
      stopped = true
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.allSettled(running)
    },
  }
}

export type Jobs = ReturnType<typeof createJobs>
