// The table of grants: the token endpoint is made from it. What a grant is: grant.ts.
import { createAuthorizationCodeGrant } from './authorization-code.js';
import { createClientCredentialsGrant } from './client-credentials.js';
import { createDeviceCodeGrant } from './device-code.js';
import { createRefreshTokenGrant } from './refresh-token.js';
import { createTokenExchangeGrant } from './token-exchange.js';
export function createGrants(deps) {
    return [
        createAuthorizationCodeGrant(deps),
        createRefreshTokenGrant(deps),
        createDeviceCodeGrant(deps),
        createClientCredentialsGrant(deps),
        createTokenExchangeGrant(deps),
    ];
}
//# sourceMappingURL=grants.js.map