// Many sessions or devices ended at once: those that a filter finds, or that were picked. A page tells count and reach and
// names who is left out; what it then sends is what it has shown, and nothing that came later.
import type { BulkEnds, Reach } from '../../../identity/bulk-ends.js'
import { mostEnded } from '../../../identity/bulk-ends.js'
import type { DeviceList } from '../../../identity/device-list.js'
import type { Listed, Page } from '../../../identity/listing.js'
import type { SessionList } from '../../../identity/session-list.js'
import type { Users } from '../../../identity/users.js'
import { type Context, visitorOf } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { picked, typedIn } from '../fields.js'
import type { Pages } from '../page.js'
import { readDeviceFilter, readSessionFilter } from './lists.js'
import { longestReason } from './sessions.js'

export type ManyEndsPagesDeps = {
  pages: Pages
  users: Users
  sessionList: SessionList
  deviceList: DeviceList
  bulkEnds: BulkEnds
}

type Kind = 'sessions' | 'devices'

export function createManyEndsPages({ pages, users, sessionList, deviceList, bulkEnds }: ManyEndsPagesDeps) {
  async function preview(ctx: Context, kind: Kind, ids: readonly string[], more: boolean, back: string) {
    const { t } = pages.frameOf(ctx)
    const { sid, actor } = visitorOf(ctx)
    const reach = await bulkEnds.preview(kind, ids, sid, actor)
    await pages.show(ctx, 'admin/end-many', {
      title: t(`manyEnds.title.${kind}`),
      crumbs: [{ label: t(`nav.${kind}`), href: `/admin/${kind}` }],
      ...{ kind, reach, more, most: mostEnded, back, longestReason },
    })
  }

  /** The newest of what is found, as many as can be ended at once. */
  async function found(read: (page: Page) => Promise<Listed<string>>): Promise<{ ids: string[]; more: boolean }> {
    const ids: string[] = []
    for (let after: string | null = null; ; ) {
      const page: Listed<string> = await read({ after, limit: 250 })
      ids.push(...page.results)
      if (page.next === null) return { ids, more: false }
      if (ids.length >= mostEnded) return { ids: ids.slice(0, mostEnded), more: true }
      after = page.next
    }
  }

  async function told(ctx: Context, kind: Kind, { ids, users, leftOut }: Reach): Promise<void> {
    const { t, format } = pages.frameOf(ctx)
    const people = t('manyEnds.people', { count: users })
    const done = ids.length === 0 ? t('manyEnds.doneNone') : t(`manyEnds.done.${kind}`, { count: ids.length, people })
    const names = leftOut.map(one => one.username)
    const but = names.length > 0 ? ` ${t('manyEnds.but', { names: format.list(names) })}` : ''
    await pages.tell(ctx, { tone: names.length > 0 || ids.length === 0 ? 'warn' : 'good', text: done + but })
    pages.go(ctx, typedIn(ctx, ['back']).back || `/admin/${kind}`)
  }

  const listOf = (ctx: Context, kind: Kind) => pages.frameOf(ctx).url(`/admin/${kind}`, pages.frameOf(ctx).query)

  return {
    async endSessionsPage(ctx: Context): Promise<void> {
      const filter = await readSessionFilter(ctx, users)
      const { ids, more } = await found(async page => {
        const { results, ...rest } = await sessionList.page({ ...filter, state: 'live' }, page)
        return { ...rest, results: results.map(one => one.session.id) }
      })
      await preview(ctx, 'sessions', ids, more, listOf(ctx, 'sessions'))
    },

    async endDevicesPage(ctx: Context): Promise<void> {
      const filter = await readDeviceFilter(ctx, users)
      const { ids, more } = await found(async page => {
        const { results, ...rest } = await deviceList.page(filter, page)
        return { ...rest, results: results.filter(one => one.state !== 'ended').map(one => one.device.id) }
      })
      await preview(ctx, 'devices', ids, more, listOf(ctx, 'devices'))
    },

    endPickedSessionsPage: (ctx: Context) => preview(ctx, 'sessions', picked(ctx), false, pages.frameOf(ctx).here),
    endPickedDevicesPage: (ctx: Context) => preview(ctx, 'devices', picked(ctx), false, pages.frameOf(ctx).here),

    async endManySessionsPage(ctx: Context): Promise<void> {
      const { sid, actor } = visitorOf(ctx)
      const { why } = readFields(ctx, { why: { required: false, blank: true, trim: true, maxLength: longestReason } })
      await told(ctx, 'sessions', await bulkEnds.endSessions(picked(ctx), sid, why ?? '', actor))
    },

    async endManyDevicesPage(ctx: Context): Promise<void> {
      const { sid, actor } = visitorOf(ctx)
      await told(ctx, 'devices', await bulkEnds.endDevices(picked(ctx), sid, actor))
    },
  }
}
