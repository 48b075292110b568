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
    origin: z.enum(applicationOrigins).describe('How the application came to be registered.'),
    state: z.enum(['active', 'disabled']),
    version: z.int().min(1).describe('Incremented by every change.'),
    created_at: time,
    resource: z.string().nullable().describe('The resource identifier, if it is a resource server (RFC 8707).'),
    resource_scopes: resourceScopesSchema.describe(
      'The scopes that other applications may request for this resource server.',
    ),
    ...applicationMetadata.shape,
  })
  .meta({ id: 'Application' })

export const warningsSchema = z
  .array(z.string())
  .describe('Warnings about values that are allowed but probably not intended.')

/** A client secret, which only the answer of the request that made it shows. */
export const secretSchema = {
  client_secret: z.string().describe('The client secret, which is shown only in this answer.'),
  client_secret_expires_at: z.literal(0).describe('0: the secret does not expire (RFC 7591 §3.2.1).'),
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
  return z.object({ count, more: z.boolean().describe('Whether there are more than `count`, which stops at a limit.') })
}

export function presentApplication(application: PublicApplication): Answer<typeof applicationSchema> {
  return describedApplication(application)
}
