// Senders known by an API key in the Authorization header, as Django REST framework's TokenAuthentication takes tokens:
// `Authorization: Token dvz_key_…`, beside `Bearer`.
import type { ApiKeyAuthentication } from '../../identity/api-keys/api-key-authentication.js'
import { type ErrorCode, Refusal, refuse } from '../../protocol/errors.js'
import { rateLimitHeaders } from '../../protocol/rate-limit.js'
import type { Context, Next } from '../handler.js'
import { type Asked, apiKeyCredential } from './credential.js'

/** How a key is refused, beside what its user is refused with. */
export const refusedApiKeys = ({ inPerson, recentlyAuthenticated }: Asked): readonly ErrorCode[] => [
  'bad_api_key_header',
  'api_key_unknown',
  'api_key_ended',
  'api_key_expired',
  // A pending password change refuses keys on all routes, also where tokens pass; unknown keys are rate-limited by network.
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
    /** The name of a scheme is read in any case (RFC 9110 §11.1). */
    isShown: (ctx: Context): boolean => partsOf(ctx)[0]?.toLowerCase() === 'token',

    /** A good key has come, whatever it may do; `state.apiKey` has what it says. */
    async admit(ctx: Context, next: Next): Promise<void> {
      const text = textIn(ctx)
      await asApiKey(async () => {
        // Asked once more behind the body, a request counts but once.
        const isCounted = ctx.state.apiKey !== undefined
        const { key, quotas } = await apiKeyAuthentication.authenticate(text, ctx.state.address, isCounted)
        ctx.state.apiKey = key
        ctx.set(rateLimitHeaders(quotas))
        await next()
      })
    },

    /** It may do what the route asks for. */
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

/** @throws bad_api_key_header, in DRF's words */
function textIn(ctx: Context): string {
  const [, text, ...more] = partsOf(ctx)
  const refuseHeader = (detail: string) =>
    refuse('bad_api_key_header', { detail: `Invalid token header. ${detail}`, ofApiKey: true })
  if (text === undefined) throw refuseHeader('No credentials provided.')
  if (more.length > 0) throw refuseHeader('Token string should not contain spaces.')
  if (/[^\x21-\x7e]/.test(text)) throw refuseHeader('Token string should not contain invalid characters.')
  return text
}

/** Judged again further down, a key is refused as it would have been here. */
async function asApiKey(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Refusal && error.status === 401 && !error.details.ofApiKey)
      throw new Refusal(error.code, { ...error.details, ofApiKey: true })
    throw error
  }
}
