// What runs by itself, each on its own beat. A job that fails is logged and runs again; jobs never overlap themselves.

export type Job = { name: string; everyMs: number; run: () => Promise<void> }

export type JobsDeps = { log: { warn(details: object, message: string): void } }

export function createJobs({ log }: JobsDeps, jobs: readonly Job[]) {
  const timers = new Map<string, NodeJS.Timeout>()
  const running = new Set<Promise<void>>()
  let stopped = false

  async function runOnce({ name, run }: Job): Promise<void> {
    try {
      await run()
    } catch (error) {
      if (!stopped) log.warn({ err: error, job: name }, 'a job failed')
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

    /** Work that goes on after an answer; `stop` waits for it. */
    afterwards(work: () => Promise<void>): void {
      void track(runOnce({ name: 'afterwards', everyMs: 0, run: work }))
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
