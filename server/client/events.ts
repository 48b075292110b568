// The events of a client, for its listeners.

export type ClientEvents = {
  /** `elsewhere`: by another tab. */
  refreshed: { elsewhere: boolean }
  /** Also where an application's tokens were set. */
  signed_in: { elsewhere: boolean }
  /** `reason`: `signed_out` by this client or another tab, or the server's code: `session_ended`, `token_reused`, … */
  signed_out: { reason: string; elsewhere: boolean }
}

export type EventName = keyof ClientEvents
export type Listener<Name extends EventName> = (event: ClientEvents[Name]) => void

export function createEvents() {
  const listeners = new Map<EventName, Set<(event: never) => void>>()
  return {
    /** @returns a function that removes the listener */
    on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
      const those = listeners.get(name) ?? new Set()
      listeners.set(name, those.add(listener))
      return () => void those.delete(listener)
    },

    emit<Name extends EventName>(name: Name, event: ClientEvents[Name]): void {
      for (const listener of (listeners.get(name) ?? []) as Set<Listener<Name>>) {
        try {
          listener(event)
        } catch (error) {
          // An error in a listener is reported as uncaught, as EventTarget does, and does not affect other listeners.
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
  }
}

export type Events = ReturnType<typeof createEvents>
