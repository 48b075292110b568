import { expect } from 'chai'
import { createDatabaseClock } from '../../server/storage/clock.js'

/** A machine whose wall clock says 1,000,000 when its monotonic one says 0, with a database an hour ahead of the wall. */
function aMachine() {
  const machine = { monotonic: 0, wall: 1_000_000 }
  const clock = createDatabaseClock(
    () => machine.monotonic,
    () => machine.wall,
  )
  return {
    machine,
    clock,
    pass(ms: number) {
      machine.monotonic += ms
      machine.wall += ms
    },
  }
}
const hour = 3_600_000
const databaseNow = 1_000_000 + hour

describe("the database's clock", () => {
  it('is the wall clock until the database has told its time, and stays it where that has none of its own', () => {
    const { clock, machine } = aMachine()
    expect(clock.now()).to.equal(1_000_000)
    machine.wall -= hour
    expect(clock.now()).to.equal(1_000_000 - hour)
  })

  it('does not move when somebody sets the wall clock, back or forth', () => {
    const { clock, machine, pass } = aMachine()
    clock.observe(databaseNow, 0, 0)
    for (const step of [-hour, 2 * hour, 5_000]) {
      machine.wall += step
      pass(10)
    }
    expect(clock.now()).to.equal(databaseNow + 30)
  })

  it('takes a slow answer for what it is worth: nothing, while it contradicts nothing', () => {
    const { clock, pass } = aMachine()
    clock.observe(databaseNow, 0, 0)
    pass(4_000)
    // Told at once, and heard four seconds later: this process was stopped.
    clock.observe(databaseNow, 0, 4_000)
    expect(clock.now()).to.equal(databaseNow + 4_000)
  })

  it('follows a slow answer that proves it wrong: the machine was suspended, and its monotonic clock with it', () => {
    const { clock, pass } = aMachine()
    clock.observe(databaseNow, 0, 0)
    pass(200)
    clock.observe(databaseNow + hour, 0, 200)
    expect(clock.now()).to.be.within(databaseNow + hour, databaseNow + hour + 200)
  })
})
