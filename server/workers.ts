// Several processes that share one port (cluster). This one accepts connections and hands each to an idle worker, starts the
// workers, restarts one that dies, and stops them. It alone holds the listening socket, so that a worker's end resets no
// connection in the accept queue; and it keeps a connection until its worker has confirmed it, so that another worker gets it if
// that one dies.
import cluster, { type Worker } from 'node:cluster'
import type { Server as HttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'

/** A worker that lived for less, in ms, is not started again at once. */
const shortLife = 10_000
/** Longest delay before a worker that keeps dying is started again, in ms; and while no other worker serves. */
const longestWait = 30_000
const longestWaitAlone = 5_000

/**
 * How long a worker may take to confirm a connection, in ms. One without a free file descriptor never does: the kernel drops the
 * connection's descriptor, and no error is reported.
 */
const longestTake = 10_000

/** How long the leader waits for the other workers once the first one serves, in ms. */
const longestStart = 10_000

/** Messages from the leader to a worker. Messages and connections arrive in the order in which they were sent. */
type WorkerMessage = { take: number } | { leave: true } | { stop: true }
/** Messages from a worker to the leader. */
type Answer = { ready: true } | { took: number }

/** A connection that a worker has not confirmed yet. */
type HandedConnection = { socket: Socket; deadline: NodeJS.Timeout }

export type WorkersDeps = {
  count: number
  /** How long all workers may take to stop, in ms. */
  stopTimeout: number
  log: { warn(details: object, message: string): void }
}

export function createWorkers({ count, stopTimeout, log }: WorkersDeps) {
  const running = new Set<Worker>()
  /** Workers that serve, with the connections that each of them has not confirmed yet. */
  const serving = new Map<Worker, Map<number, HandedConnection>>()
  /** Connections that were accepted while no worker served. */
  const waiting: Socket[] = []
  /** Connections that were handed to a worker which died before it confirmed them: what they send may be what ended it. */
  const returned = new WeakSet<Socket>()
  let lastId = 0
  let stopping = false
  let stopped = () => {}
  let complete = () => {}
  let shortLives = 0

  const front: Server = createServer({ pauseOnConnect: true, noDelay: true }, socket => {
    socket.on('error', () => {})
    assign(socket)
  })

  function assign(socket: Socket): void {
    const [chosen] = [...serving].filter(([worker]) => worker.isConnected()).sort(([, a], [, b]) => a.size - b.size)
    if (!chosen) {
      waiting.push(socket)
      return
    }
    const [worker, unconfirmed] = chosen
    const id = ++lastId
    const deadline = setTimeout(() => {
      unconfirmed.delete(id)
      socket.destroy()
    }, longestTake)
    unconfirmed.set(id, { socket, deadline: deadline.unref() })
    // Round-robin among workers with equally many unconfirmed connections.
    serving.delete(worker)
    serving.set(worker, unconfirmed)
    // A connection that cannot be sent is handed out again on the worker's exit.
    worker.process.send({ take: id } satisfies WorkerMessage, socket, { keepOpen: true }, () => {})
  }

  function onWorkerMessage(worker: Worker, answer: Answer): void {
    if ('took' in answer) {
      const unconfirmed = serving.get(worker)
      const handed = unconfirmed?.get(answer.took)
      unconfirmed?.delete(answer.took)
      clearTimeout(handed?.deadline)
      // The worker has a descriptor of its own: this closes ours, not the connection.
      handed?.socket.destroy()
      return
    }
    serving.set(worker, new Map())
    if (serving.size === count) complete()
    for (const socket of waiting.splice(0)) assign(socket)
  }

  /** Hands out a connection once more, and closes it if that has been done before. */
  function reassign(socket: Socket): void {
    if (returned.has(socket)) socket.destroy()
    else assign(socket)
    returned.add(socket)
  }

  function fork(): Worker {
    const worker = cluster.fork()
    worker.on('message', (answer: Answer) => onWorkerMessage(worker, answer))
    // Without a listener it would end this process: the worker could not be started.
    worker.on('error', () => {})
    worker.once('exit', () => {
      const unconfirmed = serving.get(worker)
      serving.delete(worker)
      for (const { socket, deadline } of unconfirmed?.values() ?? []) {
        clearTimeout(deadline)
        reassign(socket)
      }
    })
    return worker
  }

  /** Starts another worker in the place of one that dies. */
  function watch(worker: Worker): void {
    const startedAt = performance.now()
    running.add(worker)
    function replace(why: object): void {
      running.delete(worker)
      if (stopping) {
        if (running.size === 0) stopped()
        return
      }
      shortLives = performance.now() - startedAt < shortLife ? shortLives + 1 : 0
      const longest = serving.size === 0 ? longestWaitAlone : longestWait
      const wait = shortLives === 0 ? 0 : Math.min(250 * 2 ** shortLives, longest)
      log.warn({ pid: worker.process.pid, ...why, wait }, 'a worker died; another is started')
      setTimeout(() => {
        if (!stopping) watch(fork())
      }, wait)
    }
    worker.once('exit', (code, signal) => replace({ code, signal }))
    // A process that could not be started, as no file descriptor was free, has no exit.
    worker.once('error', error => wasStarted(worker) || replace({ reason: error.message }))
  }

  function broadcast(sent: WorkerMessage): void {
    for (const worker of running) if (worker.isConnected()) worker.send(sent, () => {})
  }

  return {
    /** The listening server. */
    front,

    /**
     * Starts one worker, and the others once that one serves: a reason that keeps workers from starting is logged once.
     * @throws Error when the first worker cannot start; it has logged why
     */
    async start(): Promise<void> {
      const first = fork()
      await new Promise<void>((resolve, reject) => {
        first.on('message', (answer: Answer) => 'ready' in answer && resolve())
        first.once('error', reject)
        first.once('exit', () => reject(new Error('the first worker could not start')))
      })
      watch(first)
      for (let started = 1; started < count; started++) watch(fork())
    },

    /** Resolves when all workers serve, or after `longestStart` with fewer. */
    allServing: (): Promise<void> =>
      new Promise(resolve => {
        complete = resolve
        if (serving.size === count) resolve()
        setTimeout(resolve, longestStart).unref()
      }),

    /** Tells all workers that the server is about to stop. */
    leave(): void {
      stopping = true
      broadcast({ leave: true })
    },

    /** Tells all workers to finish their requests, and resolves when they have exited. The server must not listen any more. */
    stop(): Promise<void> {
      stopping = true
      return new Promise(resolve => {
        stopped = resolve
        if (running.size === 0) resolve()
        broadcast({ stop: true })
        // Workers that do not serve yet have no requests to finish.
        for (const worker of running) if (!serving.has(worker)) kill(worker)
        setTimeout(() => {
          for (const worker of running) kill(worker)
        }, stopTimeout).unref()
      })
    },
  }
}

const wasStarted = (worker: Worker): boolean => worker.process.pid !== undefined

/** Only a process that was started: a kill without a process id goes to the whole process group. */
function kill(worker: Worker): void {
  if (wasStarted(worker)) worker.process.kill('SIGKILL')
}

/** A worker's side: its server is given its connections by who leads it. */
export function serveForLeader(server: HttpServer, on: { leave: () => void; stop: () => void }): void {
  // It never listens, and node begins to check headersTimeout and requestTimeout only then.
  server.emit('listening')
  process.on('message', (sent: WorkerMessage, socket?: Socket) => {
    if ('leave' in sent) on.leave()
    else if ('stop' in sent) on.stop()
    else {
      process.send!({ took: sent.take } satisfies Answer)
      // Gone when its client hung up on the way.
      if (socket) server.emit('connection', socket)
    }
  })
  process.send!({ ready: true } satisfies Answer)
}
