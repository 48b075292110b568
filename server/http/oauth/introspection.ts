// The token introspection endpoint (RFC 7662 §2), `POST /oauth/introspect`: its parameters, the schema of its
// response, and its handler. tokens/introspect.ts checks the token.
import { z } from 'zod'
import type { Introspect } from '../../tokens/introspect.js'
import type { Context } from '../handler.js'
import type { Form } from '../middleware/body-types.js'
import { epochSeconds } from '../wire/answers.js'
import { readForm } from './form-rules.js'

/** Parameters of RFC 7662 §2.1. The hint is ignored: a token's own content says which type it is. */
export const introspectionParameters = {
  token: { required: true, about: 'An access token, a refresh token or an API key.' },
  token_type_hint: { about: 'Not needed: the type of a token is recognized from the token itself.' },
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
    .describe('The token is invalid, or the caller may not introspect it (RFC 7662 §2.2).'),
  z.object({
    active: z.literal(true),
    scope: z.string().optional(),
    client_id: z.string(),
    exp: epochSeconds.optional().describe('Absent for an API key without expiry.'),
    iat: epochSeconds,
    sub: z.string().describe('The id of the user, or the `client_id` of the application itself.'),
    aud: z.string(),
    iss: z.string(),
    jti: z.string(),
    token_type: z
      .enum(['Bearer', 'DPoP', 'Token'])
      .optional()
      .describe('The authentication scheme of an access token or API key; absent for a refresh token.'),
    cnf: z
      .object({ jkt: z.string() })
      .optional()
      .describe(
        'The thumbprint of the key to which the token is bound: it is valid only with a DPoP proof of this key (RFC 9449 §6.2).',
      ),
    username: z.string().optional(),
    sid: z.string().optional().describe('The id of the session.'),
    auth_time: epochSeconds.optional().describe('When the user signed in (RFC 9470 §6.2).'),
    roles: z.array(z.string()).optional(),
    permissions: z.array(z.string()).optional(),
    act: actor.optional().describe('The actors of a token exchange, the current one outermost (RFC 8693 §4.1).'),
    permissions_omitted: z
      .literal(true)
      .optional()
      .describe('The permissions are left out because there are too many.'),
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
