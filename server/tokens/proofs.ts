// DPoP proofs that are sent to this server (RFC 9449): verified when they arrive, and spent after all other checks.
import { type ExpectedProof, type Proof, readProof } from '../protocol/dpop.js'
import { Refusal, refuse } from '../protocol/errors.js'
import { refuseToken } from './checks.js'
import type { ProofNonces } from './proof-nonces.js'
import type { SpentProofs } from './spent-proofs.js'

/** A valid proof that, as far as is known, was not used yet. */
export type ShownProof = Proof & {
  /**
   * Marks the proof as used. Called last, just before the request is carried out: a request that was refused for
   * another reason may be repeated with the same proof. A second call does nothing: it is one request.
   * @throws invalid_dpop_proof: it was used before, here or at another server
   */
  spend: () => Promise<void>
  isSpent: () => boolean
}

/** The request that a proof must be made for. `token`: the access token, where one is sent. */
export type ProvenRequest = Pick<ExpectedProof, 'method' | 'url' | 'token'>

export type ProofsDeps = {
  spentProofs: Pick<SpentProofs, 'spend'>
  nonces: ProofNonces
  now: () => number
  /** The current time at the latest that clock uncertainty allows, epoch ms. */
  latest: () => number
}

/**
 * How long used proofs are stored, in seconds: until `iat` is too old, also where it was ahead of our clock (RFC 9449
 * §11.1).
 */
const rememberedFor = 120

export function createProofs({ spentProofs, nonces, now, latest }: ProofsDeps) {
  /** A proof whose `iat` may be wrong only because of our clock gets a temporary refusal. @throws clock_jumped */
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
