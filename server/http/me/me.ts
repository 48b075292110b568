// What the signed-in user may see and do about themselves.

import type { Consents } from '../../identity/authorizations/consents.js'
import type { Sessions } from '../../identity/devices/sessions.js'
import type { WhereSignedIn } from '../../identity/devices/where-signed-in.js'
import type { OwnPassword } from '../../identity/people/own-password.js'
import type { Users } from '../../identity/people/users.js'
import { refuse } from '../../protocol/errors.js'
import { answerPage, greatestLimit, readPage } from '../admin/paging.js'
import { type Context, personOf } from '../handler.js'
import { answer } from '../wire/answers.js'
import { readBody } from '../wire/fields.js'
import { presentAuthorizedApplication, presentDevice, presentSession, presentUser } from './present.js'
import { meRoutes as routes } from './routes.js'

export type MeDeps = {
  users: Users
  sessions: Sessions
  whereSignedIn: WhereSignedIn
  ownPassword: OwnPassword
  consents: Consents
}

/** Lists are answered by pages; old clients, which know no paging, get one page of the largest size. */
export function createMeHandlers({ users, sessions, whereSignedIn, ownPassword, consents }: MeDeps) {
  return {
    async me(ctx: Context): Promise<void> {
      answer(ctx, routes.me, presentUser(await users.require(personOf(ctx).userId)))
    },

    async changeMe(ctx: Context): Promise<void> {
      const { first_name, last_name, email } = readBody(ctx, routes.changeMe)
      const profile = { firstName: first_name, lastName: last_name, email }
      const { userId, actor } = personOf(ctx)
      const changed = await users.update(userId, profile as Parameters<Users['update']>[1], actor)
      answer(ctx, routes.changeMe, presentUser(changed))
    },

    async changePassword(ctx: Context): Promise<void> {
      const { old_password, new_password } = readBody(ctx, routes.changePassword)
      const { userId, sid, actor } = personOf(ctx)
      if (sid === null) throw refuse('not_by_api_key')
      await ownPassword.change(userId, sid, { oldPassword: old_password, newPassword: new_password }, actor)
      ctx.status = 204
    },

    async mySessions(ctx: Context): Promise<void> {
      const { userId, sid } = personOf(ctx)
      const found = await whereSignedIn.sessions(userId, readPage(ctx, greatestLimit))
      await answerPage(
        ctx,
        found,
        one => presentSession(one, sid),
        () => whereSignedIn.countSessions(userId),
      )
    },

    async endMySession(ctx: Context): Promise<void> {
      const { userId, actor } = personOf(ctx)
      await sessions.end(ctx.params.id!, userId, actor)
      ctx.status = 204
    },

    async endMyOtherSessions(ctx: Context): Promise<void> {
      const { userId, actor, sid } = personOf(ctx)
      // With an API key there is no own session to keep: all sessions of its user end.
      await sessions.endAll(userId, actor, sid ?? undefined)
      ctx.status = 204
    },

    async myDevices(ctx: Context): Promise<void> {
      const { userId, sid } = personOf(ctx)
      const found = await whereSignedIn.devices(userId, readPage(ctx, greatestLimit))
      await answerPage(
        ctx,
        found,
        one => presentDevice(one, sid),
        () => whereSignedIn.countDevices(userId),
      )
    },

    async endMyDevice(ctx: Context): Promise<void> {
      const { userId, actor } = personOf(ctx)
      await sessions.endDevice(ctx.params.id!, userId, actor)
      ctx.status = 204
    },

    async endMyOtherDevices(ctx: Context): Promise<void> {
      const { userId, actor, sid } = personOf(ctx)
      await sessions.endOtherDevices(userId, sid, actor)
      ctx.status = 204
    },

    async myApplications(ctx: Context): Promise<void> {
      answer(ctx, routes.myApplications, {
        results: (await consents.listOf(personOf(ctx).userId)).map(presentAuthorizedApplication),
      })
    },

    async withdrawMyApplication(ctx: Context): Promise<void> {
      const { userId, actor } = personOf(ctx)
      await consents.withdraw(userId, ctx.params.id!, actor)
      ctx.status = 204
    },
  }
}
