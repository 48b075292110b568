// The table of grants: the token endpoint is made from it. What a grant is: grant.ts.
import { type ClientCredentialsDeps, createClientCredentialsGrant } from './client-credentials.js'
import type { Grant } from './grant.js'

export type GrantsDeps = ClientCredentialsDeps

export function createGrants(deps: GrantsDeps) {
  return [createClientCredentialsGrant(deps)] as const satisfies readonly Grant[]
}
