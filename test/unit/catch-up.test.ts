import { expect } from 'chai'
import { createCatchUp } from '../../server/revocation/catch-up.js'

/** A revocation log whose reads end when the test says so. */
function aLog() {
  const reads: { end: () => void; fail: (error: Error) => void }[] = []
  return {
    reads,
    readNow: () => new Promise<void>((end, fail) => reads.push({ end, fail })),
  }
}

const breathe = () => new Promise(resolve => setImmediate(resolve))

describe('catching up with the revocation log', () => {
  it('shares one read among waiting callers, but not one that began before a caller came', async () => {
    const log = aLog()
    let at = 0
    const catchUp = createCatchUp({ tail: log, monotonic: () => at })
    const first = [catchUp(), catchUp()]
    await breathe()
    expect(log.reads).to.have.length(1)
    at = 1_000
    let answered = false
    const late = catchUp().then(() => {
      answered = true
    })
    await breathe()
    expect(log.reads, 'the late one has a read of its own').to.have.length(2)
    log.reads[0]!.end()
    await Promise.all(first)
    await breathe()
    expect(answered).to.equal(false)
    log.reads[1]!.end()
    await late
  })

  it('reads at most 10 times in 400 ms for 50 callers, and answers each of them several times', async () => {
    let reads = 0
    const tail = { readNow: async () => void reads++ }
    const catchUp = createCatchUp({ tail, monotonic: () => performance.now() })
    const startedAt = performance.now()
    let asked = 0
    const ask = async () => {
      while (performance.now() - startedAt < 400) {
        await catchUp()
        asked++
      }
    }
    await Promise.all(Array.from({ length: 50 }, ask))
    expect(asked).to.be.above(150)
    expect(reads).to.be.within(2, 10)
  })

  it('rejects all waiting callers when the read fails, and reads again for the next one', async () => {
    const log = aLog()
    let at = 0
    const catchUp = createCatchUp({ tail: log, monotonic: () => at })
    const asked = Promise.allSettled([catchUp(), catchUp()])
    await breathe()
    log.reads[0]!.fail(new Error('silent'))
    expect((await asked).map(one => one.status)).to.deep.equal(['rejected', 'rejected'])
    at = 1_000
    const again = catchUp()
    await breathe()
    log.reads[1]!.end()
    await again
  })
})
