import { type ApplicationFilter, applicationStates } from '../../identity/applications/application-list.js'
import { type PublicApplication, stateOf } from '../../identity/applications/public-application.js'
import { applicationKinds } from '../../policy/application-metadata.js'
import type { Columns } from './columns.js'
import type { Fields } from './filters.js'

export const applicationFilters: Fields<ApplicationFilter> = {
  text: { as: 'text', is: 'text' },
  kind: { as: 'kind', is: 'choice', of: applicationKinds },
  state: { as: 'state', is: 'choice', of: applicationStates },
  resource_server: { as: 'isResourceServer', is: 'flag' },
}

export const applicationColumns: Columns<PublicApplication> = {
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
