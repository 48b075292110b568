// What the signed-in user may see and do about themselves.

import type { Consents } from '../../identity/authorizations/consents.js'
import type { Sessions } from '../../identity/devices/sessions.js'
import type { WhereSignedIn } from '../../identity/devices/where-signed-in.js'
import type { Page } from '../../identity/listing.js'
import type { OwnPassword } from '../../identity/people/own-password.js'
import type { Users } from '../../identity/people/users.js'
import { longestPassword } from '../../policy/password.js'
import { refuse } from '../../protocol/errors.js'
import { answerPage, greatestLimit, readLimit, readQuery } from '../admin/paging.js'
import { type Context, personOf } from '../handler.js'
import { readFields } from '../wire/fields.js'
import { presentDevice, presentLetIn, presentSession, presentUser } from './present.js'

export type MeDeps = {
  users: Users
  sessions: Sessions
  whereSignedIn: WhereSignedIn
  ownPassword: OwnPassword
  consents: Consents
}

export function createMeHandlers({ users, sessions, whereSignedIn, ownPassword, consents }: MeDeps) {
  return {
    async me(ctx: Context): Promise<void> {
      ctx.body = presentUser(await users.require(personOf(ctx).userId))
    },

    async changeMe(ctx: Context): Promise<void> {
      const { first_name, last_name, email } = readFields(ctx, {
        first_name: { required: false, blank: true, trim: true },
        last_name: { required: false, blank: true, trim: true },
        email: { required: false, blank: true, trim: true },
      })
      const profile = { firstName: first_name, lastName: last_name, email }
      const { userId, actor } = personOf(ctx)
      ctx.body = presentUser(await users.update(userId, profile as Parameters<Users['update']>[1], actor))
    },

    async changePassword(ctx: Context): Promise<void> {
      const { old_password, new_password } = readFields(ctx, {
        old_password: { maxLength: longestPassword },
        new_password: { maxLength: longestPassword },
      })
      const { userId, sid, actor } = personOf(ctx)
      if (sid === null) throw refuse('not_by_api_key')
      await ownPassword.change(userId, sid, { oldPassword: old_password, newPassword: new_password }, actor)
      ctx.status = 204
    },

    async mySessions(ctx: Context): Promise<void> {
      const { userId, sid } = personOf(ctx)
      const found = await whereSignedIn.sessions(userId, readOwnPage(ctx))
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
      // Of a key's user all are others.
      await sessions.endAll(userId, actor, sid ?? undefined)
      ctx.status = 204
    },

    async myDevices(ctx: Context): Promise<void> {
      const { userId, sid } = personOf(ctx)
      const found = await whereSignedIn.devices(userId, readOwnPage(ctx))
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
      ctx.body = { results: (await consents.listOf(personOf(ctx).userId)).map(presentLetIn) }
    },

    async withdrawMyApplication(ctx: Context): Promise<void> {
      const { userId, actor } = personOf(ctx)
      await consents.withdraw(userId, ctx.params.id!, actor)
      ctx.status = 204
    },
  }
}

/** Whoever knows nothing of pages, as clients of before, is answered as many as one page may have. */
function readOwnPage(ctx: Context): Page {
  return { limit: readLimit(ctx, greatestLimit), after: readQuery(ctx, 'after') }
}
