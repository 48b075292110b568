/** Tells the database's time, so that every process judges sessions by one clock. */
export type DatabaseClock = {
  /** Epoch ms. */
  now(): number
  /** Takes in what the database said its time was, between two instants (ms) of this process's monotonic clock. */
  observe(databaseNow: number, sentAt: number, answeredAt: number): void
}

/** Only an answer that came quickly tells the time well; the next is a quarter of a second away. */
const longestUsefulTrip = 50

/**
 * Goes on from the last answer by the monotonic clock: whoever sets this machine's wall clock, back or forth, must not make
 * a good token look expired or not yet valid. Until the database has told its time, and where it has none of its own
 * (SQLite), the wall's is the time.
 */
export function createDatabaseClock(monotonic: () => number, wall: () => number = Date.now): DatabaseClock {
  let offset: number | null = null
  return {
    now: () => (offset === null ? wall() : Math.round(monotonic() + offset)),
    observe(databaseNow, sentAt, answeredAt) {
      if (offset !== null && answeredAt - sentAt > longestUsefulTrip) {
        // It was told somewhere between the two instants. What lies outside is wrong: this machine was suspended, say.
        const said = databaseNow - offset
        if (said >= sentAt - longestUsefulTrip && said <= answeredAt + longestUsefulTrip) return
      }
      offset = databaseNow - (sentAt + answeredAt) / 2
    },
  }
}
