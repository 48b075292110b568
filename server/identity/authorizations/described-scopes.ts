// Scopes as users see them: grouped by resource server, each with the description that an administrator wrote.
import { ownApplicationId, type ResourceScope } from '../../policy/application-metadata.js'
import type { ConsentedScopes } from '../../policy/consent.js'
import type { ApplicationRecord } from '../../storage/applications.js'

/** Scopes of one resource server, or of none: then, and for this server, the page has texts of its own. */
export type DescribedScopes = {
  /** The resource server's identifier; '' for none. */
  resource: string
  /** The resource server's name; '' for none, and for one that no longer exists. */
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
