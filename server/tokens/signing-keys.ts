// The key pairs of access tokens and id_tokens as this process holds them: which one signs, which ones verify, and the
// JWKS. identity/keys/key-ring.ts decides their life cycle; here it is followed.
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { lastingAlgorithms } from '../policy/key-life.js'
import { readPolicy } from '../policy/policies.js'
import {
  type generatePair,
  isSigningAlgorithm,
  type SigningAlgorithm,
  signingAlgorithmNames,
} from '../protocol/algorithms.js'
import { encodePart } from '../protocol/jws.js'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { Tail } from '../revocation/tail.js'
import type { Database } from '../storage/database.js'
import type { KeyRecord, KeyStore } from '../storage/keys.js'
import type { PolicyVersionStore } from '../storage/policy-versions.js'
import type { RevocationStore } from '../storage/revocations.js'
import { newKeyPair, privateKeyOf } from './key-pairs.js'
import type { Sealing } from './sealing.js'

export type ActiveKey = { kid: string; algorithm: SigningAlgorithm; privateKey: KeyObject; encodedHeader: string }
export type VerifyingKey = { kid: string; algorithm: SigningAlgorithm; publicKey: KeyObject }

export type SigningKeysDeps = {
  database: Database
  keyStore: KeyStore
  revocationStore: RevocationStore
  policyVersionStore: PolicyVersionStore
  sealing: Sealing
  tail: Tail
  policy: PolicyInForce
  now: () => number
  log: { error(details: object, message: string): void }
  /** For tests: key pairs that fresh databases share. */
  firstPair?: typeof generatePair | undefined
}

/** How many versions of the policy are searched for former algorithms. */
const lookedThrough = 50

type Followed = {
  /** The version of the keys in the log's head. */
  version: number
  /** Keys that sign, by algorithm. */
  active: ReadonlyMap<string, ActiveKey>
  /** Private halves that were opened, by kid. */
  opened: ReadonlyMap<string, ActiveKey>
  /** Keys that are published and sign later, by algorithm. */
  pending: ReadonlyMap<string, ActiveKey>
  verifying: ReadonlyMap<string, VerifyingKey>
  /** Kids that are published no more, and whether they were revoked. */
  gone: ReadonlyMap<string, KeyRecord & { revoked: boolean }>
  jwks: string
  jwksTag: string
}

export function createSigningKeys(deps: SigningKeysDeps) {
  const { database, keyStore, revocationStore, policyVersionStore, sealing, tail, policy, now, log, firstPair } = deps
  let followed: Followed = {
    active: new Map(),
    opened: new Map(),
    pending: new Map(),
    verifying: new Map(),
    gone: new Map(),
    version: 0,
    jwks: '',
    jwksTag: '',
  }

  tail.follow(
    head => head.keyVersion,
    async ({ keyVersion }) => {
      const records = await keyStore.list(database)
      followed = follow(
        records.filter(record => isSigningAlgorithm(record.algorithm)),
        keyVersion,
      )
    },
  )

  /** Algorithms of access tokens that the policy had before the present one, newest first. */
  let former: readonly string[] = []
  tail.follow(
    head => head.policyVersion,
    async () => {
      const page = { before: Number.MAX_SAFE_INTEGER, limit: lookedThrough }
      const versions = await policyVersionStore.list(database, page)
      former = [...new Set(versions.map(version => readPolicy(version.policy).access_token_algorithm))]
    },
  )

  function follow(records: readonly KeyRecord[], version: number): Followed {
    const published = records.filter(record => record.state !== 'gone')
    const actives = published.filter(record => record.state === 'active')
    const opened = new Map([...actives.map(open), ...published.flatMap(openAhead)].map(key => [key.kid, key]))
    const jwks = JSON.stringify({ keys: published.map(publicJwk) })
    return {
      version,
      active: new Map(actives.map(({ algorithm, kid }) => [algorithm, opened.get(kid)!])),
      opened,
      pending: new Map(
        published
          .filter(record => record.state === 'pending' && opened.has(record.kid))
          .map(({ algorithm, kid }) => [algorithm, opened.get(kid)!]),
      ),
      verifying: new Map(
        published.map(record => [record.kid, followed.verifying.get(record.kid) ?? verifyingKey(record)]),
      ),
      gone: new Map(
        records
          .filter(record => record.state === 'gone')
          .map(record => [record.kid, { ...record, revoked: record.revokedAt !== null }]),
      ),
      jwks,
      jwksTag: `"${createHash('sha256').update(jwks).digest('base64url').slice(0, 22)}"`,
    }
  }

  /** Opened once: the row may be sealed anew meanwhile, under a SECRET_KEY that this process was not started with. */
  function open(record: KeyRecord): ActiveKey {
    return followed.opened.get(record.kid) ?? activeKey(record, sealing)
  }

  /** A key that cannot be opened is reported before it is due to sign. */
  function openAhead(record: KeyRecord): ActiveKey[] {
    if (record.state !== 'pending') return []
    try {
      return [open(record)]
    } catch (error) {
      log.error({ err: error, kid: record.kid }, 'the next signing key cannot be decrypted by this process')
      return []
    }
  }

  return {
    /**
     * Makes the first key pairs, once among all servers. No JWKS is in any cache yet, so they sign at once; a key
     * that is missing beside one that signs is published first (policy/key-life.ts).
     */
    async ensure(): Promise<void> {
      const isThere = (records: readonly KeyRecord[]) => records.some(record => record.state === 'active')
      if (isThere(await keyStore.list(database))) return
      const algorithms = [...new Set([policy().access_token_algorithm, ...lastingAlgorithms])]
      const made = await Promise.all(algorithms.map(algorithm => newKeyPair(algorithm, sealing, firstPair)))
      await database.transaction(async tx => {
        await revocationStore.lockHead(tx)
        if (isThere(await keyStore.list(tx))) return
        const at = now()
        const times = { createdAt: at, activatesAt: at, activatedAt: at, retiredAt: null, revokedAt: null }
        for (const pair of made) await keyStore.insert(tx, { ...pair, state: 'active', ...times })
        await revocationStore.raiseVersion(tx, 'key')
      })
    },

    /** The key that signs access tokens now: of the policy's algorithm, or of the one before until that may be used. */
    active(): ActiveKey {
      const wanted = [policy().access_token_algorithm, ...former, ...followed.active.keys()]
      const algorithm = wanted.find(one => followed.active.has(one))
      if (algorithm === undefined) throw new Error('there is no active signing key')
      return followed.active.get(algorithm)!
    },

    /**
     * The key that signs with an algorithm now. Before the first key of an algorithm signs no verifier can have
     * cached an older JWKS because of it: the pending key signs, as otherwise no user could sign in for those 20
     * minutes.
     */
    soonOf: (algorithm: SigningAlgorithm): ActiveKey | null =>
      followed.active.get(algorithm) ?? followed.pending.get(algorithm) ?? null,

    /** The algorithms that have a key that can sign now. */
    activeAlgorithms: (): SigningAlgorithm[] => signingAlgorithmNames.filter(name => followed.active.has(name)),

    /** The version of the keys that this process holds, as the log's head counts it. */
    version: (): number => followed.version,

    find: (kid: string): VerifyingKey | null => followed.verifying.get(kid) ?? null,

    /** A key that was published once; null for one that this process does not know. */
    findGone: (kid: string): { revoked: boolean } | null => followed.gone.get(kid) ?? null,

    /**
     * A key of ours, also a retired one: tokens that it signed may be presented long after its life as a hint. Never
     * a revoked one.
     */
    findEver(kid: string): VerifyingKey | null {
      const gone = followed.gone.get(kid)
      if (!gone) return followed.verifying.get(kid) ?? null
      return gone.revoked ? null : verifyingKey(gone)
    },

    /** The public keys as a JWK set (RFC 7517 §5), as text. */
    jwks: (): string => followed.jwks,
    jwksTag: (): string => followed.jwksTag,
  }
}

export type SigningKeys = ReturnType<typeof createSigningKeys>

function activeKey({ kid, algorithm: name, sealedPrivateKey }: KeyRecord, sealing: Sealing): ActiveKey {
  const algorithm = name as SigningAlgorithm
  const der = sealing.open(sealedPrivateKey, privateKeyOf(kid))
  return {
    kid,
    algorithm,
    privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
    // RFC 9068 §2.1: the type tells an access token from every other JWT.
    encodedHeader: encodePart({ alg: algorithm, typ: 'at+jwt', kid }),
  }
}

function verifyingKey(record: KeyRecord): VerifyingKey {
  return {
    kid: record.kid,
    algorithm: record.algorithm as SigningAlgorithm,
    publicKey: createPublicKey({ key: JSON.parse(record.publicJwk) as JWK, format: 'jwk' }),
  }
}

function publicJwk(record: KeyRecord): JWK {
  return { ...(JSON.parse(record.publicJwk) as JWK), kid: record.kid, alg: record.algorithm, use: 'sig' }
}
