// Several processes that share one port. This one serves nothing: it starts the others, again when one dies, and stops them.
import cluster, { type Worker } from 'node:cluster'

/** A worker that lived for less, in ms, is not started again at once. */
const shortLife = 10_000
/** The longest wait before another start, in ms. */
const longestWait = 30_000

export type WorkersDeps = {
  count: number
  /** How long all of them may take to stop, in ms. */
  patience: number
  log: { warn(details: object, message: string): void }
}

export function createWorkers({ count, patience, log }: WorkersDeps) {
  const running = new Set<Worker>()
  let stopping = false
  let stopped = () => {}
  let shortLives = 0

  /** Starts another in its place when it dies. */
  function watch(worker: Worker): void {
    const startedAt = performance.now()
    running.add(worker)
    worker.once('exit', (code, signal) => {
      running.delete(worker)
      if (stopping) {
        if (running.size === 0) stopped()
        return
      }
      shortLives = performance.now() - startedAt < shortLife ? shortLives + 1 : 0
      const wait = shortLives === 0 ? 0 : Math.min(250 * 2 ** shortLives, longestWait)
      log.warn({ pid: worker.process.pid, code, signal, wait }, 'a worker died; another is started')
      setTimeout(() => {
        if (!stopping) watch(cluster.fork())
      }, wait)
    })
  }

  return {
    /**
     * Starts one, and the others once that one listens: what keeps it from starting is told once.
     * @returns where they listen
     * @throws Error when the first one cannot start; it has said why
     */
    async start(): Promise<{ port: number }> {
      const first = cluster.fork()
      const address = await new Promise<{ port: number }>((resolve, reject) => {
        first.once('listening', resolve)
        first.once('exit', () => reject(new Error('the first worker could not start')))
      })
      first.removeAllListeners('exit')
      watch(first)
      for (let started = 1; started < count; started++) watch(cluster.fork())
      return address
    },

    /** Tells all to finish what they have begun, and resolves when they are gone. */
    stop(): Promise<void> {
      stopping = true
      return new Promise(resolve => {
        stopped = resolve
        if (running.size === 0) resolve()
        for (const worker of running) worker.process.kill('SIGTERM')
        setTimeout(() => {
          for (const worker of running) worker.process.kill('SIGKILL')
        }, patience).unref()
      })
    },
  }
}
