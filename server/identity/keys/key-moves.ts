// State changes of a signing key inside a transaction (key-change.ts): each writes the row and an audit entry.
import { dueSteps, type KeyRules, type KeyStep, lastingAlgorithms } from '../../policy/key-life.js'
import { readPolicy } from '../../policy/policies.js'
import { signingAlgorithmNames } from '../../protocol/algorithms.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Queries } from '../../storage/database.js'
import type { KeyRecord, KeyStore } from '../../storage/keys.js'
import type { PolicyVersionStore } from '../../storage/policy-versions.js'
import type { RevocationStore } from '../../storage/revocations.js'
import type { Change } from '../../tokens/changes.js'
import type { KeyPair } from '../../tokens/key-pairs.js'

export type KeyMovesDeps = {
  keyStore: KeyStore
  policyVersionStore: PolicyVersionStore
  revocationStore: RevocationStore
  applicationStore: ApplicationStore
  now: () => number
}

/** All keys, and the rules of the latest policy, as one transaction reads them. */
export type Ring = { records: readonly KeyRecord[]; rules: KeyRules }

export function createKeyMoves(deps: KeyMovesDeps) {
  const { keyStore, policyVersionStore, revocationStore, applicationStore, now } = deps

  async function ringIn(tx: Queries): Promise<Ring> {
    const { access_token_algorithm, key_rotation_interval } = readPolicy((await policyVersionStore.latest(tx))!.policy)
    const lives = await revocationStore.lives(tx)
    const records = await keyStore.list(tx)
    const always = [...new Set([access_token_algorithm, ...lastingAlgorithms])]
    const algorithms = [...always, ...(await chosenIn(tx, records, always))]
    return { records, rules: { algorithms, interval: key_rotation_interval, lives } }
  }

  /**
   * Algorithms beside the permanent ones: those with an active key that applications have chosen for their id_tokens.
   */
  async function chosenIn(tx: Queries, records: readonly KeyRecord[], always: readonly string[]): Promise<string[]> {
    const chosen: string[] = []
    for (const algorithm of signingAlgorithmNames.filter(name => !always.includes(name))) {
      const signs = records.some(record => record.algorithm === algorithm && record.state === 'active')
      if (signs && (await applicationStore.anyHasIdTokenAlgorithm(tx, algorithm))) chosen.push(algorithm)
    }
    return chosen
  }

  /**
   * Adds a key.
   * @param at the instant that `activatesAt` was computed from: a millisecond later it would seem to sign too early
   */
  async function add(
    tx: Queries,
    { note }: Change,
    pair: KeyPair,
    { at, activatesAt }: { at: number; activatesAt: number },
  ): Promise<KeyRecord> {
    const times = { createdAt: at, activatesAt, activatedAt: null, retiredAt: null, revokedAt: null }
    const made: KeyRecord = { ...pair, state: 'pending', ...times }
    await keyStore.insert(tx, made)
    note({ action: 'key_made', subject: made.kid, after: { algorithm: made.algorithm, activates_at: activatesAt } })
    return made
  }

  const moves: Record<Exclude<KeyStep['act'], 'make'>, (tx: Queries, change: Change, kid: string) => Promise<void>> = {
    async activate(tx, { note }, kid) {
      await keyStore.update(tx, kid, { state: 'active', activatedAt: now() })
      note({ action: 'key_activated', subject: kid })
    },
    async retire(tx, { note }, kid) {
      await keyStore.update(tx, kid, { state: 'retiring', retiredAt: now(), sealedPrivateKey: '' })
      note({ action: 'key_retired', subject: kid })
    },
    async remove(tx, { note }, kid) {
      await keyStore.update(tx, kid, { state: 'gone', sealedPrivateKey: '' })
      note({ action: 'key_removed', subject: kid })
    },
  }

  /** Makes the state changes that are due. A new key is taken from `spares`, or left for the next run. */
  async function takeSteps(tx: Queries, changing: Change, spares: readonly KeyPair[] = []): Promise<void> {
    const { records, rules } = await ringIn(tx)
    const at = now()
    for (const step of dueSteps(records, rules, at)) {
      if (step.act !== 'make') {
        await moves[step.act](tx, changing, step.kid)
        continue
      }
      const spare = spares.find(pair => pair.algorithm === step.algorithm)
      if (spare) await add(tx, changing, spare, { at, activatesAt: step.activatesAt })
    }
  }

  /** Replaces the active key at once, published or not; further steps that are due follow in the same change. */
  async function replaceBy(tx: Queries, changing: Change, next: KeyRecord, records: readonly KeyRecord[]) {
    for (const { kid, state, algorithm } of records) {
      if (state === 'active' && algorithm === next.algorithm) await moves.retire(tx, changing, kid)
    }
    await moves.activate(tx, changing, next.kid)
    await takeSteps(tx, changing)
  }

  return { ringIn, add, remove: moves.remove, takeSteps, replaceBy }
}

export type KeyMoves = ReturnType<typeof createKeyMoves>
