// Applications as the HTTP and command layers see them (a view: columns picked one by one), and as the API, the command
// line and files write them.
import type {
  ApplicationKind,
  ApplicationMetadata,
  ApplicationOrigin,
  ResourceScope,
} from '../../policy/application-metadata.js'
import type { ApplicationState } from '../../storage/application-lists.js'
import type { ApplicationRecord } from '../../storage/applications.js'

/** `createdAt` is epoch ms. `version` rises with every change. */
export type PublicApplication = {
  id: string
  name: string
  kind: ApplicationKind
  origin: ApplicationOrigin
  active: boolean
  version: number
  createdAt: number
  metadata: ApplicationMetadata
  /** The resource identifier, where the application is a resource server. */
  resource: string | null
  resourceScopes: readonly ResourceScope[]
}

export function publicApplication(application: ApplicationRecord): PublicApplication {
  return {
    id: application.id,
    name: application.name,
    kind: application.kind,
    origin: application.origin,
    active: application.active,
    version: application.version,
    createdAt: application.createdAt,
    metadata: application.metadata,
    resource: application.resource,
    resourceScopes: application.resourceScopes,
  }
}

/**
 * An application with the member names of RFC 7591 and our own, as policy/application-description.ts reads them; times
 * as ISO 8601 in UTC.
 */
export function describedApplication({
  id,
  name,
  kind,
  origin,
  active,
  version,
  createdAt,
  ...rest
}: PublicApplication) {
  return {
    client_id: id,
    client_name: name,
    kind,
    origin,
    state: stateOf({ active }),
    version,
    created_at: new Date(createdAt).toISOString(),
    resource: rest.resource,
    resource_scopes: rest.resourceScopes,
    ...rest.metadata,
  }
}

export function stateOf({ active }: Pick<PublicApplication, 'active'>): ApplicationState {
  return active ? 'active' : 'disabled'
}
