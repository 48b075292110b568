// Proofs that come to this server (RFC 9449): read when they come, and spent after all other checks.
import { type ExpectedProof, type Proof, readProof } from '../protocol/dpop.js'
import { Refusal, refuse } from '../protocol/errors.js'
import { refuseToken } from './checks.js'
import type { ProofNonces } from './proof-nonces.js'
import type { SpentProofs } from './spent-proofs.js'

/** A proof that is right, and that nobody has used yet as far as is known. */
export type ShownProof = Proof & {
  /**
   * Last of all, before what it proves is done: a request that was refused for something else may be repeated with the same
   * proof. A second call does nothing: it is one request.
   * @throws invalid_dpop_proof: it was used before, here or at another server
   */
  spend: () => Promise<void>
  isSpent: () => boolean
}

/** What it must be made for. `token`: where one is shown. */
export type ProvenRequest = Pick<ExpectedProof, 'method' | 'url' | 'token'>

export type ProofsDeps = {
  spentProofs: Pick<SpentProofs, 'spend'>
  nonces: ProofNonces
  now: () => number
  /** As `now`, by the latest that it may be. */
  latest: () => number
}

/** RFC 9449 §11.1: until its `iat` is too old, also where that lies ahead of our clock; in seconds. */
const rememberedFor = 120

export function createProofs({ spentProofs, nonces, now, latest }: ProofsDeps) {
  /** A proof whose `iat` is wrong only by a clock that may be wrong is not refused for good. @throws clock_jumped */
  function readUndoubted(text: string, request: ProvenRequest): Proof {
    const at = now()
    const expected = { ...request, ...(nonces.isAsked() && { nonces: nonces.good() }) }
    try {
      return readProof(text, { ...expected, now: at })
    } catch (error) {
      if (latest() > at && isRight(text, { ...expected, now: latest() })) throw refuseToken('clock_jumped')
      throw error
    }
  }

  return {
    /** The nonce for the next proof (`DPoP-Nonce`, RFC 9449 §8.2); null where the policy does not ask for one. */
    nonce: (): string | null => (nonces.isAsked() ? nonces.good()[0] : null),

    /**
     * @param text the header `DPoP`
     * @throws invalid_dpop_proof, use_dpop_nonce, clock_jumped
     */
    async read(text: string, request: ProvenRequest): Promise<ShownProof> {
      const proof = readUndoubted(text, request)
      let spending: Promise<void> | null = null

      async function spend(): Promise<void> {
        const { jkt, jti, iat } = proof
        const isFirst = await spentProofs.spend('dpop', jkt, jti, Math.ceil((iat + rememberedFor) * 1000))
        if (!isFirst) throw refuse('invalid_dpop_proof')
      }

      return {
        ...proof,
        spend() {
          spending ??= spend()
          return spending
        },
        isSpent: () => spending !== null,
      }
    },
  }
}

export type Proofs = ReturnType<typeof createProofs>

function isRight(text: string, expected: ExpectedProof): boolean {
  try {
    readProof(text, expected)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}
