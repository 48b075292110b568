// Password hashing in a child process, below the server's priority: on the server's own thread pool, or at its
// priority, every hash would delay refreshes. Passwords reach it over its IPC channel alone, never by argument,
// environment or log. It is started at the first hash, and again after it died.
import { type ChildProcess, fork } from 'node:child_process'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Refusal, refuse } from '../../protocol/errors.js'
import type { HashingWork } from './hashing.js'
import type { HashingJob, HashingResult, Numbered } from './hashing-child.js'

/**
 * The nice value. At 3 a thread gets half of the share of one at 0 (526 to 1024 by Linux's weights): it yields to the
 * server, but on a core that refreshes alone would fill, two threads still get two fifths beside the server and its
 * database. At 10 it would be an eighth, at 15 a twentieth: too few sign-ins a second.
 */
const usualNiceness = 3

/** Delay before a restart of a process that died without an answer, in ms. */
const restAfterFailure = 1_000

export type HashingProcessDeps = {
  /** How many jobs it runs at once. */
  threads: number
  /** Timeout of a job, in ms; a process that takes longer is killed. */
  jobTimeout?: number
  /** Nice value of the process, from 0 to 19. */
  niceness?: number
  /** The program that it runs; tests use others. */
  program?: string
  log: { warn(details: object, message: string): void }
}

type Job = { resolve: (result: HashingResult) => void; reject: (refusal: Refusal) => void; deadline: NodeJS.Timeout }

export function createHashingProcess(deps: HashingProcessDeps) {
  const { threads, jobTimeout = 20_000, niceness = usualNiceness, log } = deps
  const { program = fileURLToPath(new URL('./hashing-child.js', import.meta.url)) } = deps
  let running: ReturnType<typeof start> | null = null
  let restsUntil = 0
  let closed = false

  function start() {
    const child = fork(program, [], {
      // Without our environment, which holds secrets.
      env: { UV_THREADPOOL_SIZE: String(threads) },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    child.once('error', error => over({ reason: error.message }))
    // stderr is no JSON: it is logged when the process ends. Where no file descriptor was free, the child has no streams.
    let errorOutput = ''
    child.stderr?.setEncoding('utf8').on('data', text => {
      errorOutput = `${errorOutput}${text}`.slice(-2_000)
    })
    const stderr = child.stderr as unknown as { unref(): void } | undefined
    stderr?.unref()
    setNiceness(child, niceness)
    child.unref()
    child.channel?.unref()
    const jobs = new Map<number, Job>()
    let lastId = 0
    let answered = false
    let gone = false

    function settle(id: number): Job | undefined {
      const job = jobs.get(id)
      jobs.delete(id)
      clearTimeout(job?.deadline)
      // The channel keeps the server's event loop alive only while a job is pending.
      if (jobs.size === 0) child.channel?.unref()
      return job
    }

    function over(why: object): void {
      if (gone) return
      gone = true
      if (running?.child === child) running = null
      // Without a process id the signal would go to the whole process group.
      if (child.pid !== undefined) child.kill('SIGKILL')
      if (!answered) restsUntil = performance.now() + restAfterFailure
      if (!closed)
        log.warn({ ...why, jobs: jobs.size, ...(errorOutput && { errorOutput }) }, 'the hashing process ended')
      for (const id of [...jobs.keys()]) settle(id)?.reject(overloaded())
    }

    child.on('message', (message: unknown) => {
      if (!isResult(message)) return over({ reason: 'it answered wrongly' })
      const { id, ...result } = message
      answered = true
      settle(id)?.resolve(result)
    })
    child.once('exit', (code, signal) => over({ code, signal }))

    return {
      child,

      run(job: HashingJob): Promise<HashingResult> {
        const id = ++lastId
        return new Promise((resolve, reject) => {
          const deadline = setTimeout(() => over({ reason: 'it did not answer' }), jobTimeout)
          jobs.set(id, { resolve, reject, deadline })
          child.channel?.ref()
          child.send({ ...job, id }, error => error && settle(id)?.reject(overloaded()))
        })
      },
    }
  }

  /** Runs a job. @throws overloaded while no process is available: the client may retry in a moment */
  async function run(job: HashingJob): Promise<HashingResult> {
    if (closed || performance.now() < restsUntil) throw overloaded()
    if (!running?.child.connected) running = start()
    // It could not be started; its `error` comes in the next tick.
    if (!running.child.connected) throw overloaded()
    return running.run(job)
  }

  return {
    /** @throws overloaded */
    async hash(password, cost) {
      const answer = await run({ kind: 'hash', password, cost })
      if ('problem' in answer) throw new Error(answer.problem)
      return answer.result as string
    },

    /** A stored hash that cannot be read matches nothing. @throws overloaded */
    async matches(password, encoded) {
      const answer = await run({ kind: 'matches', password, encoded })
      if (!('problem' in answer)) return answer.result as boolean
      log.warn({ reason: answer.problem }, 'a stored password could not be compared')
      return false
    },

    /** The process id; null while none runs. */
    pid: (): number | null => running?.child.pid ?? null,

    /** Ends the process; pending callers get `overloaded`. */
    async close(): Promise<void> {
      closed = true
      const child = running?.child
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      await new Promise<void>(resolve => {
        child.once('exit', () => resolve())
        child.ref()
        // Without a process id the signal would go to the whole process group.
        if (child.pid !== undefined) child.kill('SIGKILL')
      })
    },
  } satisfies HashingWork & { pid: () => number | null; close: () => Promise<void> }
}

export type HashingProcess = ReturnType<typeof createHashingProcess>

/** Validates a message: an exception in a listener would end the server. */
function isResult(message: unknown): message is Numbered<HashingResult> {
  const { id, result, problem } = (message ?? {}) as Record<string, unknown>
  return typeof id === 'number' && (typeof problem === 'string' || ['string', 'boolean'].includes(typeof result))
}

/** Sets the nice value at once: it applies to one thread, and threads created later inherit it. */
function setNiceness(child: ChildProcess, niceness: number): void {
  try {
    if (child.pid !== undefined) setPriority(child.pid, niceness)
  } catch {
    // Where it cannot be set, hashing competes with the server: slower, but correct.
  }
}

function overloaded(): Refusal {
  return refuse('overloaded', { retryAfter: 1 })
}
