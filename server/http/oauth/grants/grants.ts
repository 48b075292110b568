// The table of grants: the token endpoint is made from it. What a grant is: grant.ts.
import { type AuthorizationCodeDeps, createAuthorizationCodeGrant } from './authorization-code.js'
import { type ClientCredentialsDeps, createClientCredentialsGrant } from './client-credentials.js'
import type { Grant } from './grant.js'
import { createRefreshTokenGrant, type RefreshTokenDeps } from './refresh-token.js'

export type GrantsDeps = AuthorizationCodeDeps & RefreshTokenDeps & ClientCredentialsDeps

export function createGrants(deps: GrantsDeps) {
  return [
    createAuthorizationCodeGrant(deps),
    createRefreshTokenGrant(deps),
    createClientCredentialsGrant(deps),
  ] as const satisfies readonly Grant[]
}
