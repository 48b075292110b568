// How things stand, at a glance: who is signed in, what happened lately, and whether what everything stands on is well.
// Each number leads to the list behind it, for those who may see the list.
import type { AuditLog } from '../../../identity/audit-log.js'
import type { Incidents } from '../../../identity/incidents.js'
import type { KeyRing } from '../../../identity/key-ring.js'
import type { Counted } from '../../../identity/listing.js'
import type { RevocationLog } from '../../../identity/revocation-log.js'
import type { SessionList } from '../../../identity/session-list.js'
import type { UserList } from '../../../identity/user-list.js'
import type { OwnPermission } from '../../../policy/permissions.js'
import { refuse } from '../../../protocol/errors.js'
import type { RedisLink } from '../../../revocation/redis-link.js'
import type { Tail } from '../../../revocation/tail.js'
import { type Context, visitorOf } from '../../handler.js'
import type { Pages } from '../page.js'
import { pageRoutes } from '../routes.js'

export type HomePagesDeps = {
  pages: Pages
  userList: UserList
  sessionList: SessionList
  auditLog: AuditLog
  incidents: Incidents
  revocationLog: RevocationLog
  keyRing: KeyRing
  tail: Tail
  redisLink: RedisLink | null
  now: () => number
}

const day = 86_400_000

type Tile = {
  name: string
  icon: string
  permission: OwnPermission
  count: (since: number) => Promise<Counted>
  /** The list behind it. */
  path: string
  query: (since: number) => Record<string, string>
  /** Some are too many. */
  bad?: true
}

export function createHomePages(deps: HomePagesDeps) {
  const { pages, userList, sessionList, auditLog, incidents, revocationLog, keyRing, tail, redisLink, now } = deps

  const action = (action: string) => (since: number) => auditLog.count({ action, since })
  const none = () => ({})
  const actionQuery = (action: string) => (since: number) => ({ action, since: new Date(since).toISOString() })

  const tiles: Tile[] = [
    {
      ...{ name: 'users', icon: 'users', permission: 'darvoza:sessions:read', path: '/admin/users' },
      ...{ count: () => userList.count({ live: true }), query: () => ({ live: 'true' }) },
    },
    {
      ...{ name: 'sessions', icon: 'session', permission: 'darvoza:sessions:read', path: '/admin/sessions' },
      ...{ count: () => sessionList.count({ state: 'live' }), query: () => ({ state: 'live' }) },
    },
    {
      ...{ name: 'signIns', icon: 'check', permission: 'darvoza:audit:read', path: '/admin/audit' },
      ...{ count: action('signed_in'), query: actionQuery('signed_in') },
    },
    {
      ...{ name: 'failures', icon: 'bad', permission: 'darvoza:audit:read', path: '/admin/audit' },
      ...{ count: action('sign_in_failed'), query: actionQuery('sign_in_failed') },
    },
    {
      ...{ name: 'incidents', icon: 'incident', permission: 'darvoza:audit:read', path: '/admin/incidents', bad: true },
      ...{ count: since => incidents.count({ since }), query: since => ({ since: new Date(since).toISOString() }) },
    },
    {
      ...{ name: 'revocations', icon: 'revoke', permission: 'darvoza:revocations:read', path: '/admin/revocations' },
      ...{ count: () => revocationLog.count({}), query: none },
    },
  ]

  const served = new Set(Object.values(pageRoutes).map(row => row.path as string))

  async function tileOf(ctx: Context, tile: Tile, since: number) {
    const { url, format } = pages.frameOf(ctx)
    const { count, more } = await tile.count(since)
    return {
      ...{ name: tile.name, icon: tile.icon, value: `${format.number(count)}${more ? '+' : ''}` },
      href: served.has(tile.path) ? url(tile.path, tile.query(since)) : null,
      tone: tile.bad && count > 0 ? 'bad' : null,
    }
  }

  /** How old the signing key is, in whole days; the one that signs longest. */
  async function keyAge(): Promise<number | null> {
    const signing = (await keyRing.list()).filter(key => key.activatedAt !== null && key.removableAt === null)
    const oldest = Math.min(...signing.map(key => key.activatedAt!))
    return signing.length === 0 ? null : now() - oldest
  }

  async function health(): Promise<{ database: boolean; redis: 'ok' | 'degraded' | null }> {
    const redis = redisLink?.status() ?? null
    try {
      await tail.freshen()
      return { database: true, redis }
    } catch {
      return { database: false, redis }
    }
  }

  return {
    async homePage(ctx: Context): Promise<void> {
      const { t, may } = pages.frameOf(ctx)
      const own = visitorOf(ctx).user.allPermissions
      if (!own.some(permission => permission.startsWith('darvoza:'))) throw refuse('permission_denied')
      const since = now() - day
      const seen = tiles.filter(({ permission }) => own.includes(permission))
      await pages.show(ctx, 'admin/home', {
        title: t('home.title'),
        tiles: await Promise.all(seen.map(tile => tileOf(ctx, tile, since))),
        keyAge: may('darvoza:keys:read') ? await keyAge() : null,
        keysHref: served.has('/admin/keys') ? '/admin/keys' : null,
        health: await health(),
      })
    },
  }
}
