// Writes to one reader with back-pressure: nothing is queued for a slow one. The writer waits until the reader can take more,
// and then writes what is due by then.

/** What a connection must do. It tells `drained` and `closed` of the outlet. */
export type Sink = {
  /** @returns false where no more is to be written before `drained` */
  write(parts: readonly Uint8Array[]): boolean
  /** In good order, behind what was written. */
  end(): void
  /** At once. */
  cut(): void
}

export type OutletDeps = {
  sink: Sink
  /** ms that only ever grow. */
  monotonic: () => number
  /** It takes more again. */
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

    /** For how long it has taken nothing, in ms. */
    silentFor: (): number => (blockedSince === null ? 0 : monotonic() - blockedSince),

    write(parts: readonly Uint8Array[]): void {
      if (!over && !sink.write(parts)) blockedSince ??= monotonic()
    },

    /** @returns whether the connection is still open, once it can take more */
    async writable(): Promise<boolean> {
      if (!over && blockedSince !== null)
        await new Promise<void>(resolve => {
          wake = resolve
        })
      wake = null
      return !over
    },

    /**
     * Writes a last message, unless the reader is blocked: that one is cut off at once, as it could keep the connection for any
     * time.
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

    closed: () => finish('it hung up'),
  }
}

export type Outlet = ReturnType<typeof createOutlet>
