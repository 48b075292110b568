// API keys: opaque, and their rights are those of this moment, so that the server is asked each time (or two seconds ago).
import { refuse } from '../protocol/errors.js';
import { verifiedClaims } from './claims.js';
import { requireNeeds } from './needs.js';
export function createApiKeys({ issuer, audience, clock, introspection }) {
    return {
        /** @throws api_key_unknown also of one that is over, or not for us: which of them is not told; revocations_unknown */
        async verify(text, needs) {
            // Nothing else is asked about: an access token has a way of its own.
            if (typeof text !== 'string' || !/^dvz_key_[A-Za-z0-9_-]{43}$/.test(text))
                throw refuse('api_key_unknown');
            const told = await introspection.tell(text);
            const { active, ...rest } = told;
            // One that is for another resource server, which this application may ask about, is no key here.
            if (!active || rest.iss !== issuer || rest.aud !== audience || rest.token_type !== 'Token')
                throw refuse('api_key_unknown');
            const roles = Array.isArray(rest.roles) ? rest.roles : [];
            const claims = verifiedClaims({ ...rest, roles }, 'api_key');
            requireNeeds(claims, needs, clock.now());
            return claims;
        },
    };
}
//# sourceMappingURL=api-keys.js.map