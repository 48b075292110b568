// An id_token of ours that an application presents again (`id_token_hint`), to name the user it means (OpenID Connect
// Core §3.1.2.1). The token and its key may have expired: what counts is that we have signed it, with a key that was
// not stolen.
import { verifyInput } from '../protocol/algorithms.js'
import { type CompactToken, readCompact } from '../protocol/jws.js'
import type { SigningKeys } from './signing-keys.js'

export type IdTokenHint = { sub: string; sid: string | null; audience: readonly string[] }

export type IdTokenHintsDeps = { issuer: string; signingKeys: Pick<SigningKeys, 'findEver'> }

export function createIdTokenHints({ issuer, signingKeys }: IdTokenHintsDeps) {
  function isOurs({ header: { kid, alg, typ }, claims, input, signature }: CompactToken): boolean {
    // RFC 8725 §3.11: access tokens are signed with the same keys, and say `typ`.
    if (typ !== undefined && typ !== 'JWT') return false
    const key = typeof kid === 'string' ? signingKeys.findEver(kid) : null
    if (key?.algorithm !== alg || claims.iss !== issuer) return false
    return verifyInput(key!.algorithm, key!.publicKey, input, signature)
  }

  return {
    /** @returns null where the token is none of ours */
    read(token: string): IdTokenHint | null {
      let compact: CompactToken
      try {
        compact = readCompact(token)
      } catch {
        return null
      }
      const { sub, sid, aud } = compact.claims
      if (!isOurs(compact) || typeof sub !== 'string') return null
      const audience = [aud].flat().filter(one => typeof one === 'string')
      return { sub, sid: typeof sid === 'string' ? sid : null, audience }
    },
  }
}

export type IdTokenHints = ReturnType<typeof createIdTokenHints>
