// When `darvoza/client` repeats a sign-out request: on a clock and with pauses of the test.
import { expect } from 'chai'
import type { Asked } from '../../server/client/ask.js'
import { createKeptTokens } from '../../server/client/kept-tokens.js'
import { createSigning } from '../../server/client/signing.js'
import { memoryStore } from '../../server/client/store.js'
import { tokensIn } from '../../server/client/tokens.js'
import { apiWire } from '../../server/client/wires.js'

const busy = (retryAfter?: number): Asked => ({ is: 'lost', status: 503, retryAfter })
const ended: Asked = { is: 'answered', body: {}, askedAt: 0 }

/** @returns the result of the sign-out, and its pauses before further attempts in ms */
async function signOut(...answers: Asked[]) {
  let clock = 0
  const store = memoryStore()
  const kept = createKeptTokens(store, 'tokens', () => {})
  await kept.set(tokensIn({ access: 'a.b.c', refresh: 'd.e.f' }, 0)!)
  const pauses: number[] = []
  const signing = createSigning({
    ...{ wire: apiWire, kept, store, lock: null, name: 'tokens', patience: 10_000, random: () => 1 },
    ask: async () => answers.shift()!,
    monotonic: () => clock,
    async pause(ms) {
      pauses.push(ms)
      clock += ms
    },
    set: async () => {},
    signedOut: () => {},
  })
  return { ended: await signing.signOut(), pauses, unasked: answers.length, isSignedIn: (await kept.read()) !== null }
}

describe('a sign-out of the client', () => {
  it('is given up when Retry-After exceeds the patience of the client, and after three attempts', async () => {
    const away = { ended: false, isSignedIn: false }
    expect(await signOut(busy(11), ended)).to.deep.equal({ ...away, pauses: [], unasked: 1 })
    expect(await signOut(busy(6), busy(6), ended)).to.deep.equal({ ...away, pauses: [6_000], unasked: 1 })
    expect(await signOut(busy(), busy(), busy(), ended)).to.deep.equal({ ...away, pauses: [150, 300], unasked: 1 })
  })

  it('is sent again after the Retry-After of a busy server', async () => {
    expect(await signOut(busy(2), busy(3), ended)).to.deep.equal({
      ...{ ended: true, isSignedIn: false, unasked: 0 },
      pauses: [2_000, 3_000],
    })
  })
})
