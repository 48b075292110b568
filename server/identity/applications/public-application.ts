// Applications as everybody above this floor sees them, their columns picked one by one.
import type {
  ApplicationKind,
  ApplicationMetadata,
  ApplicationOrigin,
  ResourceScope,
} from '../../policy/application-metadata.js'
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
  /** Its identifier, where it is a resource server. */
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
