import { expect } from 'chai'
import { createSlots } from '../../server/identity/sign-in/slots.js'
import type { Refusal } from '../../server/protocol/errors.js'

/** Work that ends when the test says so. */
function aJob() {
  let end = () => {}
  const ended = new Promise<void>(resolve => {
    end = resolve
  })
  return { work: () => ended, end: () => end() }
}

const turns = () => new Promise(resolve => setImmediate(resolve))

describe('slots of password hashing', () => {
  const slots = (count: number, typical: number, chance = 0) =>
    createSlots({ count, typical: () => typical, chance: () => chance })

  const outcome = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: Refusal) => [error.code, error.details.retryAfter],
    )

  it('run a fixed number of jobs at a time, in order of arrival, and go on after a failed one', async () => {
    const two = slots(2, 0)
    const jobs = Array.from({ length: 5 }, aJob)
    const begun: number[] = []
    const outcomes = jobs.map(({ work }, index) =>
      outcome(
        two.run(null, async () => {
          begun.push(index)
          await work()
          if (index === 0) throw Object.assign(new Error('failed'), { code: 'failed', details: {} })
        }),
      ),
    )
    await turns()
    expect(begun).to.deep.equal([0, 1])
    for (const expected of [
      [0, 1, 2],
      [0, 1, 2, 3],
      [0, 1, 2, 3, 4],
    ]) {
      jobs[begun.length - 2]!.end()
      await turns()
      expect(begun).to.deep.equal(expected)
    }
    for (const { end } of jobs) end()
    expect(await Promise.all(outcomes)).to.deep.equal([['failed', undefined], 'done', 'done', 'done', 'done'])
  })

  it('refuse a job at once with overloaded when its expected wait is too long', async () => {
    const one = slots(1, 500)
    const jobs = Array.from({ length: 8 }, aJob)
    const outcomes = jobs.map(({ work }) => outcome(one.run(null, work)))
    // One job runs, and four wait for two seconds at most.
    expect(await Promise.all(outcomes.slice(5))).to.deep.equal(Array(3).fill(['overloaded', 2]))
    for (const { end } of jobs) end()
    expect(await Promise.all(outcomes.slice(0, 5))).to.deep.equal(Array(5).fill('done'))
  })

  it('let at most two jobs of one user wait, with room left for other users', async () => {
    const one = slots(1, 1)
    const jobs = Array.from({ length: 8 }, aJob)
    const users = [7, 7, 7, 7, 8, null, null, null]
    const outcomes = jobs.map(({ work }, index) => outcome(one.run(users[index]!, work)))
    expect(await outcomes[3]).to.deep.equal(['overloaded', 2])
    for (const { end } of jobs) end()
    expect((await Promise.all(outcomes)).filter(one => one === 'done')).to.have.length(7)
  })

  it('refuse no job while one is free, however long the work takes', async () => {
    const one = slots(1, 60_000)
    expect(await outcome(one.run(null, async () => {}))).to.equal('done')
    expect(await outcome(one.run(null, async () => {}))).to.equal('done')
  })

  it('refuse a job that has waited too long, with a varying Retry-After', async () => {
    const held = aJob()
    const [soon, late] = [slots(1, 0, 0), slots(1, 0, 0.99)]
    const holding = [soon, late].map(one => outcome(one.run(null, held.work)))
    const begun = performance.now()
    const refused = await Promise.all([soon, late].map(one => outcome(one.run(null, async () => {}))))
    expect(performance.now() - begun).to.be.within(1_900, 10_000)
    expect(refused).to.deep.equal([
      ['overloaded', 2],
      ['overloaded', 5],
    ])
    held.end()
    await Promise.all(holding)
    // The queue is empty.
    expect(await outcome(soon.run(null, async () => {}))).to.equal('done')
  })
})
