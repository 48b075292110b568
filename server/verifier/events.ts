// The events of a verifier, for its listeners. An exception in a listener is ignored.
import type { Revocation } from '../protocol/log/revocation.js'

export type VerifierEvents = {
  /** A lease is in force, and was not before. */
  lease: { log: string; seq: number }
  /** The lease is over: until the next one the server is asked about every token. */
  lease_over: Record<string, never>
  /** An entry of the log was applied; not raised for the entries of a snapshot. */
  revocation: Pick<Revocation, 'seq' | 'kind' | 'subject' | 'effect'>
  /** The public keys were fetched. */
  keys: { kids: readonly string[] }
  stream: { state: StreamState }
  /** A failure that is retried. The error never contains a secret. */
  error: Error
}

export type StreamState = 'connecting' | 'reading_all' | 'following' | 'waiting' | 'closed'
export type VerifierEventName = keyof VerifierEvents
export type Listener<N extends VerifierEventName> = (about: VerifierEvents[N]) => void

export function createEvents() {
  const listeners = new Map<VerifierEventName, Set<Listener<never>>>()

  return {
    /** @returns a function that removes the listener */
    on<N extends VerifierEventName>(name: N, listener: Listener<N>): () => void {
      const those = listeners.get(name) ?? new Set()
      listeners.set(name, those.add(listener))
      return () => void those.delete(listener)
    },

    /** @returns whether there is a listener */
    notify<N extends VerifierEventName>(name: N, about: VerifierEvents[N]): boolean {
      const those = [...(listeners.get(name) ?? [])] as Listener<N>[]
      for (const listener of those) {
        try {
          listener(about)
        } catch {
          // Errors of a listener are ignored.
        }
      }
      return those.length > 0
    },

    clear: () => listeners.clear(),
  }
}

export type Events = ReturnType<typeof createEvents>
