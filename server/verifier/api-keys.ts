// Verifies API keys: they are opaque, and their rights are those of this moment, so the server is asked each time
// (answers are cached for two seconds).
import { refuse } from '../protocol/errors.js'
import { type VerifiedClaims, verifiedClaims } from './claims.js'
import type { VerifierClock } from './clock.js'
import type { Introspection } from './introspection.js'
import { type Needs, requireNeeds } from './needs.js'
import type { CheckedOptions } from './options.js'

export type ApiKeysDeps = Pick<CheckedOptions, 'issuer' | 'audience'> & {
  clock: VerifierClock
  introspection: Pick<Introspection, 'introspect'>
}

export function createApiKeys({ issuer, audience, clock, introspection }: ApiKeysDeps) {
  return {
    /**
     * @throws api_key_unknown also of one that is over, or not for this resource server: which of them is not
     *   disclosed; revocations_unknown
     */
    async verify(text: string, needs: Needs): Promise<VerifiedClaims> {
      // Only API keys are introspected here: access tokens are verified elsewhere.
      if (typeof text !== 'string' || !/^dvz_key_[A-Za-z0-9_-]{43}$/.test(text)) throw refuse('api_key_unknown')
      const introspected = await introspection.introspect(text)
      const { active, ...rest } = introspected as Record<string, unknown>
      // A key for another resource server, which this application may introspect, is refused here.
      if (!active || rest.iss !== issuer || rest.aud !== audience || rest.token_type !== 'Token')
        throw refuse('api_key_unknown')
      const roles = Array.isArray(rest.roles) ? rest.roles : []
      const claims = verifiedClaims({ ...rest, roles }, 'api_key')
      requireNeeds(claims, needs, clock.now())
      return claims
    },
  }
}
