// An application as the API presents it, with the names of RFC 7591; beside its schema.
import { z } from 'zod'
import { describedApplication, type PublicApplication } from '../../identity/applications/public-application.js'
import {
  applicationKinds,
  applicationMetadata,
  applicationOrigins,
  resourceScopesSchema,
} from '../../policy/application-metadata.js'
import { type Answer, count, time } from '../wire/answers.js'

export const applicationSchema = z
  .object({
    client_id: z.string(),
    client_name: z.string(),
    kind: z.enum(applicationKinds),
    origin: z.enum(applicationOrigins).describe('Who wrote it.'),
    state: z.enum(['active', 'disabled']),
    version: z.int().min(1).describe('It rises with every change.'),
    created_at: time,
    resource: z.string().nullable().describe('Its identifier, where it is a resource server.'),
    resource_scopes: resourceScopesSchema.describe('What others may ask for at it.'),
    ...applicationMetadata.shape,
  })
  .meta({ id: 'Application' })

export const warningsSchema = z.array(z.string()).describe('What is right and most likely not meant.')

/** A client secret, which only the answer of the request that made it shows. */
export const secretSchema = {
  client_secret: z.string().describe('Shown once.'),
  client_secret_expires_at: z.literal(0).describe('RFC 7591 §3.2.1: it does not expire.'),
}

export const changedApplicationSchema = applicationSchema
  .extend({ warnings: warningsSchema })
  .meta({ id: 'ChangedApplication' })

export const newApplicationSchema = applicationSchema
  .extend({ warnings: warningsSchema, ...z.object(secretSchema).partial().shape })
  .meta({ id: 'NewApplication' })

export const shownApplicationSchema = applicationSchema
  .extend({ live: z.object({ sessions: liveCount(), users: liveCount() }) })
  .meta({ id: 'ShownApplication' })

/** The schema of the number of live sessions, counted up to a few thousand. */
function liveCount() {
  return z.object({ count, more: z.boolean().describe('There are more than were counted.') })
}

export function presentApplication(application: PublicApplication): Answer<typeof applicationSchema> {
  return describedApplication(application)
}
