import { z } from 'zod';
import { applicationStates } from '../../identity/applications/application-list.js';
import { stateOf } from '../../identity/applications/public-application.js';
import { applicationKinds, applicationOrigins } from '../../policy/application-metadata.js';
import { time } from '../wire/answers.js';
export const applicationFilters = {
    text: { as: 'text', is: 'text', about: 'What its name or `client_id` begins with.' },
    kind: { as: 'kind', is: 'choice', of: applicationKinds },
    origin: { as: 'origin', is: 'choice', of: applicationOrigins, about: 'Who wrote it.' },
    state: { as: 'state', is: 'choice', of: applicationStates },
    resource_server: { as: 'isResourceServer', is: 'flag' },
};
export const applicationRowSchema = z
    .object({
    client_id: z.string(),
    client_name: z.string(),
    kind: z.enum(applicationKinds),
    origin: z.enum(applicationOrigins).describe('Who wrote it.'),
    state: z.enum(applicationStates),
    resource: z.string().nullable().describe('Its identifier, where it is a resource server.'),
    scope: z.string(),
    grant_types: z.array(z.string()),
    redirect_uris: z.array(z.string()),
    created_at: time,
    version: z.int().min(1),
})
    .meta({ id: 'ApplicationInList' });
export const applicationColumns = {
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
};
//# sourceMappingURL=applications.js.map