import { expect } from 'chai'
import type { Context } from '../../server/http/handler.js'
import { createLoadShedding } from '../../server/http/middleware/load-shedding.js'
import { createLoopLoad } from '../../server/process/loop-load.js'

const turn = () => new Promise(resolve => setImmediate(resolve))
const any = Number.POSITIVE_INFINITY

describe('event loop load', () => {
  /** @returns after how many samples in a row at this load requests become limited, or unlimited */
  function looksUntil(limited: boolean, share: number, load = createLoopLoad()): number {
    for (let looks = 1; looks <= 100; looks++) {
      load.sample(share, 2)
      if (load.mostUnderWay() < any === limited) return looks
    }
    return any
  }

  it('sets no limit for a burst of half a second, but does within two seconds', () => {
    expect(looksUntil(true, 1)).to.be.within(6, 20)
    expect(looksUntil(true, 0.9)).to.be.within(6, 20)
  })

  it('sets no limit while a fifth of the time is idle, however late timers fire', () => {
    const load = createLoopLoad()
    for (let looks = 0; looks < 100; looks++) load.sample(0.8, 50)
    expect(load.mostUnderWay()).to.equal(any)
  })

  it('is weighted by time: a late sample counts for those that were skipped', () => {
    const [often, seldom] = [createLoopLoad(), createLoopLoad()]
    for (let looks = 0; looks < 12; looks++) often.sample(1, 2)
    for (let looks = 0; looks < 4; looks++) seldom.sample(1, 2, 300)
    expect(often.mostUnderWay()).to.be.below(any)
    expect(seldom.mostUnderWay()).to.be.below(any)
  })

  it('lowers the limit during long turns, never below 32, and raises it during short ones', () => {
    const load = createLoopLoad()
    looksUntil(true, 1, load)
    const short = load.mostUnderWay()
    load.sample(1, 4)
    expect(load.mostUnderWay()).to.be.below(short)
    for (let looks = 0; looks < 50; looks++) load.sample(1, 4)
    expect(load.mostUnderWay()).to.equal(32)
    load.sample(1, 2)
    expect(load.mostUnderWay()).to.be.within(33, 64)
    for (let looks = 0; looks < 50; looks++) load.sample(1, 1)
    expect(load.mostUnderWay()).to.equal(256)
  })

  it('lifts the limit once the loop is idle again, but not after a single sample', () => {
    const load = createLoopLoad()
    looksUntil(true, 1, load)
    load.sample(0.7, 2)
    expect(load.mostUnderWay()).to.be.below(any)
    expect(looksUntil(false, 0.3, load)).to.be.within(1, 10)
  })
})

describe('load shedding', () => {
  function aShedding() {
    const at = { ms: 0, most: 32, shed: 0 }
    const shedding = createLoadShedding({ mostUnderWay: () => at.most, monotonic: () => at.ms, shed: () => at.shed++ })
    return { at, ...shedding }
  }
  const context = () => ({ state: {} }) as Context

  it('refuses a request behind 32 others with server_busy while a loop turn exceeds 25 ms', async () => {
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

  it('refuses nothing in a short loop turn, nor in a long one without a limit', () => {
    const { at, whyNot } = aShedding()
    for (let others = 0; others < 40; others++) expect(whyNot()).to.equal(null)
    at.most = any
    at.ms += 1_000
    expect(whyNot()).to.equal(null)
  })

  it('admits the next request once one under way was answered or has failed', async () => {
    const { count, whyNot } = aShedding()
    const ends: ((error?: Error) => void)[] = []
    const begin = () =>
      count(context(), () => new Promise((resolve, reject) => ends.push(error => (error ? reject(error) : resolve()))))
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
