import { expect } from 'chai'
import {
  dueSteps,
  jwksMaxAge,
  type KeyLife,
  type KeyRules,
  publication,
  removableAt,
  successorOf,
} from '../../server/policy/key-life.js'

const minute = 60_000
const day = 86_400_000

function aKey(changes: Partial<KeyLife> = {}): KeyLife {
  return {
    kid: 'k',
    algorithm: 'ES256',
    state: 'active',
    createdAt: 0,
    activatesAt: 0,
    activatedAt: 0,
    retiredAt: null,
    ...changes,
  } as KeyLife
}

function rules(changes: Partial<KeyRules> = {}): KeyRules {
  return { algorithms: ['ES256'], interval: 90 * 86_400, lives: { accessLifetime: 3_600, horizon: 0 }, ...changes }
}

describe('the removal time of a signing key', () => {
  const lives = { accessLifetime: 3_600, horizon: 0 }

  it('is null while it is active and once it is gone, and its creation while it is pending', () => {
    expect(removableAt(aKey(), lives)).to.equal(null)
    expect(removableAt(aKey({ state: 'gone', retiredAt: 5 }), lives)).to.equal(null)
    expect(removableAt(aKey({ state: 'pending', createdAt: 7, activatedAt: null }), lives)).to.equal(7)
  })

  const retired = aKey({ state: 'retiring', retiredAt: 10 * day })
  const caches = 120_000 + jwksMaxAge * 1000

  it('is when its last token and every cached JWKS have expired', () => {
    expect(removableAt(retired, lives)).to.equal(10 * day + 3_600_000 + caches)
  })

  it('is later when an earlier policy had a longer access token lifetime', () => {
    const horizon = 10 * day + 8 * 3_600_000
    expect(removableAt(retired, { accessLifetime: 60, horizon })).to.equal(horizon + caches)
  })

  it('is bounded by the longest access token lifetime, whatever was changed after it had retired', () => {
    const horizon = 20 * day
    expect(removableAt(retired, { accessLifetime: 86_400, horizon })).to.equal(11 * day + caches)
  })
})

describe('the due steps of key rotation', () => {
  it('are none while the active key is young', () => {
    expect(dueSteps([aKey()], rules(), 80 * day)).to.deep.equal([])
  })

  it('make a new key one day before the rotation interval of the active one ends', () => {
    expect(dueSteps([aKey()], rules(), 89 * day - 1)).to.deep.equal([])
    expect(dueSteps([aKey()], rules(), 89 * day)).to.deep.equal([
      { act: 'make', algorithm: 'ES256', activatesAt: 90 * day },
    ])
  })

  it('publish a new key for 20 minutes even when the active one is overdue', () => {
    const [step] = dueSteps([aKey()], rules(), 500 * day)
    expect(step).to.deep.equal({ act: 'make', algorithm: 'ES256', activatesAt: 500 * day + 20 * minute })
  })

  it('are none until a pending key was published for long enough and its activatesAt has come', () => {
    const pending = aKey({ kid: 'p', state: 'pending', createdAt: 90 * day, activatesAt: 0, activatedAt: null })
    expect(dueSteps([pending, aKey()], rules(), 90 * day + publication - 1)).to.deep.equal([])
    expect(dueSteps([pending, aKey()], rules(), 90 * day + publication)).to.deep.equal([
      { act: 'retire', kid: 'k' },
      { act: 'activate', kid: 'p' },
    ])
    const later = { ...pending, activatesAt: 95 * day }
    expect(dueSteps([later, aKey()], rules(), 95 * day - 1)).to.deep.equal([])
  })

  it('keep the key of the old algorithm active until the one of the new algorithm may sign', () => {
    const old = aKey({ kid: 'old' })
    const next = aKey({ kid: 'old2', state: 'pending', activatedAt: null, activatesAt: 90 * day })
    const changed = rules({ algorithms: ['RS256'] })
    const at = 50 * day
    expect(dueSteps([old, next], changed, at)).to.deep.equal([
      { act: 'make', algorithm: 'RS256', activatesAt: at + publication },
      { act: 'remove', kid: 'old2' },
    ])
    const made = aKey({
      kid: 'new',
      algorithm: 'RS256',
      state: 'pending',
      createdAt: at,
      activatesAt: at + publication,
    })
    expect(dueSteps([made, old], changed, at + publication - 1)).to.deep.equal([])
    expect(dueSteps([made, old], changed, at + publication)).to.deep.equal([
      { act: 'activate', kid: 'new' },
      { act: 'retire', kid: 'old' },
    ])
    // The algorithm is changed back in time: the old key stays active.
    expect(dueSteps([made, old], rules(), at + minute)).to.deep.equal([{ act: 'remove', kid: 'new' }])
  })

  it('remove a retired key at its removal time, and not before', () => {
    const retired = aKey({ kid: 'r', state: 'retiring', retiredAt: 10 * day })
    const at = removableAt(retired, rules().lives)!
    expect(dueSteps([aKey({ activatedAt: 10 * day }), retired], rules(), at - 1)).to.deep.equal([])
    expect(dueSteps([aKey({ activatedAt: 10 * day }), retired], rules(), at)).to.deep.equal([
      { act: 'remove', kid: 'r' },
    ])
  })
})

describe('two years of key rotation at random times, with random policy changes', () => {
  it('have one active key at any time, none before 20 minutes, and remove none while its tokens live', () => {
    const dice = seeded(4)
    const keys: KeyLife[] = [aKey({ kid: 'first' })]
    const tokens: { kid: string; expiresAt: number }[] = []
    let now = 0
    let current = rules({ interval: 7 * 86_400 })
    let rotations = 0
    while (now < 730 * day) {
      now += 1 + Math.floor(dice() * 4 * 3_600_000)
      if (dice() < 0.02) current = { ...current, algorithms: [dice() < 0.5 ? 'ES256' : 'RS256'] }
      if (dice() < 0.02) {
        const { accessLifetime, horizon } = current.lives
        current = {
          ...current,
          lives: {
            accessLifetime: 60 + Math.floor(dice() * 86_000),
            horizon: Math.max(horizon, now + accessLifetime * 1000),
          },
        }
      }
      // Sometimes no server runs, so no step is taken.
      if (dice() < 0.9) {
        for (const step of dueSteps(keys, current, now)) {
          if (step.act === 'make') {
            const made = { kid: `k${keys.length}`, algorithm: step.algorithm, activatesAt: step.activatesAt }
            keys.push(aKey({ ...made, state: 'pending', createdAt: now, activatedAt: null }))
            continue
          }
          const key = keys.find(one => one.kid === step.kid)!
          if (step.act === 'activate') {
            Object.assign(key, { state: 'active', activatedAt: now })
            expect(now - key.createdAt).to.be.at.least(publication)
            rotations++
          }
          if (step.act === 'retire') Object.assign(key, { state: 'retiring', retiredAt: now })
          if (step.act === 'remove') {
            Object.assign(key, { state: 'gone' })
            expect(tokens.filter(token => token.kid === key.kid && token.expiresAt > now)).to.deep.equal([])
          }
        }
        expect(dueSteps(keys, current, now), 'done twice').to.deep.equal([])
      }
      const active = keys.filter(key => key.state === 'active')
      expect(active).to.have.length(1)
      tokens.push({ kid: active[0]!.kid, expiresAt: now + current.lives.accessLifetime * 1000 })
    }
    expect(rotations).to.be.above(60)
    expect(keys.filter(key => key.state === 'gone').length).to.be.above(50)
  })
})

describe('the successor of a revoked signing key', () => {
  const active = aKey()
  const pending = aKey({ kid: 'p', state: 'pending', activatedAt: null })

  it('is null when the key was not active', () => {
    expect(successorOf('p', [active, pending], rules())).to.equal(null)
    expect(successorOf('unknown', [active, pending], rules())).to.equal(null)
  })

  it('is the pending key, or one that must be made', () => {
    expect(successorOf('k', [active, pending], rules())).to.deep.equal({ algorithm: 'ES256', kid: 'p' })
    expect(successorOf('k', [active], rules())).to.deep.equal({ algorithm: 'ES256', kid: null })
  })

  it('has the new algorithm after a change of the policy', () => {
    const next = aKey({ kid: 'n', algorithm: 'RS256', state: 'pending', activatedAt: null })
    const changed = rules({ algorithms: ['RS256'] })
    expect(successorOf('k', [active, pending, next], changed)).to.deep.equal({ algorithm: 'RS256', kid: 'n' })
    const signing = { ...next, state: 'active' as const }
    expect(successorOf('k', [active, signing], changed)).to.equal(null)
  })
})

/** A seeded random generator, the same at every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
