// The table of grants, from which the token endpoint is made. The type of a grant: grant.ts.
import { type AuthorizationCodeDeps, createAuthorizationCodeGrant } from './authorization-code.js'
import { type ClientCredentialsDeps, createClientCredentialsGrant } from './client-credentials.js'
import { createDeviceCodeGrant, type DeviceCodeDeps } from './device-code.js'
import type { Grant } from './grant.js'
import { createRefreshTokenGrant, type RefreshTokenDeps } from './refresh-token.js'
import { createTokenExchangeGrant, type TokenExchangeDeps } from './token-exchange.js'

export type GrantsDeps = AuthorizationCodeDeps &
  RefreshTokenDeps &
  DeviceCodeDeps &
  ClientCredentialsDeps &
  TokenExchangeDeps

export function createGrants(deps: GrantsDeps) {
  return [
    createAuthorizationCodeGrant(deps),
    createRefreshTokenGrant(deps),
    createDeviceCodeGrant(deps),
    createClientCredentialsGrant(deps),
    createTokenExchangeGrant(deps),
  ] as const satisfies readonly Grant[]
}
