// Senders that authenticate by an API key in the Authorization header, in the form of Django REST framework's
// TokenAuthentication: `Authorization: Token dvz_key_…`, beside `Bearer`.
import type { ApiKeyAuthentication } from '../../identity/api-keys/api-key-authentication.js'
import { type ErrorCode, Refusal, refuse } from '../../protocol/errors.js'
import { rateLimitHeaders } from '../../protocol/rate-limit.js'
import type { Context, Next } from '../handler.js'
import { type Asked, apiKeyCredential } from './credential.js'

/** Error codes of refused API keys, beside those of the key's user. */
export const refusedApiKeys = ({ inPerson, recentlyAuthenticated }: Asked): readonly ErrorCode[] => [
  'bad_api_key_header',
  'api_key_unknown',
  'api_key_ended',
  'api_key_expired',
  // A pending password change refuses keys on all routes, even where tokens are accepted; unknown keys are rate-limited
  // by network.
  'password_change_required',
  'too_many_guesses',
  'too_many_requests',
  ...(inPerson
    ? (['not_by_api_key'] as const)
    : (['api_key_scope', ...(recentlyAuthenticated ? (['api_key_not_elevated'] as const) : [])] as const)),
]

export type ApiKeySenderDeps = { apiKeyAuthentication: ApiKeyAuthentication }

export function createApiKeySender({ apiKeyAuthentication }: ApiKeySenderDeps) {
  return {
    /** Whether the request has an API key; the name of the scheme is case-insensitive (RFC 9110 §11.1). */
    isShown: (ctx: Context): boolean => partsOf(ctx)[0]?.toLowerCase() === 'token',

    /** Authenticates the API key, whatever it may do, and sets `state.apiKey`. */
    async admit(ctx: Context, next: Next): Promise<void> {
      const text = textIn(ctx)
      await asApiKey(async () => {
        // The key is authenticated again after the body is read, but the request counts only once for rate limits.
        const isCounted = ctx.state.apiKey !== undefined
        const { key, quotas } = await apiKeyAuthentication.authenticate(text, ctx.state.address, isCounted)
        ctx.state.apiKey = key
        ctx.set(rateLimitHeaders(quotas))
        await next()
      })
    },

    /** Requires that the API key may do what the route demands. */
    async require(ctx: Context, access: Asked): Promise<void> {
      const key = ctx.state.apiKey!
      if (access.inPerson) throw refuse('not_by_api_key')
      const code = key.whyNot({
        permission: access.permission ?? null,
        recent: access.recentlyAuthenticated === true,
      })
      if (code) throw refuse(code)
      ctx.state.credential = apiKeyCredential(access, key)
    },
  }
}

export type ApiKeySender = ReturnType<typeof createApiKeySender>

const partsOf = (ctx: Context) => ctx.get('Authorization').split(' ').filter(Boolean)

/** The text of the API key in the Authorization header. @throws bad_api_key_header, in DRF's words */
function textIn(ctx: Context): string {
  const [, text, ...more] = partsOf(ctx)
  const refuseHeader = (detail: string) =>
    refuse('bad_api_key_header', { detail: `Invalid token header. ${detail}`, ofApiKey: true })
  if (text === undefined) throw refuseHeader('No credentials provided.')
  if (more.length > 0) throw refuseHeader('Token string should not contain spaces.')
  if (/[^\x21-\x7e]/.test(text)) throw refuseHeader('Token string should not contain invalid characters.')
  return text
}

/** Marks later refusals with 401 as refusals of the API key, so that they are presented in the same form. */
async function asApiKey(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Refusal && error.status === 401 && !error.details.ofApiKey)
      throw new Refusal(error.code, { ...error.details, ofApiKey: true })
    throw error
  }
}
