// Writes to one reader with back-pressure: nothing is queued for a slow one. The writer waits until the reader can take
// more, and then writes what is due by then.

/** Operations of a connection. It calls `drained` and `closed` of the outlet. */
export type Sink = {
  /** @returns false where nothing may be written before `drained` is called */
  write(parts: readonly Uint8Array[]): boolean
  /** Closes the connection after what was written. */
  end(): void
  /** Closes the connection at once. */
  cut(): void
}

export type OutletDeps = {
  sink: Sink
  /** Monotonic clock, in ms. */
  monotonic: () => number
  /** Called when the connection can take more. */
  drained: () => void
  closed: (why: string) => void
}

export function createOutlet({ sink, monotonic, drained, closed }: OutletDeps) {
  let blockedSince: number | null = null
  let over = false
  let wake: (() => void) | null = null

  function finish(why: string): void {
    if (over) return
    over = true
    wake?.()
    closed(why)
  }

  return {
    get over() {
      return over
    },

    get blocked() {
      return blockedSince !== null
    },

    /** How long the connection has taken nothing, in ms. */
    silentFor: (): number => (blockedSince === null ? 0 : monotonic() - blockedSince),

    write(parts: readonly Uint8Array[]): void {
      if (!over && !sink.write(parts)) blockedSince ??= monotonic()
    },

    /** Waits until the connection can take more. @returns whether it is still open */
    async writable(): Promise<boolean> {
      if (!over && blockedSince !== null)
        await new Promise<void>(resolve => {
          wake = resolve
        })
      wake = null
      return !over
    },

    /**
     * Writes a last message, unless the reader is blocked: a blocked connection is closed at once, as it could
     * otherwise stay open for any time.
     */
    end(why: string, words: Uint8Array): void {
      if (over) return
      if (blockedSince === null) {
        sink.write([words])
        sink.end()
      } else sink.cut()
      finish(why)
    },

    cut(why: string): void {
      if (!over) sink.cut()
      finish(why)
    },

    drained(): void {
      blockedSince = null
      wake?.()
      if (!over) drained()
    },

    closed: () => finish('the reader has closed the connection'),
  }
}

export type Outlet = ReturnType<typeof createOutlet>
