import { expect } from 'chai'
import { createClock } from '../../server/storage/clock.js'

const hour = 3_600_000
const start = 1_800_000_000_000

/** A machine, and a database whose clock is two hours ahead of it. `pass` asks the database every second. */
function aMachine({ seen = 0 } = {}) {
  const machine = { monotonic: 0, uptime: 50_000, wall: start, database: start + 2 * hour }
  const told: string[] = []
  const clock = createClock({
    monotonic: () => machine.monotonic,
    wall: () => machine.wall,
    uptime: () => machine.uptime,
    log: { warn: (_, message) => void told.push(message) },
  })
  const observe = () => clock.observe(machine.database, machine.monotonic, machine.monotonic, seen)
  const move = (ms: number, names: (keyof typeof machine)[] = ['monotonic', 'uptime', 'wall', 'database']) => {
    for (const name of names) machine[name] += ms
  }
  const pass = (ms: number) => {
    for (let left = ms; left > 0; left -= 1_000) {
      move(Math.min(left, 1_000))
      observe()
    }
  }
  return { machine, clock, told, observe, move, pass }
}

describe('the server clock', () => {
  it('is the wall clock until the database time is known, and the database clock from then on', () => {
    const { clock, machine, observe, pass } = aMachine()
    expect(clock.now()).to.equal(start)
    observe()
    for (const step of [-hour, 2 * hour, 5_000]) {
      machine.wall += step
      pass(1_000)
    }
    expect([clock.now(), clock.deviation()]).to.deep.equal([start + 2 * hour + 3_000, null])
  })

  it('ignores a slow answer of the database that does not contradict it', () => {
    const { clock, machine, observe, move } = aMachine()
    observe()
    move(4_000)
    // Answered at once, but read four seconds later: this process was stopped.
    clock.observe(machine.database - 4_000, 0, 4_000)
    expect(clock.now()).to.equal(start + 2 * hour + 4_000)
  })

  it('does not follow a jump of the database clock ahead for five minutes, and then adopts it', () => {
    const { clock, machine, told, observe, pass } = aMachine()
    observe()
    machine.database += 3 * hour
    pass(1_000)
    expect(clock.now()).to.equal(start + 2 * hour + 1_000)
    expect(clock.latest()).to.equal(machine.database)
    expect(clock.deviation()).to.deep.include({ kind: 'ahead', seconds: 10_800 })
    pass(298_000)
    expect([clock.now(), clock.latest()]).to.deep.equal([start + 2 * hour + 299_000, machine.database])
    pass(2_000)
    expect([clock.now(), clock.latest(), clock.deviation()]).to.deep.equal([machine.database, machine.database, null])
    expect(told).to.have.length(2)
  })

  it('never follows a jump ahead that is taken back within five minutes', () => {
    const { clock, machine, observe, pass } = aMachine()
    observe()
    machine.database += hour
    pass(100_000)
    machine.database -= hour
    pass(1_000)
    expect([clock.now(), clock.latest(), clock.deviation()]).to.deep.equal([machine.database, machine.database, null])
    // A second jump is not followed for five minutes, either.
    machine.database += hour
    pass(299_000)
    expect(clock.now()).to.equal(machine.database - hour)
  })

  it('gives a larger jump, within the five minutes of a smaller one, five minutes of its own', () => {
    for (const [first, second] of [
      [10_000, 24 * hour],
      [hour, -59 * 60_000],
    ] as const) {
      const { clock, machine, told, observe, pass } = aMachine()
      observe()
      machine.database += first
      pass(298_000)
      machine.database += second
      pass(299_000)
      expect(clock.now(), `${first} ${second}`).to.equal(start + 2 * hour + 597_000)
      pass(2_000)
      expect([clock.now(), clock.deviation()], `${first} ${second}`).to.deep.equal([machine.database, null])
      expect(told).to.have.length(3)
    }
  })

  it('never goes back: it goes on, then slower, until a database clock set back 30 s or 1 h catches up', () => {
    for (const step of [30_000, hour]) {
      const { clock, machine, observe, pass } = aMachine()
      observe()
      machine.database -= step
      let before = clock.now()
      pass(299_000)
      expect(clock.now()).to.equal(before + 299_000)
      expect(clock.deviation()).to.deep.include({ kind: 'behind', seconds: step / 1000 })
      for (let minute = 0; minute < 125; minute++) {
        before = clock.now()
        pass(60_000)
        expect(clock.now()).to.be.at.least(before + 29_000)
        expect(clock.now()).to.be.at.least(machine.database)
      }
      expect([clock.now(), clock.deviation()]).to.deep.equal([machine.database, null])
    }
  })

  it('goes on after an adopted jump when the database clock is set back again', () => {
    const { clock, machine, observe, pass } = aMachine()
    observe()
    machine.database += 3 * hour
    pass(302_000)
    const before = clock.now()
    machine.database -= 3 * hour
    pass(10_000)
    expect(clock.now()).to.equal(before + 10_000)
    // A second step back is noticed in addition to the first.
    pass(400_000)
    machine.database -= hour
    pass(1_000)
    expect(clock.deviation()!.kind).to.equal('behind')
    expect(clock.now()).to.be.above(before + 10_000)
  })

  it('follows small steps ahead at once, and never goes back for small steps back', () => {
    const { clock, machine, observe, pass } = aMachine()
    observe()
    machine.database += 4_000
    pass(1_000)
    expect(clock.now()).to.equal(machine.database)
    machine.database -= 3_000
    const before = clock.now()
    pass(1_000)
    expect(clock.now()).to.be.within(before, before + 1_000)
    pass(6_000)
    expect([clock.now(), clock.deviation()]).to.deep.equal([machine.database, null])
  })

  it('recognizes a suspended machine, and reports no trouble', () => {
    const { clock, machine, observe, move, pass } = aMachine()
    observe()
    move(8 * hour, ['uptime', 'wall', 'database'])
    pass(1_000)
    expect([clock.now(), clock.deviation()]).to.deep.equal([machine.database, null])
    expect(clock.elapsed()).to.equal(8 * hour + 1_000)
  })

  it('recognizes a stopped process, and reports no trouble', () => {
    const { clock, machine, observe, move, pass } = aMachine()
    observe()
    move(8 * hour)
    pass(1_000)
    expect([clock.now(), clock.deviation()]).to.deep.equal([machine.database, null])
  })

  it('starts no earlier than the last known server time, unless that is more than a day ahead', () => {
    const { clock, machine, told, observe, pass } = aMachine({ seen: start + 3 * hour })
    observe()
    expect(clock.now()).to.equal(start + 3 * hour)
    expect([clock.deviation()!.kind, told]).to.deep.equal([
      'behind',
      ['the clock went back since a server was last here'],
    ])
    pass(2 * hour + 10_000)
    expect([clock.now(), clock.deviation()]).to.deep.equal([machine.database, null])

    const other = aMachine({ seen: start + 27 * hour })
    other.observe()
    expect(other.clock.now()).to.equal(other.machine.database)
  })
})
