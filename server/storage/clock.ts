/** Tells the database's time, so that every process judges sessions by one clock. */
export type DatabaseClock = {
  /** Epoch ms. */
  now(): number
  /** Takes in what the database said its time was, between two instants of this process's clock. */
  observe(databaseNow: number, sentAt: number, answeredAt: number): void
}

/** Only an answer that came quickly tells the offset well; the next is a quarter of a second away. */
const longestUsefulTrip = 50

export function createDatabaseClock(wall: () => number = Date.now): DatabaseClock {
  let offset = 0
  let measured = false
  return {
    now: () => wall() + offset,
    observe(databaseNow, sentAt, answeredAt) {
      if (measured && answeredAt - sentAt > longestUsefulTrip) return
      offset = Math.round(databaseNow - (sentAt + answeredAt) / 2)
      measured = true
    },
  }
}
