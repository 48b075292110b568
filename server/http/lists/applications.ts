// The list of applications. Filters: search text, kind, origin, state, and whether it is a resource server; columns:
// metadata with the names of RFC 7591, kind, origin, state, and version.
import { z } from 'zod'
import { type ApplicationFilter, applicationStates } from '../../identity/applications/application-list.js'
import { type PublicApplication, stateOf } from '../../identity/applications/public-application.js'
import { applicationKinds, applicationOrigins } from '../../policy/application-metadata.js'
import { time } from '../wire/answers.js'
import type { ColumnsBy } from './columns.js'
import type { Fields } from './filters.js'

export const applicationFilters: Fields<ApplicationFilter> = {
  text: { as: 'text', is: 'text', about: 'The beginning of the name or of the `client_id`.' },
  kind: { as: 'kind', is: 'choice', of: applicationKinds },
  origin: { as: 'origin', is: 'choice', of: applicationOrigins, about: 'How the application came to be registered.' },
  state: { as: 'state', is: 'choice', of: applicationStates },
  resource_server: { as: 'isResourceServer', is: 'flag' },
}

export const applicationRowSchema = z
  .object({
    client_id: z.string(),
    client_name: z.string(),
    kind: z.enum(applicationKinds),
    origin: z.enum(applicationOrigins).describe('How the application came to be registered.'),
    state: z.enum(applicationStates),
    resource: z.string().nullable().describe('The resource identifier, if it is a resource server (RFC 8707).'),
    scope: z.string(),
    grant_types: z.array(z.string()),
    redirect_uris: z.array(z.string()),
    created_at: time,
    version: z.int().min(1),
  })
  .meta({ id: 'ApplicationInList' })

export const applicationColumns: ColumnsBy<PublicApplication, typeof applicationRowSchema> = {
  client_id: one => one.id,
  client_name: one => one.name,
  kind: one => one.kind,
  origin: one => one.origin,
  state: stateOf,
  resource: one => one.resource,
  scope: one => one.metadata.scope ?? '',
  grant_types: one => one.metadata.grant_types ?? [],
  redirect_uris: one => one.metadata.redirect_uris ?? [],
  created_at: { at: one => one.createdAt },
  version: one => one.version,
}
