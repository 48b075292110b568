// Previews of policy changes, compared with what the change then does.
import { expect } from 'chai'
import type { PolicyPreview } from '../../server/identity/policies/policies.js'
import type { Policy } from '../../server/policy/policies.js'
import { type PolicyApply, policyApplies } from '../../server/policy/policy-version.js'
import { trials } from '../support/bursts.js'
import { type Answer, aClient, claimsOf, type Pair } from '../support/client.js'
import { aDice } from '../support/dice.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, settle, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

type SignedIn = Pair & { userId: number }

const told = ({ status, body }: Answer): string | number => (status === 200 ? 200 : body.reason)
const numbers = ({ ends }: PolicyPreview) => ({
  sessions: ends.sessions.count,
  users: ends.users.count,
  idle: ends.idle.count,
  absolute: ends.absolute.count,
  limit: ends.limit.count,
})

onEachEngine('the preview of a policy change', engine => {
  async function aWorld(policy: Partial<Policy> = {}) {
    const server = await aServer({ engine, policy })
    const client = aClient(server)
    const pairs: SignedIn[] = []
    const signIn = async (user: { id: number; username: string; password: string }) => {
      const pair = { ...(await client.signIn(user)), userId: user.id }
      pairs.push(pair)
      return pair
    }
    return { server, client, pairs, signIn }
  }

  /** Makes the change, refreshes every session, and compares the refused ones with the preview. */
  async function expectTrue(
    server: TestServer,
    pairs: readonly SignedIn[],
    preview: PolicyPreview,
    change: () => Promise<unknown>,
    order: <T>(of: readonly T[]) => T[] = of => [...of],
  ): Promise<void> {
    const client = aClient(server)
    const before = new Map<SignedIn, string | number>()
    const fresh = new Set<SignedIn>()
    for (const pair of pairs) {
      before.set(pair, told(await client.verify(pair.refresh)))
      if (told(await client.verify(pair.access)) === 200) fresh.add(pair)
    }
    await change()
    await settle(server.composed)
    const stale: SignedIn[] = []
    for (const pair of pairs) if (told(await client.verify(pair.access)) === 'token_stale') stale.push(pair)
    if (preview.apply === 'now') expect(preview.staleAccessTokens).to.deep.equal({ count: fresh.size, more: false })
    else expect(preview.staleAccessTokens).to.equal(null)
    expect(stale.length, 'stale').to.equal(preview.apply === 'now' ? fresh.size : 0)

    const ended = new Map<string, { pair: SignedIn; reason: string }>()
    for (const pair of order(pairs)) {
      const reason = told(await client.refresh(pair.refresh))
      if (before.get(pair) === 200 && reason !== 200)
        ended.set(claimsOf(pair.access).sid, { pair, reason: reason as string })
    }
    const reasons = [...ended.values()].map(one => one.reason)
    const said = numbers(preview)
    expect({
      sessions: ended.size,
      users: new Set([...ended.values()].map(one => one.pair.userId)).size,
      expired: reasons.filter(reason => reason === 'token_expired').length,
      limit: reasons.filter(reason => reason === 'session_ended').length,
    }).to.deep.equal({
      sessions: said.sessions,
      users: said.users,
      expired: said.idle + said.absolute,
      limit: said.limit,
    })
    const sample = preview.sample!
    expect(sample).to.have.length(Math.min(20, ended.size))
    for (const { id, userId, reason } of sample) {
      expect(ended.get(id)!.pair.userId).to.equal(userId)
      expect(ended.get(id)!.reason).to.equal(reason === 'limit' ? 'session_ended' : 'token_expired')
    }
  }

  it('counts no session for a change that ends none, and changes nothing itself', async () => {
    const { server, client, signIn } = await aWorld()
    const { policies } = server.composed.parts.policies
    const pair = await signIn(await server.aUser())
    const before = await snapshotOf(server)
    const preview = await policies.preview({ refresh_token_lifetime: 7_200, reuse_grace: 10 }, 'system')
    expect(numbers(preview)).to.deep.equal({ sessions: 0, users: 0, idle: 0, absolute: 0, limit: 0 })
    expect(preview.changes).to.deep.equal([{ name: 'refresh_token_lifetime', before: 86_400, after: 7_200 }])
    expect([preview.unchanged, preview.sample]).to.deep.equal([['reuse_grace'], []])
    expect(await snapshotOf(server)).to.equal(before)
    expect((await client.refresh(pair.refresh)).status).to.equal(200)
  })

  for (const [reason, values] of [
    ['idle', { refresh_token_lifetime: 3_600 }],
    ['absolute', { refresh_token_lifetime: 3_600, session_absolute_lifetime: 7_200 }],
    ['limit', { max_sessions_per_user: 1 }],
  ] as const) {
    for (const apply of Object.keys(policyApplies) as PolicyApply[]) {
      it(`counts exactly the sessions that end by ${reason}, applied to ${apply}`, async () => {
        const { server, client, pairs, signIn } = await aWorld()
        const { policies } = server.composed.parts.policies
        const [amy, ben] = [await server.aUser({ username: 'amy' }), await server.aUser()]
        const early = await signIn(amy)
        server.clock.advance('80m')
        Object.assign(early, (await client.refresh(early.refresh)).body)
        await signIn(amy)
        await signIn(ben)
        server.clock.advance('50m')
        await signIn(ben)
        if (reason === 'idle') server.clock.advance('20m')
        const preview = await policies.preview(values, 'system', apply)
        // Amy's first session is over two hours old and has a newer one; three sessions are idle for too long.
        const expected = {
          idle: { sessions: 3, users: 2, idle: 3, absolute: 0, limit: 0 },
          absolute: { sessions: 1, users: 1, idle: 0, absolute: 1, limit: 0 },
          limit: { sessions: 2, users: 2, idle: 0, absolute: 0, limit: 2 },
        }[reason]
        const none = { sessions: 0, users: 0, idle: 0, absolute: 0, limit: 0 }
        expect(numbers(preview)).to.deep.equal(apply === 'new' ? none : expected)
        const { sid } = claimsOf(early.access)
        const said = preview.sample!.find(one => one.id === sid)
        if (apply !== 'new') expect(said).to.include({ username: 'amy', device: 'test-client/1.0', reason })
        await expectTrue(server, pairs, preview, () => policies.set(values, 'system', '', { apply }))
      })
    }
  }

  it('does not count sessions that end without the change', async () => {
    const { server, pairs, signIn } = await aWorld({ max_sessions_per_user: 3 })
    const { policies } = server.composed.parts.policies
    const amy = await server.aUser()
    for (let number = 0; number < 3; number++) await signIn(amy)
    await server.setPolicy({ max_sessions_per_user: 2 })
    expect(numbers(await policies.preview({ reuse_grace: 20 }, 'system')).sessions).to.equal(0)
    const preview = await policies.preview({ max_sessions_per_user: 1 }, 'system')
    expect(numbers(preview).limit).to.equal(1)
    await expectTrue(server, pairs, preview, () => policies.set({ max_sessions_per_user: 1 }, 'system', ''))
  })

  it('counts exactly the sessions that an undo ends', async () => {
    const { server, pairs, signIn } = await aWorld({ refresh_token_lifetime: 3_600 })
    const { policies } = server.composed.parts.policies
    await server.setPolicy({ refresh_token_lifetime: 86_400 })
    for (let number = 0; number < 3; number++) await signIn(await server.aUser())
    server.clock.advance('2h')
    await signIn(await server.aUser())
    const preview = await policies.previewUndo(null, 'system')
    expect(numbers(preview)).to.include({ sessions: 3, users: 3, idle: 3 })
    await expectTrue(server, pairs, preview, () => policies.undo(null, 'system', ''))
  })

  it('agrees with the outcome for random sessions and random changes', async () => {
    const values = {
      refresh_token_lifetime: [3_600, 14_400, 86_400],
      session_absolute_lifetime: [86_400, 172_800, 604_800],
      max_sessions_per_user: [0, 1, 2, 3],
      at_session_limit: ['end_oldest', 'end_oldest', 'refuse'],
      access_token_lifetime: [600, 3_600],
      rotate_refresh_tokens: [true, false],
    } as const
    let ends = 0
    for (let seed = 1; seed <= trials(4); seed++) {
      const dice = aDice(seed)
      const { server, client, pairs, signIn } = await aWorld()
      const {
        policies: { policies },
        devices: { sessions },
      } = server.composed.parts
      const people = await Promise.all(Array.from({ length: 4 }, () => server.aUser()))
      const change = (): [Partial<Policy>, PolicyApply] => {
        const names = dice.someOf(Object.keys(values) as (keyof typeof values)[])
        const chosen = names.length > 0 ? names : (['max_sessions_per_user'] as const)
        const drawn = Object.fromEntries(chosen.map(name => [name, dice.oneOf<unknown>(values[name])]))
        return [drawn, dice.oneOf(['refresh', 'refresh', 'now', 'new'])]
      }
      for (let step = 0; step < 30; step++) {
        if (dice.chance(0.1)) {
          const [drawn, apply] = change()
          await policies.set(drawn, 'system', '', { apply }).catch(() => {})
          await settle(server.composed)
        }
        if (dice.chance(0.8)) await signIn(dice.oneOf(people)).catch(() => {})
        for (const pair of dice.chance(0.5) ? dice.someOf(pairs) : []) {
          const answer = await client.refresh(pair.refresh)
          if (answer.status === 200) Object.assign(pair, answer.body)
        }
        if (dice.chance(0.1) && pairs.length > 0) {
          const { access, userId } = dice.oneOf(pairs)
          await sessions.end(claimsOf(access).sid, userId, 'system').catch(() => {})
        }
        server.clock.advance(dice.oneOf(['1s', '10m', '1h', '5h', '11h']))
      }
      for (let trial = 0; trial < 5; trial++) {
        const [drawn, apply] = change()
        const preview = await policies.preview(drawn, 'system', apply).catch(() => null)
        if (!preview) continue
        ends += numbers(preview).sessions
        const set = () => policies.set(drawn, 'system', '', { apply })
        await expectTrue(server, pairs, preview, set, dice.shuffled)
        for (const pair of pairs) {
          const answer = await client.refresh(pair.refresh)
          if (answer.status === 200) Object.assign(pair, answer.body)
        }
        server.clock.advance(dice.oneOf(['30m', '3h']))
      }
      await server.close()
    }
    expect(ends, 'sessions that were to end').to.be.above(10)
  }).timeout(180_000)
})
