// The logout token (OpenID Connect Back-Channel Logout 1.0 §2.4): tells an application that one of its sessions has
// ended. It gives access to nothing: its type is its own, and it has no nonce, so that it is no id_token either.
import { SignJWT } from 'jose'
import type { ApplicationTerms } from '../policy/application-metadata.js'
import { refuse } from '../protocol/errors.js'
import { usualIdTokenAlgorithm } from './id-token.js'
import type { SigningKeys } from './signing-keys.js'

/** Lifetime in seconds; §2.4 recommends two minutes at most. */
const lifetime = 120

const event = 'http://schemas.openid.net/event/backchannel-logout'

export type LogoutTokenDeps = { issuer: string; signingKeys: Pick<SigningKeys, 'soonOf'>; now: () => number }

export type LogoutTokenTerms = {
  jti: string
  sid: string
  /** The `sub` of the session's user; null where the session is made up for a test. */
  sub: string | null
}

export function createLogoutTokens({ issuer, signingKeys, now }: LogoutTokenDeps) {
  return {
    /**
     * Signed as the application's id_tokens are (§2.4).
     * @throws database_unavailable where the key that it has registered for is not there yet
     */
    logoutToken(
      { id, metadata }: Pick<ApplicationTerms, 'id' | 'metadata'>,
      { jti, sid, sub }: LogoutTokenTerms,
    ): Promise<string> {
      const algorithm = metadata.id_token_signed_response_alg ?? usualIdTokenAlgorithm
      const key = signingKeys.soonOf(algorithm)
      if (!key) {
        const cause = new Error(`no key signs with ${algorithm}, which ${id} has registered`)
        throw refuse('database_unavailable', { retryAfter: 5, cause })
      }
      const iat = Math.floor(now() / 1000)
      const claims = { iss: issuer, aud: id, iat, exp: iat + lifetime, jti, sid, events: { [event]: {} } }
      // §2.4: `sub` or `sid` is enough; a token with a `sid` ends that session. An application that ignores `sid` would
      // sign the user out of every browser by `sub`: one that has registered that it needs `sid` gets only that.
      const isNamed = sub !== null && metadata.backchannel_logout_session_required !== true
      return new SignJWT({ ...claims, ...(isNamed && { sub }) })
        .setProtectedHeader({ alg: key.algorithm, typ: 'logout+jwt', kid: key.kid })
        .sign(key.privateKey)
    },
  }
}

export type LogoutTokens = ReturnType<typeof createLogoutTokens>
