// One refresh at a time over all tabs of an origin (Web Locks). The lock saves requests and is not needed for
// correctness: a tab that has waited too long refreshes without it, and the server answers every tab within the grace
// with the same refresh token.

/** Runs `work` while no other work with this name runs; `signal` ends the waiting, never the work. */
export type Lock = <T>(name: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>

type LockManager = {
  request<T>(name: string, options: { signal: AbortSignal }, work: () => Promise<T>): Promise<T>
}

/** Web Locks, where available: pages without https and old browsers lack them. */
export function webLock(): Lock | null {
  const { navigator } = globalThis as { navigator?: { locks?: LockManager } }
  const locks = navigator?.locks
  return locks ? (name, signal, work) => locks.request(name, { signal }, work) : null
}

/**
 * @param wait timeout for the lock, in ms
 * @returns the result of `work`, which is run exactly once
 */
export async function whileLocked<T>(
  lock: Lock | null,
  name: string,
  wait: number,
  work: () => Promise<T>,
): Promise<T> {
  let begun: Promise<T> | null = null
  const once = () => {
    begun ??= work()
    return begun
  }
  if (lock === null) return once()
  const waiting = new AbortController()
  const timer = setTimeout(() => waiting.abort(), wait)
  try {
    return await lock(name, waiting.signal, () => {
      clearTimeout(timer)
      return once()
    })
  } catch {
    // The failure of the work is reported, that of the lock is not.
    return await once()
  } finally {
    clearTimeout(timer)
  }
}
