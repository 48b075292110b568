// Retention of the revocation log: whatever happens to the policy, no entry expires before a token that it refuses.
import { expect } from 'chai'
import type { Policy } from '../../server/policy/policies.js'
import type { PolicyApply } from '../../server/policy/policy-version.js'
import { trials } from '../support/bursts.js'
import { aClient, claimsOf, type Pair } from '../support/client.js'
import { aDice } from '../support/dice.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, settle, type TestServer } from '../support/server.js'

type Issued = { rev: number; exp: number; sid: string }
type Written = { seq: number; kind: string; subject: string; expiresAt: number }

/** How long an entry that revokes all tokens would be kept if it were written now, in seconds. */
async function entryLife({ composed, clock }: TestServer): Promise<number> {
  const { revocationLog } = composed.parts.logs
  const { expiresAt } = await revocationLog.add({ kind: 'all', subject: '', effect: 'refresh', why: '' }, 'system')
  return (expiresAt - clock.now()) / 1000
}

onEachEngine('a revocation log entry', engine => {
  async function aWorld(policy: Partial<Policy> = {}) {
    const server = await aServer({ engine, policy })
    const change = async (values: Partial<Policy>, apply: PolicyApply = 'refresh') => {
      await server.composed.parts.policies.policies.set(values, 'system', 'test', { apply })
      await settle(server.composed)
    }
    return { server, client: aClient(server), amy: await server.aUser(), change }
  }

  it('is kept as long as tokens issued before a shorter access token lifetime, and no longer', async () => {
    const { server, change } = await aWorld()
    expect(await entryLife(server)).to.equal(3_600 + 120)
    await change({ access_token_lifetime: 60 })
    expect(await entryLife(server)).to.equal(3_600 + 120)
    server.clock.advance('30m')
    expect(await entryLife(server)).to.equal(1_800 + 120)
    server.clock.advance('31m')
    expect(await entryLife(server)).to.equal(60 + 120)
    await change({ access_token_lifetime: 7_200 })
    expect(await entryLife(server)).to.equal(7_200 + 120)
    await server.composed.parts.policies.policies.undo(null, 'system', '')
    expect(await entryLife(server), 'undone').to.equal(7_200 + 120)
  })

  it('is kept as long as tokens of older sessions, until an hour after the last such session ended', async () => {
    const { server, client, amy, change } = await aWorld()
    let { refresh } = await client.signIn(amy)
    await change({ access_token_lifetime: 60 }, 'new')
    server.clock.advance('20h')
    await server.composed.jobs.runAll()
    const answer = (await client.refresh(refresh)).body
    refresh = answer.refresh
    expect(claimsOf(answer.access).exp - claimsOf(answer.access).iat).to.equal(3_600)
    expect(await entryLife(server)).to.equal(3_600 + 120)
    server.clock.advance('25h')
    await server.composed.jobs.runAll()
    expect(await entryLife(server), 'its last token may still live').to.equal(3_600 + 120)
    server.clock.advance('1h')
    expect(await entryLife(server)).to.equal(60 + 120)
  })

  it('caps access tokens of an older session found too late at the lifetime that retention assumes', async () => {
    const { server, client, amy, change } = await aWorld()
    await change({ access_token_lifetime: 60 }, 'new')
    await server.composed.jobs.runAll()
    await settle(server.composed)
    const { access, refresh } = await client.signIn(amy)
    const { database } = server.composed.parts.storage
    // As if the version was settled too early: the session was opened under the older version, and written afterwards.
    await database.write('UPDATE session SET policy_version = 2 WHERE id = ?', [claimsOf(access).sid])
    await database.write('UPDATE policy_version SET settled_at = NULL')
    await database.write('UPDATE log_head SET policy_version = policy_version + 1')
    const answer = (await client.refresh(refresh)).body
    expect(claimsOf(answer.access).exp - claimsOf(answer.access).iat).to.equal(60)
  })

  it('never expires before a token it refuses, under random changes, undos, sign-ins and ends', async () => {
    let refused = 0
    for (let seed = 1; seed <= trials(3); seed++) {
      const dice = aDice(seed)
      const { server, client, amy } = await aWorld()
      const {
        policies: { policies },
        devices: { sessions },
        logs: { revocationLog },
        storage: { database },
      } = server.composed.parts
      const issued: Issued[] = []
      const written = new Map<number, Written>()
      const pairs: Pair[] = []
      const keep = (pair: Pair) => {
        const { rev, exp, sid } = claimsOf(pair.access)
        issued.push({ rev, exp, sid })
      }
      const signIn = async () => {
        const pair = await client.signIn(amy)
        pairs.push(pair)
        keep(pair)
      }
      const refreshAll = async () => {
        for (const pair of pairs) {
          const answer = await client.refresh(pair.refresh)
          if (answer.status === 200) keep(Object.assign(pair, answer.body))
        }
      }
      const change = () => {
        const access_token_lifetime = dice.oneOf([60, 600, 3_600, 14_400])
        const apply = dice.oneOf<PolicyApply>(['new', 'new', 'refresh', 'now'])
        return policies.set({ access_token_lifetime }, 'system', '', { apply })
      }
      const undo = () =>
        policies
          .undo(null, 'system', '')
          .catch(error => expect(error.code).to.be.oneOf(['policy_conflict', 'invalid_fields']))
      const endOne = async () => {
        const pair = dice.oneOf(pairs)
        if (pair) await sessions.end(claimsOf(pair.access).sid, amy.id, 'system').catch(() => {})
      }
      const advance = async () => server.clock.advance(dice.oneOf(['1s', '2m', '20m', '2h', '5h']))
      const revokeAll = () => revocationLog.add({ kind: 'all', subject: '', effect: 'refresh', why: '' }, 'system')
      // Every round runs these steps in this order, each with its chance.
      const round: [chance: number, step: () => Promise<unknown>][] = [
        [0.6, signIn],
        [0.4, change],
        [0.1, undo],
        [0.7, advance],
        [0.3, server.composed.jobs.runAll],
        [0.8, refreshAll],
        [0.4, advance],
        [0.2, endOne],
        [0.5, revokeAll],
      ]
      for (let count = 0; count < 25; count++) {
        for (const [chance, step] of round) if (dice.chance(chance)) await step()
        const columns = 'seq, kind, subject, expires_at AS expiresAt'
        for (const entry of await database.read<Written>(`SELECT ${columns} FROM revocation`))
          written.set(entry.seq, entry)
      }
      for (const { seq, kind, subject, expiresAt } of written.values()) {
        for (const { rev, exp, sid } of issued) {
          if (seq <= rev || (kind === 'session' && subject !== sid)) continue
          refused++
          expect(expiresAt, `seed ${seed}: entry ${seq} against a token at ${rev}`).to.be.at.least(exp * 1000)
        }
      }
      await server.close()
    }
    expect(refused).to.be.above(100)
  }).timeout(90_000)
})
