import { z } from 'zod'
import type { Introspect } from '../../tokens/introspect.js'
import type { Context } from '../handler.js'
import type { Form } from '../middleware/body-types.js'
import { epochSeconds } from '../wire/answers.js'
import { readForm } from './form-rules.js'

/** Parameters of RFC 7662 §2.1. The hint is ignored: a token's own content says which type it is. */
export const introspectionParameters = {
  token: { required: true, about: 'An access token, a refresh token or an API key.' },
  token_type_hint: { about: 'Not needed: a token says of which kind it is.' },
} as const

const actor = z.object({
  sub: z.string(),
  get act() {
    return actor.optional()
  },
})

/** The response of RFC 7662 §2.2. */
export const introspectionAnswer = z.discriminatedUnion('active', [
  z
    .object({ active: z.literal(false) })
    .describe('It is not good, or is none of the caller’s business: which of both is not told.'),
  z.object({
    active: z.literal(true),
    scope: z.string().optional(),
    client_id: z.string(),
    exp: epochSeconds.optional().describe('Not of an API key that does not expire.'),
    iat: epochSeconds,
    sub: z.string().describe('The id of a user, or of the application itself.'),
    aud: z.string(),
    iss: z.string(),
    jti: z.string(),
    token_type: z
      .enum(['Bearer', 'DPoP', 'Token'])
      .optional()
      .describe('The scheme that it comes under: of an access token, or of an API key; not of a refresh token.'),
    cnf: z
      .object({ jkt: z.string() })
      .optional()
      .describe(
        'The key that it is bound to, by its thumbprint: without a proof of it the token is nobody’s (RFC 9449 §6.2).',
      ),
    username: z.string().optional(),
    sid: z.string().optional().describe('The session.'),
    auth_time: epochSeconds.optional().describe('When the person signed in (RFC 9470 §6.2).'),
    roles: z.array(z.string()).optional(),
    permissions: z.array(z.string()).optional(),
    act: actor.optional().describe('Through whom it came, the one that it was given to first (RFC 8693 §4.1).'),
    permissions_omitted: z.literal(true).optional().describe('There are too many to be told here.'),
  }),
])

export function createIntrospectionHandler({ introspect }: { introspect: Introspect }) {
  return {
    async introspect(ctx: Context): Promise<void> {
      const { token } = readForm((ctx.request.body ?? {}) as Form, introspectionParameters)
      ctx.body = await introspect(token, ctx.state.application!)
    },
  }
}
