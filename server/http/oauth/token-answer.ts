// The response of the token endpoint (RFC 6749 §5.1). token.ts sets `Cache-Control: no-store`.
import { z } from 'zod'
import type { SessionTokens } from '../../tokens/session-tokens.js'
import type { Answer } from '../wire/answers.js'

const seconds = z.int().min(0)

export const tokenAnswerSchema = z
  .object({
    access_token: z.string(),
    token_type: z.enum(['Bearer', 'DPoP']),
    expires_in: seconds.describe('Lifetime of the access token, in seconds.'),
    scope: z.string().optional().describe('The scopes of the token, which may be fewer than requested.'),
    refresh_token: z.string().optional(),
    refresh_token_timeout: seconds
      .optional()
      .describe('Seconds within which the refresh token must be used (draft-ietf-oauth-refresh-token-expiration).'),
    authorization_expires_in: seconds
      .optional()
      .describe('Seconds until the session ends regardless of refreshes (draft-ietf-oauth-refresh-token-expiration).'),
    issued_token_type: z
      .string()
      .optional()
      .describe('The type of a token that token exchange issued (RFC 8693 §2.2.1).'),
    id_token: z.string().optional().describe('Present if the scope contains `openid`.'),
  })
  .meta({ id: 'Tokens' })

export type TokenAnswer = Answer<typeof tokenAnswerSchema>

/** The response for a session's tokens. @param now epoch ms */
export async function tokenAnswer(tokens: SessionTokens, now: number): Promise<TokenAnswer> {
  const { access, refresh, idleEnd, absoluteEnd } = tokens
  const seconds = (until: number) => Math.max(0, Math.floor((until - now) / 1000))
  const idToken = await tokens.idToken()
  return {
    access_token: access.token,
    token_type: access.tokenType,
    expires_in: seconds(access.expiresAt),
    // `scope` is always stated, as it may be less than was asked for. RFC 6749 §3.3: a scope is at least one word.
    ...(access.scope !== '' && { scope: access.scope }),
    ...(refresh !== null && {
      refresh_token: refresh,
      // draft-ietf-oauth-refresh-token-expiration: when the refresh token expires unused, and when the user's
      // authorization ends.
      refresh_token_timeout: seconds(idleEnd),
      authorization_expires_in: seconds(absoluteEnd),
    }),
    ...(idToken !== undefined && { id_token: idToken }),
  }
}
