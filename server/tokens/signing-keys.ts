// The key pairs of access tokens: which one signs, which ones verify, and the JWKS.
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { isSigningAlgorithm, type SigningAlgorithm, signingAlgorithms } from '../protocol/algorithms.js'
import { encodePart } from '../protocol/jws.js'
import type { Tail } from '../revocation/tail.js'
import type { Database } from '../storage/database.js'
import type { KeyRecord, Keys } from '../storage/keys.js'
import type { Revocations } from '../storage/revocations.js'
import type { Sealing } from './sealing.js'

export type ActiveKey = { kid: string; algorithm: SigningAlgorithm; privateKey: KeyObject; encodedHeader: string }
export type VerifyingKey = { kid: string; algorithm: SigningAlgorithm; publicKey: KeyObject }

export type SigningKeysDeps = {
  database: Database
  keys: Keys
  revocations: Revocations
  sealing: Sealing
  tail: Tail
  now: () => number
}

const firstAlgorithm: SigningAlgorithm = 'ES256'

export function createSigningKeys({ database, keys, revocations, sealing, tail, now }: SigningKeysDeps) {
  let active: ActiveKey | null = null
  let verifying = new Map<string, VerifyingKey>()
  let jwks = ''
  let jwksTag = ''

  tail.follow(
    head => head.keyVersion,
    async () => {
      const records = (await keys.list(database)).filter(record => isSigningAlgorithm(record.algorithm))
      verifying = new Map(records.map(record => [record.kid, verifyingKey(record)]))
      jwks = JSON.stringify({ keys: records.map(publicJwk) })
      jwksTag = `"${createHash('sha256').update(jwks).digest('base64url').slice(0, 22)}"`
      const signing = records.find(record => record.state === 'active')
      active = signing ? activeKey(signing, sealing) : null
    },
  )

  return {
    /** Makes the first key pair, once among all servers. Nobody has fetched the JWKS yet, so it signs at once. */
    async ensure(): Promise<void> {
      const made = await newKeyPair(firstAlgorithm, sealing, now())
      await database.transaction(async tx => {
        await revocations.lockHead(tx)
        const present = await keys.list(tx)
        if (present.length > 0) return
        await keys.insert(tx, made)
        await revocations.raiseVersion(tx, 'key')
      })
    },

    /** The key that signs access tokens now. */
    active(): ActiveKey {
      if (!active) throw new Error('there is no active signing key')
      return active
    },

    find: (kid: string): VerifyingKey | null => verifying.get(kid) ?? null,

    /** The public keys as a JWK set (RFC 7517 §5), as text. */
    jwks: (): string => jwks,
    jwksTag: (): string => jwksTag,
  }
}

export type SigningKeys = ReturnType<typeof createSigningKeys>

async function newKeyPair(algorithm: SigningAlgorithm, sealing: Sealing, now: number): Promise<KeyRecord> {
  const { publicKey, privateKey } = signingAlgorithms[algorithm].generate()
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  const kid = await calculateJwkThumbprint(jwk)
  return {
    kid,
    algorithm,
    state: 'active',
    publicJwk: JSON.stringify(jwk),
    sealedPrivateKey: sealing.seal(privateKey.export({ type: 'pkcs8', format: 'der' }), `signing-key:${kid}`),
    createdAt: now,
    activatedAt: now,
    retiredAt: null,
  }
}

function activeKey(record: KeyRecord, sealing: Sealing): ActiveKey {
  const algorithm = record.algorithm as SigningAlgorithm
  const der = sealing.open(record.sealedPrivateKey, `signing-key:${record.kid}`)
  return {
    kid: record.kid,
    algorithm,
    privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
    // RFC 9068 §2.1: the type tells an access token from every other JWT.
    encodedHeader: encodePart({ alg: algorithm, typ: 'at+jwt', kid: record.kid }),
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
