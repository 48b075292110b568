import { expect } from 'chai'
import type { Context } from '../../server/http/handler.js'
import { createLoadShedding } from '../../server/http/middleware/load-shedding.js'
import { createLoopLoad } from '../../server/process/loop-load.js'

const turn = () => new Promise(resolve => setImmediate(resolve))

describe('the load of an event loop', () => {
  /** @returns after how many looks in a row at this share it is so */
  function looksUntil(wanted: boolean, share: number, load = createLoopLoad()): number {
    for (let looks = 1; looks <= 100; looks++) {
      load.look(share)
      if (load.isBusy() === wanted) return looks
    }
    return Number.POSITIVE_INFINITY
  }

  it('is no reason to refuse anybody for a burst of half a second, and is one within two seconds', () => {
    expect(looksUntil(true, 1)).to.be.within(6, 20)
    expect(looksUntil(true, 0.9)).to.be.within(6, 20)
  })

  it('is never one where a fifth of its time is left', () => {
    expect(looksUntil(true, 0.8)).to.equal(Number.POSITIVE_INFINITY)
  })

  it('ends once there is rest again, and not by one look', () => {
    const load = createLoopLoad()
    looksUntil(true, 1, load)
    load.look(0.7)
    expect(load.isBusy()).to.equal(true)
    expect(looksUntil(false, 0.3, load)).to.be.within(1, 10)
  })
})

describe('load shedding', () => {
  function aShedding() {
    const at = { ms: 0, busy: true, shed: 0 }
    const shedding = createLoadShedding({ isBusy: () => at.busy, monotonic: () => at.ms, shed: () => at.shed++ })
    return { at, ...shedding }
  }
  const context = () => ({ state: {} }) as Context

  it('refuses what is read behind 32 others when that turn of the loop has lasted 25 ms, until the next turn', async () => {
    const { at, whyNot } = aShedding()
    expect(whyNot()).to.equal(null)
    at.ms += 26
    for (let others = 1; others < 32; others++) expect(whyNot()).to.equal(null)
    expect(whyNot()?.code).to.equal('server_busy')
    at.ms -= 1
    expect(whyNot()).to.equal(null)
    at.ms += 1
    expect(whyNot()?.code).to.equal('server_busy')
    expect(at.shed).to.equal(2)
    await turn()
    expect(whyNot()).to.equal(null)
  })

  it('refuses nothing for a long turn of a loop that has rest', () => {
    const { at, whyNot } = aShedding()
    for (let others = 0; others < 40; others++) expect(whyNot()).to.equal(null)
    at.busy = false
    at.ms += 1_000
    expect(whyNot()).to.equal(null)
  })

  it('lets in the next once one of those under way is answered, or has failed', async () => {
    const { step, whyNot } = aShedding()
    const ends: ((error?: Error) => void)[] = []
    const begin = () =>
      step(context(), () => new Promise((resolve, reject) => ends.push(error => (error ? reject(error) : resolve()))))
    const all = Array.from({ length: 32 }, begin)
    expect(whyNot()?.code).to.equal('server_busy')
    ends[0]!()
    await all[0]
    expect(whyNot()).to.equal(null)
    const next = begin()
    expect(whyNot()?.code).to.equal('server_busy')
    ends.at(-1)!(new Error('it failed'))
    await Promise.resolve(next).catch(() => {})
    expect(whyNot()).to.equal(null)
  })
})
