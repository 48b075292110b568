// The logout token (OpenID Connect Back-Channel Logout 1.0 §2.4): tells an application that a session has ended which it holds.
// It opens nothing anywhere: its type is one of its own, and it has no nonce, so that it is no id_token either.
import { SignJWT } from 'jose'
import type { ApplicationTerms } from '../policy/application-metadata.js'
import { refuse } from '../protocol/errors.js'
import { usualIdTokenAlgorithm } from './id-token.js'
import type { SigningKeys } from './signing-keys.js'

/** In seconds; §2.4 recommends two minutes at most. */
const lifetime = 120

const event = 'http://schemas.openid.net/event/backchannel-logout'

export type LogoutTokenDeps = { issuer: string; signingKeys: Pick<SigningKeys, 'soonOf'>; now: () => number }

export type LogoutTokenTerms = {
  jti: string
  sid: string
  /** Whose session it was; null where the session is made up. */
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
      // §2.4: either of the two is enough, and a session is meant where there is a `sid`. Who goes by `sub` all the same signs
      // the person out of every browser: whoever has registered that it goes by the session is told of nothing else.
      const isNamed = sub !== null && metadata.backchannel_logout_session_required !== true
      return new SignJWT({ ...claims, ...(isNamed && { sub }) })
        .setProtectedHeader({ alg: key.algorithm, typ: 'logout+jwt', kid: key.kid })
        .sign(key.privateKey)
    },
  }
}

export type LogoutTokens = ReturnType<typeof createLogoutTokens>
