import { expect } from 'chai'
import { createBatch } from '../../server/tokens/batch.js'

const turn = () => new Promise(resolve => setImmediate(resolve))

/** A batch whose runs end when the test says so; `sizes` has the size of each run so far. */
function aBatch(limit = 128, monotonic = () => 0) {
  const sizes: number[] = []
  let answer = () => {}
  const add = createBatch<number, number>(
    limit,
    async items => {
      sizes.push(items.length)
      await new Promise<void>(resolve => {
        answer = resolve
      })
      return items
    },
    monotonic,
  )
  return { add, sizes, answer: () => answer() }
}

/** Waits until that many runs have begun, or for that many turns. */
async function begun(sizes: readonly number[], runs: number, turns = 20): Promise<void> {
  for (let turned = 0; sizes.length < runs && turned < turns; turned++) await turn()
}

describe('a batch of concurrent items', () => {
  it('rejects all items of a failed run, and runs the next item', async () => {
    let runs = 0
    const add = createBatch<number, number>(128, async items => {
      if (++runs === 1) throw new Error('no answer in time')
      return items
    })
    const failed = await Promise.allSettled([add(1), add(2)])
    expect(failed.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected'])
    expect(await add(3)).to.equal(3)
  })

  it('puts no more items than its limit into one run, and the rest into the next', async () => {
    const { add, sizes, answer } = aBatch(2)
    const answers = Promise.all([1, 2, 3].map(add))
    await begun(sizes, 1)
    answer()
    await begun(sizes, 2)
    answer()
    expect(await answers).to.deep.equal([1, 2, 3])
    expect(sizes).to.deep.equal([2, 1])
  })

  it('starts a run for a single item within two turns of the event loop', async () => {
    const { add, sizes, answer } = aBatch()
    const alone = add(1)
    await turn()
    await turn()
    expect(sizes).to.deep.equal([1])
    answer()
    expect(await alone).to.equal(1)
  })

  it('collects items while each turn brings more, for at most 5 ms', async () => {
    let now = 0
    const { add, sizes } = aBatch(128, () => now)
    for (let item = 0; item < 20 && sizes.length === 0; item++) {
      const over = turn()
      void add(item)
      await over
      now++
    }
    expect(sizes[0]).to.be.within(5, 6)
  })

  it('runs returning clients together with those that waited, so that two groups do not alternate', async () => {
    const { add, sizes, answer } = aBatch()
    /** A client that asks again one turn after its answer, like a remote one. */
    async function client(times: number): Promise<void> {
      for (let time = 0; time < times; time++) {
        await add(time)
        await turn()
      }
    }
    const first = [client(3), client(3)]
    await begun(sizes, 1)
    const second = [client(3), client(3), client(3)]
    const all = Promise.all([...first, ...second])
    let over = false
    void all.then(() => {
      over = true
    })
    for (let runs = 1; !over && runs < 20; runs++) {
      await begun(sizes, runs)
      await turn()
      answer()
      await turn()
    }
    await all
    expect(sizes).to.deep.equal([2, 5, 5, 3])
  })
})
