import type { Userinfo } from '../../identity/people/userinfo.js'
import type { Context } from '../handler.js'

/** OIDC Core §5.3: by GET, or by POST with the token in the header or in the form. */
export function createUserinfoHandlers({ userinfo }: { userinfo: Userinfo }) {
  async function answer(ctx: Context): Promise<void> {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = await userinfo(ctx.state.claims!)
  }
  return { userinfo: answer, postUserinfo: answer }
}
