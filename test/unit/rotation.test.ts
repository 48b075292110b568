import { expect } from 'chai'
import { advanceSpans, judgeGeneration, type RotationSpans } from '../../server/policy/rotation.js'
import { aDice, numbersFrom } from '../support/dice.js'

const start = 1_750_000_000_000
const fresh: RotationSpans = {
  generation: 1,
  rotatedAt: 0,
  windowFrom: 1,
  windowStartedAt: 0,
  olderFrom: 1,
  olderStartedAt: 0,
}

describe('the judgement of a refresh token generation', () => {
  it('is "ahead" beyond the generation of the row, and "current" for that one', () => {
    const spans = { ...fresh, generation: 5 }
    expect(judgeGeneration(6, spans, start, 10_000, null)).to.equal('ahead')
    expect(judgeGeneration(5, spans, start, 10_000, null)).to.equal('current')
  })

  it('forgives a spent generation within one grace and never after two, for random rotations', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const random = numbersFrom(seed)
      const grace = [1_000, 10_000, 60_000][seed % 3]!
      const gaps = [0, 1, grace / 3, grace - 1, grace, grace + 1, 2 * grace - 1, 2 * grace, 2 * grace + 1, 5 * grace]
      const gap = () =>
        random() < 0.5 ? gaps[Math.floor(random() * gaps.length)]! : Math.floor(random() * 2.5 * grace)
      /** Index 0 is when generation 1 was rotated away. */
      const rotatedAt: number[] = []
      let [spans, now] = [fresh, start]
      for (let step = 0; step < 60; step++) {
        now += gap()
        spans = advanceSpans(spans, now, grace)
        rotatedAt.push(now)
        for (const later of [0, 1, gap(), gap()]) {
          for (const [index, at] of rotatedAt.entries()) {
            const age = now + later - at
            const verdict = judgeGeneration(index + 1, spans, now + later, grace, null)
            const expected = age <= grace ? 'forgiven' : age > 2 * grace ? 'reused' : verdict
            if (verdict === expected) continue
            const which = `generation ${index + 1} of ${spans.generation}, rotated away ${age} ms ago, grace ${grace}`
            expect.fail(`seed ${seed}, step ${step}: ${which} is ${verdict}, not ${expected}`)
          }
        }
      }
    }
  })

  it('is "reused" for every spent generation when the grace is 0', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = numbersFrom(seed)
      let [spans, now] = [fresh, start]
      for (let step = 0; step < 30; step++) {
        now += random() < 0.3 ? 0 : Math.floor(random() * 5_000)
        spans = advanceSpans(spans, now, 0)
        for (let generation = 1; generation < spans.generation; generation++) {
          const outage = random() < 0.5 ? null : { startedAt: now, endedAt: now }
          if (judgeGeneration(generation, spans, now, 0, outage) !== 'reused') expect.fail(`seed ${seed}, step ${step}`)
        }
      }
    }
  })

  it('counts the grace from the end of an outage that began within it', () => {
    const grace = 10_000
    const spans = advanceSpans(fresh, start, grace)
    const outage = { startedAt: start + 5_000, endedAt: start + 3_600_000 }
    const at = (now: number, known: typeof outage | null) => judgeGeneration(1, spans, now, grace, known)
    expect(at(outage.endedAt, null)).to.equal('reused')
    expect(at(outage.endedAt, outage)).to.equal('forgiven')
    expect(at(outage.endedAt + grace, outage)).to.equal('forgiven')
    expect(at(outage.endedAt + grace + 1, outage)).to.equal('reused')
  })

  it('ignores an outage that ended before the rotation, or began long after it', () => {
    const grace = 10_000
    const spans = advanceSpans(fresh, start, grace)
    for (const outage of [
      { startedAt: start - 60_000, endedAt: start - 1 },
      { startedAt: start + 2 * grace + 1, endedAt: start + 60_000 },
    ])
      expect(judgeGeneration(1, spans, start + 61_000, grace, outage)).to.equal('reused')
  })

  it('forgives within the least grace since the rotation, and never after twice the greatest plus one', () => {
    const graces = [1_000, 10_000, 60_000]
    for (let seed = 1; seed <= 400; seed++) {
      const dice = aDice(seed)
      let [spans, now, grace] = [fresh, start, 10_000]
      /** The spent generations, when they were rotated, and the least and the greatest grace in force since. */
      const gone: { generation: number; at: number; least: number; most: number }[] = []
      for (let step = 0; step < 60; step++) {
        now += dice.oneOf([0, 1, 300, 1_000, 3_000, 9_000, 20_000, 50_000])
        if (dice.chance(0.2)) grace = dice.oneOf(graces)
        for (const one of gone) [one.least, one.most] = [Math.min(one.least, grace), Math.max(one.most, grace)]
        for (const { generation, at, least, most } of gone) {
          const verdict = judgeGeneration(generation, spans, now, grace, null)
          const age = now - at
          // A generation spent under a greater grace may be forgiven for one current grace longer.
          const longest = 2 * most + grace
          const wrong = age <= least ? verdict !== 'forgiven' : age > longest && verdict !== 'reused'
          if (wrong) expect.fail(`seed ${seed}, step ${step}: ${age} ms, grace ${least} to ${most}: ${verdict}`)
        }
        if (dice.chance(0.7)) {
          gone.push({ generation: spans.generation, at: now, least: grace, most: grace })
          spans = advanceSpans(spans, now, grace)
        }
      }
    }
  })
})
