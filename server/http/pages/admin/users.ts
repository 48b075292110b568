// Users, as administrators see them. The pattern for other lists: the address says what is shown (query.ts), one call down,
// plain values for the view.
import type { AuditLog } from '../../../identity/audit-log.js'
import type { Sessions } from '../../../identity/sessions.js'
import type { UserRecord, Users } from '../../../identity/users.js'
import { usernameKey } from '../../../policy/username.js'
import { isUserId } from '../../../protocol/claims.js'
import { refuse } from '../../../protocol/errors.js'
import { type Context, visitorOf } from '../../handler.js'
import type { Pages } from '../page.js'
import { readSize, readText, readWhole } from '../query.js'

export type UserPagesDeps = { pages: Pages; users: Users; sessions: Sessions; auditLog: AuditLog }

/** How much of the history stands on a user's page. */
const historyShown = 20

export function createUserPages({ pages, users, sessions, auditLog }: UserPagesDeps) {
  return {
    async usersPage(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      const name = readText(ctx, 'name')
      const limit = readSize(ctx)
      // One more than is shown tells whether there is more.
      const page = { after: readWhole(ctx, 'after', 0), limit: limit + 1 }
      const found = await users.list({ ...page, ...(name && { usernamePrefix: usernameKey(name) }) })
      const shown = found.slice(0, limit)
      const next = found.length > limit ? shown.at(-1)!.id : null
      await pages.show(ctx, 'admin/users', { title: t('users.title'), users: shown.map(presentListed), name, next })
    },

    async userPage(ctx: Context): Promise<void> {
      if (!isUserId(ctx.params.id)) throw refuse('not_found')
      const t = pages.translate(ctx)
      const user = await users.require(Number(ctx.params.id))
      const maySeeSessions = visitorOf(ctx).user.allPermissions.includes('darvoza:sessions:read')
      const maySeeAudit = visitorOf(ctx).user.allPermissions.includes('darvoza:audit:read')
      const devices = maySeeSessions ? await sessions.listDevices(user.id) : null
      const about = {
        before: Number.MAX_SAFE_INTEGER,
        limit: historyShown,
        subject: { kind: 'user', id: String(user.id) },
      }
      const history = maySeeAudit ? await auditLog.search(about) : null
      await pages.show(ctx, 'admin/user', {
        title: user.username,
        crumbs: [{ label: t('nav.users'), href: '/admin/users' }],
        user: { ...presentListed(user), ...presentMore(user) },
        devices: devices?.map(({ device, sessions: own, lastSeenAt }) => ({
          ...{ id: device.id, name: device.name, browser: device.browser, platform: device.platform },
          ...{ address: device.address, firstSeenAt: device.firstSeenAt, lastSeenAt, sessions: own.length },
        })),
        history: history?.map(({ seq, createdAt, action, actor, address }) => ({
          seq,
          at: createdAt,
          action,
          actor,
          address,
        })),
      })
    },
  }
}

function presentListed({ id, username, firstName, lastName, email, roles, active, lastLoginAt }: UserRecord) {
  const name = [firstName, lastName].filter(Boolean).join(' ')
  return { id, username, name, email, roles, active, lastLoginAt }
}

function presentMore({ createdAt, passwordChangedAt, mustChangePassword, permissions, allPermissions }: UserRecord) {
  return { createdAt, passwordChangedAt, mustChangePassword, permissions, allPermissions }
}
