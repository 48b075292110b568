// Users, as administrators see them. The pattern for other lists: the address says what is shown (query.ts), one call down,
// plain values for the view.
import type { AuditLog, AuditRecord } from '../../../identity/audit-log.js'
import type { LiveDevice, Sessions } from '../../../identity/sessions.js'
import type { UserList } from '../../../identity/user-list.js'
import type { UserRecord, Users } from '../../../identity/users.js'
import type { Actor } from '../../../policy/actor.js'
import { isUserId } from '../../../protocol/claims.js'
import { refuse } from '../../../protocol/errors.js'
import { type Context, visitorOf } from '../../handler.js'
import type { Pages } from '../page.js'
import { readSize, readText } from '../query.js'

export type UserPagesDeps = { pages: Pages; users: Users; userList: UserList; sessions: Sessions; auditLog: AuditLog }

/** How much of the history stands on a user's page. */
const historyShown = 20
const latest = Number.MAX_SAFE_INTEGER

export function createUserPages({ pages, users, userList, sessions, auditLog }: UserPagesDeps) {
  /** Does something with one user, tells it on their page, and leads back there. */
  async function act(ctx: Context, work: (id: number, actor: Actor) => Promise<void>, told: string): Promise<void> {
    const user = await users.require(idOf(ctx))
    await work(user.id, visitorOf(ctx).actor)
    await pages.tell(ctx, { tone: 'good', text: pages.translate(ctx)(told, { name: user.username }) })
    pages.go(ctx, `/admin/users/${user.id}`)
  }

  return {
    async usersPage(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      const name = readText(ctx, 'name')
      const limit = readSize(ctx)
      const page = { after: readText(ctx, 'after'), limit }
      const { results, next } = await userList.page({ username: name || undefined }, 'oldest', page)
      const shown = results.map(({ user }) => presentListed(user))
      await pages.show(ctx, 'admin/users', { title: t('users.title'), users: shown, name, next })
    },

    async userPage(ctx: Context): Promise<void> {
      const user = await users.require(idOf(ctx))
      const { may, t } = pages.frameOf(ctx)
      const devices = may('darvoza:sessions:read') ? await sessions.listDevices(user.id) : null
      const about = { before: latest, limit: historyShown, subject: { kind: 'user', id: String(user.id) } }
      const history = may('darvoza:audit:read') ? await auditLog.search(about) : null
      await pages.show(ctx, 'admin/user', {
        title: user.username,
        crumbs: [{ label: t('nav.users'), href: '/admin/users' }],
        user: { ...presentListed(user), ...presentMore(user) },
        devices: devices?.map(presentDevice) ?? null,
        sessionCount: devices?.reduce((count, device) => count + device.sessions.length, 0) ?? null,
        history: history?.map(presentEntry) ?? null,
      })
    },

    disableUserPage: (ctx: Context) => act(ctx, users.disable, 'user.nowDisabled'),
    enableUserPage: (ctx: Context) => act(ctx, users.enable, 'user.nowEnabled'),
    signOutUserPage: (ctx: Context) => act(ctx, (id, actor) => sessions.endAll(id, actor), 'user.nowSignedOut'),
  }
}

/** @throws not_found */
function idOf(ctx: Context): number {
  if (!isUserId(ctx.params.id)) throw refuse('not_found')
  return Number(ctx.params.id)
}

function presentListed({ id, username, firstName, lastName, email, roles, active, lastLoginAt }: UserRecord) {
  const name = [firstName, lastName].filter(Boolean).join(' ')
  return { id, username, name, email, roles, active, lastLoginAt }
}

function presentMore({ createdAt, passwordChangedAt, mustChangePassword, permissions, allPermissions }: UserRecord) {
  return { createdAt, passwordChangedAt, mustChangePassword, permissions, allPermissions }
}

function presentDevice({ device, sessions, lastSeenAt }: LiveDevice) {
  const { id, name, browser, platform, address, firstSeenAt } = device
  return { id, name, browser, platform, address, firstSeenAt, lastSeenAt, sessions: sessions.length }
}

function presentEntry({ seq, createdAt, action, actor, address }: AuditRecord) {
  return { seq, at: createdAt, action, actor, address }
}
