// Scopes as people are told of them: by the resource server that they belong to, each with what its administrator wrote.
import { ownApplicationId, type ResourceScope } from '../../policy/application-metadata.js'
import type { ConsentedScopes } from '../../policy/consent.js'
import type { ApplicationRecord } from '../../storage/applications.js'

/** Of one resource server, or of none: then, and of our own, whoever shows them has words for each. */
export type DescribedScopes = {
  /** Its identifier; '' for none. */
  resource: string
  /** Its name; '' for none, and for one that is there no more. */
  server: string
  isOurs: boolean
  scopes: (Pick<ResourceScope, 'name' | 'descriptions'> & { description: string })[]
}

export function describedScopes(
  scopes: ConsentedScopes,
  servers: readonly Pick<ApplicationRecord, 'id' | 'name' | 'resource' | 'resourceScopes'>[],
  issuer: string,
): DescribedScopes[] {
  const byResource = new Map(servers.map(server => [server.resource ?? issuer, server]))
  return Object.entries(scopes).map(([resource, names]) => {
    const server = byResource.get(resource)
    const known = new Map(server?.resourceScopes.map(scope => [scope.name, scope]))
    return {
      resource,
      server: server?.name ?? '',
      isOurs: resource === '' || server?.id === ownApplicationId,
      scopes: names.map(name => known.get(name) ?? { name, description: '' }),
    }
  })
}
