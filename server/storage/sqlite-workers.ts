// A pool of worker threads for SQLite's connections. Starting a thread costs more than opening a database: a process that opens
// many databases one after the other may keep threads whose connection is closed.
import { Worker } from 'node:worker_threads'

const idle: Worker[] = []
let most = 0

/**
 * Sets how many idle threads the pool keeps; the default is none.
 * @returns restores the former size
 */
export function setPoolSize(count: number): () => void {
  const before = most
  most = count
  for (const worker of idle.splice(count)) void worker.terminate()
  return () => void setPoolSize(before)
}

/** The thread does not keep the process alive until `ref()`. */
export function acquireWorker(): Worker {
  const kept = idle.pop()
  if (kept) return withoutListeners(kept)
  const started = new Worker(new URL('./sqlite-worker.js', import.meta.url))
  started.unref()
  return started
}

/** Returns a thread to the pool; its connection is closed, and its listeners are removed. */
export async function releaseWorker(worker: Worker): Promise<void> {
  if (idle.length >= most) return void (await worker.terminate())
  worker.unref()
  const forget = () => {
    const at = idle.indexOf(worker)
    if (at !== -1) idle.splice(at, 1)
  }
  withoutListeners(worker).once('error', forget).once('exit', forget)
  idle.push(worker)
}

/** Removes listeners by event: removing those of all events would remove Node's own. */
function withoutListeners(worker: Worker): Worker {
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event)
  return worker
}
