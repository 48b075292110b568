// Dynamic client registration (RFC 7591) and its management (RFC 7592): applications register their own metadata.
import { z } from 'zod'
import type { PublicApplication } from '../../identity/applications/public-application.js'
import type { Registered, Registrations } from '../../identity/registrations/registrations.js'
import { applicationMetadata, authenticationMethods } from '../../policy/application-metadata.js'
import { registrableNames } from '../../policy/registration.js'
import { type Context, originOf } from '../handler.js'
import type { Answer } from '../wire/answers.js'
import type { FieldRules } from '../wire/fields.js'
import { bodyOf } from '../wire/fields.js'

const metadata = Object.fromEntries(
  Object.entries(applicationMetadata.shape).filter(([name]) => registrableNames.some(one => one === name)),
)

/** Members of a registration request; unknown ones are ignored. */
export const registrationFields: FieldRules = Object.fromEntries(
  Object.entries({ client_name: z.string(), ...metadata }).map(([name, schema]) => [
    name,
    { is: 'given', required: false, schema: (schema as z.ZodType).nullable() },
  ]),
)

export const changedRegistrationFields: FieldRules = {
  client_id: { about: 'The `client_id` of this registration.' },
  client_secret: {
    required: false,
    about: 'The current secret of this registration, if it has one; it cannot be chosen.',
  },
  ...registrationFields,
}

/** The response of RFC 7591 §3.2.1 and RFC 7592 §3. */
export const registrationAnswer = z
  .object({
    client_id: z.string(),
    client_id_issued_at: z.int().describe('In seconds since the epoch.'),
    client_secret: z.string().optional().describe('The client secret, which is shown only in this answer.'),
    client_secret_expires_at: z.literal(0).optional().describe('0: the secret does not expire.'),
    registration_access_token: z.string(),
    registration_client_uri: z.string(),
    client_name: z.string(),
    ...metadata,
    token_endpoint_auth_method: z.enum(authenticationMethods),
  })
  .meta({ id: 'Registration' })

export type RegistrationHandlersDeps = { issuer: string; registrations: Registrations }

export function createRegistrationHandlers({ issuer, registrations }: RegistrationHandlersDeps) {
  function answer(ctx: Context, { application, secret, token }: Registered): void {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = presented(application, secret, token)
  }

  function presented(
    { id, name, createdAt, metadata }: PublicApplication,
    secret: string | null,
    token: string,
  ): Answer<typeof registrationAnswer> {
    const own = Object.entries(metadata).filter(([name]) => registrableNames.some(one => one === name))
    return {
      client_id: id,
      client_id_issued_at: Math.floor(createdAt / 1_000),
      ...(secret !== null && { client_secret: secret, client_secret_expires_at: 0 as const }),
      registration_access_token: token,
      registration_client_uri: `${issuer}${registrationPath}/${id}`,
      client_name: name,
      token_endpoint_auth_method: 'client_secret_basic',
      ...Object.fromEntries(own),
    }
  }

  return {
    async register(ctx: Context): Promise<void> {
      const registered = await registrations.register(bodyOf(ctx), ctx.state.initialAccessToken!, originOf(ctx))
      answer(ctx, registered)
      ctx.status = 201
    },

    showRegistration(ctx: Context): void {
      answer(ctx, { ...ctx.state.registered!, secret: null })
    },

    async changeRegistration(ctx: Context): Promise<void> {
      const { application, token } = ctx.state.registered!
      answer(ctx, await registrations.change(application.id, token, bodyOf(ctx), originOf(ctx)))
    },

    async deleteRegistration(ctx: Context): Promise<void> {
      const { application, token } = ctx.state.registered!
      await registrations.remove(application.id, token, originOf(ctx))
      ctx.status = 204
    },
  }
}

export const registrationPath = '/oauth/register'
