// Users, as administrators read and change them.
import type { Consents } from '../../identity/authorizations/consents.js'
import type { SessionList } from '../../identity/devices/session-list.js'
import type { Sessions } from '../../identity/devices/sessions.js'
import type { WhereSignedIn } from '../../identity/devices/where-signed-in.js'
import type { UserList } from '../../identity/people/user-list.js'
import type { Users } from '../../identity/people/users.js'
import { isUserId } from '../../protocol/claims.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import { type Context, personOf } from '../handler.js'
import { requireRecent } from '../kinds/bearer.js'
import { readAsked } from '../lists/filters.js'
import { sessionColumns } from '../lists/sessions.js'
import { userColumns, userFilters } from '../lists/users.js'
import { presentAuthorizedApplication, presentDevice } from '../me/present.js'
import { answer } from '../wire/answers.js'
import { readBody } from '../wire/fields.js'
import { answerCsv, readCsvChoice, wantsCsv } from './csv.js'
import { readSessionFilter, readUserOrder } from './filters.js'
import { answerPage, answerRows, readPage } from './paging.js'
import { type anyUserSchema, presentAnyUser } from './present.js'
import { userRoutes as routes } from './routes/users.js'

export type AdminUsersDeps = {
  users: Users
  sessions: Sessions
  userList: UserList
  sessionList: SessionList
  whereSignedIn: WhereSignedIn
  consents: Consents
  now: () => number
}

type OneUser = { answers: { 200: typeof anyUserSchema } }

export function createAdminUserHandlers(deps: AdminUsersDeps) {
  const { users, sessions, userList, sessionList, whereSignedIn, consents, now } = deps

  /** Changes one user and answers the user as changed. */
  async function change(ctx: Context, route: OneUser, work: (id: number) => Promise<unknown>): Promise<void> {
    const id = idOf(ctx)
    await work(id)
    answer(ctx, route, presentAnyUser(await users.require(id)))
  }

  return {
    async listUsers(ctx: Context): Promise<void> {
      const [filter, order] = [readAsked(ctx, userFilters), readUserOrder(ctx)]
      if (wantsCsv(ctx)) return answerCsv(ctx, 'users', userColumns, userList.every(filter, order), readCsvChoice(ctx))
      const found = await userList.page(filter, order, readPage(ctx))
      await answerRows(ctx, found, userColumns, () => userList.count(filter))
    },

    async createUser(ctx: Context): Promise<void> {
      const body = readBody(ctx, routes.createUser)
      const { username, password, roles = [], first_name, last_name, email } = body
      // API keys create users without a password.
      if (password === undefined && !ctx.state.apiKey) throw refuseField('password', 'required')
      // Giving roles to a new user asks for a recent sign-in, as giving them later does; otherwise an old token could
      // create an administrator.
      if (roles.length > 0) requireRecent(ctx, now())
      const profile = { firstName: first_name ?? '', lastName: last_name ?? '', email: email ?? '' }
      const mustChangePassword = body.must_change_password
      const made = { username, password: password ?? null, mustChangePassword, roles, ...profile }
      answer(ctx, routes.createUser, presentAnyUser(await users.create(made, personOf(ctx).actor)))
    },

    async showUser(ctx: Context): Promise<void> {
      answer(ctx, routes.showUser, presentAnyUser(await users.require(idOf(ctx))))
    },

    async changeUser(ctx: Context): Promise<void> {
      const { username, first_name, last_name, email } = readBody(ctx, routes.changeUser)
      const changes = { username, firstName: first_name, lastName: last_name, email }
      await change(ctx, routes.changeUser, id =>
        users.update(id, changes as Parameters<Users['update']>[1], personOf(ctx).actor),
      )
    },

    async deleteUser(ctx: Context): Promise<void> {
      await users.remove(idOf(ctx), personOf(ctx).actor)
      ctx.status = 204
    },

    async setUserRoles(ctx: Context): Promise<void> {
      await change(ctx, routes.setUserRoles, id => {
        const { roles } = readBody(ctx, routes.setUserRoles)
        return users.setRoles(id, roles, personOf(ctx).actor)
      })
    },

    async setUserPermissions(ctx: Context): Promise<void> {
      await change(ctx, routes.setUserPermissions, id => {
        const { permissions } = readBody(ctx, routes.setUserPermissions)
        return users.setPermissions(id, permissions, personOf(ctx).actor)
      })
    },

    disableUser: (ctx: Context) => change(ctx, routes.disableUser, id => users.disable(id, personOf(ctx).actor)),

    enableUser: (ctx: Context) => change(ctx, routes.enableUser, id => users.enable(id, personOf(ctx).actor)),

    async resetUserPassword(ctx: Context): Promise<void> {
      const { password, must_change_password: mustChange } = readBody(ctx, routes.resetUserPassword)
      await users.setPassword(idOf(ctx), password, personOf(ctx).actor, mustChange)
      ctx.status = 204
    },

    async listUserSessions(ctx: Context): Promise<void> {
      const { id } = await users.require(idOf(ctx))
      const filter = { ...readSessionFilter(ctx), userId: id }
      const found = await sessionList.page(filter, readPage(ctx))
      await answerRows(ctx, found, sessionColumns, () => sessionList.count(filter))
    },

    async endUserSessions(ctx: Context): Promise<void> {
      await sessions.endAll((await users.require(idOf(ctx))).id, personOf(ctx).actor)
      ctx.status = 204
    },

    async listUserApplications(ctx: Context): Promise<void> {
      const { id } = await users.require(idOf(ctx))
      answer(ctx, routes.listUserApplications, {
        results: (await consents.listOf(id)).map(presentAuthorizedApplication),
      })
    },

    async withdrawUserApplication(ctx: Context): Promise<void> {
      const { id } = await users.require(idOf(ctx))
      await consents.withdraw(id, ctx.params.application!, personOf(ctx).actor)
      ctx.status = 204
    },

    async listUserDevices(ctx: Context): Promise<void> {
      const { id } = await users.require(idOf(ctx))
      const found = await whereSignedIn.devices(id, readPage(ctx))
      const { sid } = personOf(ctx)
      await answerPage(
        ctx,
        found,
        one => presentDevice(one, sid),
        () => whereSignedIn.countDevices(id),
      )
    },
  }
}

/** @throws not_found */
function idOf(ctx: Context): number {
  if (!isUserId(ctx.params.id)) throw refuse('not_found')
  return Number(ctx.params.id)
}
