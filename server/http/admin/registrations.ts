// Initial access tokens, and taking over (adopting) self-registered applications. A token is only in the answer of the
// request that made it.
import type { Applications } from '../../identity/applications/applications.js'
import type {
  InitialAccessTokens,
  PublicInitialAccessToken,
} from '../../identity/registrations/initial-access-tokens.js'
import { type Context, personOf } from '../handler.js'
import { presentTime } from '../me/present.js'
import { type Answer, answer } from '../wire/answers.js'
import { readBody } from '../wire/fields.js'
import { presentApplication } from './present-application.js'
import { type initialAccessTokenSchema, registrationRoutes as routes } from './routes/registrations.js'

export type AdminRegistrationsDeps = { applications: Applications; initialAccessTokens: InitialAccessTokens }

export function createAdminRegistrationHandlers({ applications, initialAccessTokens }: AdminRegistrationsDeps) {
  return {
    async listInitialAccessTokens(ctx: Context): Promise<void> {
      const found = await initialAccessTokens.list()
      answer(ctx, routes.listInitialAccessTokens, { results: found.map(presentToken) })
    },

    async createInitialAccessToken(ctx: Context): Promise<void> {
      const { name, scopes, most_uses, expires_at } = readBody(ctx, routes.createInitialAccessToken)
      const asked = { name, scopes, mostUses: most_uses, expiresAt: expires_at }
      const { token, text } = await initialAccessTokens.create(asked, personOf(ctx).actor)
      ctx.set('Cache-Control', 'no-store')
      answer(ctx, routes.createInitialAccessToken, { ...presentToken(token), token: text })
    },

    async endInitialAccessToken(ctx: Context): Promise<void> {
      await initialAccessTokens.end(ctx.params.id!, personOf(ctx).actor)
      ctx.status = 204
    },

    async adoptApplication(ctx: Context): Promise<void> {
      await applications.adopt(ctx.params.id!, personOf(ctx).actor)
      answer(ctx, routes.adoptApplication, presentApplication(await applications.require(ctx.params.id!)))
    },
  }
}

function presentToken(token: PublicInitialAccessToken): Answer<typeof initialAccessTokenSchema> {
  const { id, name, hint, state, scopes, mostUses, uses, createdBy } = token
  return {
    ...{ id, name, hint, state, scopes: [...scopes], uses },
    most_uses: mostUses,
    created_by: createdBy,
    created_at: presentTime(token.createdAt),
    expires_at: presentTime(token.expiresAt),
    last_used_at: presentTime(token.lastUsedAt),
    ended_at: presentTime(token.endedAt),
  }
}
