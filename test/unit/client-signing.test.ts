// When `darvoza/client` tells a server of a sign-out once more: by a clock and pauses of the test.
import { expect } from 'chai'
import type { Asked } from '../../server/client/ask.js'
import { createKeptTokens } from '../../server/client/kept-tokens.js'
import { createSigning } from '../../server/client/signing.js'
import { memoryStore } from '../../server/client/store.js'
import { tokensIn } from '../../server/client/tokens.js'
import { apiWire } from '../../server/client/wires.js'

const busy = (retryAfter?: number): Asked => ({ is: 'lost', status: 503, retryAfter })
const ended: Asked = { is: 'answered', body: {}, askedAt: 0 }

/** @returns what the sign-out said, and how long it waited before each further attempt, in ms */
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

describe('a sign-out that the client sends', () => {
  it('is given up where the server is away for longer than the client waits, and after three attempts', async () => {
    const away = { ended: false, isSignedIn: false }
    expect(await signOut(busy(11), ended)).to.deep.equal({ ...away, pauses: [], unasked: 1 })
    expect(await signOut(busy(6), busy(6), ended)).to.deep.equal({ ...away, pauses: [6_000], unasked: 1 })
    expect(await signOut(busy(), busy(), busy(), ended)).to.deep.equal({ ...away, pauses: [150, 300], unasked: 1 })
  })

  it('is sent again when a server that is too busy has said that it may be', async () => {
    expect(await signOut(busy(2), busy(3), ended)).to.deep.equal({
      ...{ ended: true, isSignedIn: false, unasked: 0 },
      pauses: [2_000, 3_000],
    })
  })
})
