// The userinfo endpoint (OpenID Connect Core §5.3), `/oauth/userinfo`: the schema of its response, and its handlers
// for GET and POST.
import { z } from 'zod'
import type { Userinfo } from '../../identity/people/userinfo.js'
import type { Context } from '../handler.js'

/** The claims of the token's scopes (policy/scope-claims.ts); those without a value are left out (OIDC Core §5.3.2). */
export const userinfoSchema = z
  .object({
    sub: z.string().describe('The id of the user.'),
    name: z.string().optional(),
    preferred_username: z.string().optional(),
    given_name: z.string().optional(),
    family_name: z.string().optional(),
    email: z.string().optional(),
    email_verified: z.boolean().optional(),
    roles: z.array(z.string()).optional(),
  })
  .catchall(z.array(z.string()).describe('The roles, under the claim name that the application chose (`roles_claim`).'))
  .meta({ id: 'Userinfo' })

/** OIDC Core §5.3: GET, or POST with the token in the header or in the form. */
export function createUserinfoHandlers({ userinfo }: { userinfo: Userinfo }) {
  async function answer(ctx: Context): Promise<void> {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = await userinfo(ctx.state.claims!)
  }
  return { userinfo: answer, postUserinfo: answer }
}
