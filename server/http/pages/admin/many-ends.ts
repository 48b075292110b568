// Ends many sessions or devices at once: those that a filter finds, or that were picked. A preview shows how many, and
// names those left out; its form then ends exactly the rows that it showed.
import { type LeftOut, previewOf } from '../../../identity/bulk.js'
import type { DeviceEnds } from '../../../identity/devices/device-ends.js'
import type { DeviceList } from '../../../identity/devices/device-list.js'
import type { SessionEnds } from '../../../identity/devices/session-ends.js'
import type { SessionList } from '../../../identity/devices/session-list.js'
import type { Listed, Page } from '../../../identity/listing.js'
import type { UserList } from '../../../identity/people/user-list.js'
import type { Users } from '../../../identity/people/users.js'
import { browserUserOf, type Context } from '../../handler.js'
import { deviceFilters } from '../../lists/devices.js'
import { readTyped } from '../../lists/filters.js'
import { sessionFilters } from '../../lists/sessions.js'
import { readFields } from '../../wire/fields.js'
import { picked, typedIn } from '../fields.js'
import type { Pages } from '../page.js'
import { firstPeople } from './people.js'
import { longestReason } from './sessions.js'

export type ManyEndsPagesDeps = {
  pages: Pages
  users: Users
  userList: UserList
  sessionList: SessionList
  deviceList: DeviceList
  sessionEnds: SessionEnds
  deviceEnds: DeviceEnds
}

/** The most ids in one form; more need another form. */
const mostEnded = 1_000

export function createManyEndsPages(deps: ManyEndsPagesDeps) {
  const { pages, users, userList, sessionList, deviceList } = deps
  const ends = { sessions: deps.sessionEnds, devices: deps.deviceEnds }
  type Kind = keyof typeof ends

  /** The administrator's own session or device, which is not ended. */
  function ownOf(ctx: Context, kind: Kind): string {
    const { session } = browserUserOf(ctx).browser
    return kind === 'sessions' ? session.id : session.deviceId
  }

  async function preview(ctx: Context, kind: Kind, wanted: readonly string[], more: boolean, back: string) {
    const { t } = pages.frameOf(ctx)
    const [ids, keep] = [wanted.slice(0, mostEnded), ownOf(ctx, kind)]
    const { userIds, ...reach } = await ends[kind].preview({ ids }, browserUserOf(ctx).actor, { keep })
    await pages.show(ctx, 'admin/end-many', {
      title: t(`manyEnds.title.${kind}`),
      crumbs: [{ label: t(`nav.${kind}`), href: `/admin/${kind}` }],
      people: await firstPeople(userIds, users, pages.frameOf(ctx)),
      kind,
      ids,
      reach,
      own: ids.includes(keep),
      more,
      most: mostEnded,
      back,
      longestReason,
    })
  }

  /** The newest ids that are found, as many as can be ended at once. */
  async function found(read: (page: Page) => Promise<Listed<string>>): Promise<{ ids: string[]; more: boolean }> {
    const ids: string[] = []
    for (let after: string | null = null; ; ) {
      const page: Listed<string> = await read({ after, limit: 250 })
      ids.push(...page.results)
      if (page.next === null) return { ids, more: false }
      if (ids.length >= mostEnded) return { ids, more: true }
      after = page.next
    }
  }

  async function end(ctx: Context, kind: Kind, why?: string): Promise<void> {
    const { t } = pages.frameOf(ctx)
    const ids = picked(ctx).slice(0, mostEnded)
    const options = { keep: ownOf(ctx, kind), why }
    const { done, users, leftOut } = await ends[kind].run({ ids }, previewOf(ids), browserUserOf(ctx).actor, options)
    const people = t('manyEnds.people', { count: users })
    const text = done === 0 ? t('manyEnds.doneNone') : t(`manyEnds.done.${kind}`, { count: done, people })
    await flashDone(pages, ctx, { done, text, but: 'manyEnds.but', leftOut })
    pages.go(ctx, typedIn(ctx, ['back']).back || `/admin/${kind}`)
  }

  const finderOf = (ctx: Context) => ({ users, userList, frame: pages.frameOf(ctx), which: [] })
  const listOf = (ctx: Context, kind: Kind) => pages.frameOf(ctx).url(`/admin/${kind}`, pages.frameOf(ctx).query)

  return {
    async endSessionsPage(ctx: Context): Promise<void> {
      const filter = await readTyped(ctx, sessionFilters, finderOf(ctx), { strictly: true })
      const { ids, more } = await found(async page => {
        const { results, ...rest } = await sessionList.page({ ...filter, state: 'live' }, page)
        return { ...rest, results: results.map(one => one.session.id) }
      })
      await preview(ctx, 'sessions', ids, more, listOf(ctx, 'sessions'))
    },

    async endDevicesPage(ctx: Context): Promise<void> {
      const filter = await readTyped(ctx, deviceFilters, finderOf(ctx), { strictly: true })
      const { ids, more } = await found(async page => {
        const { results, ...rest } = await deviceList.page(filter, page)
        return { ...rest, results: results.filter(one => one.state !== 'ended').map(one => one.device.id) }
      })
      await preview(ctx, 'devices', ids, more, listOf(ctx, 'devices'))
    },

    endPickedSessionsPage: (ctx: Context) => preview(ctx, 'sessions', picked(ctx), false, pages.frameOf(ctx).here),
    endPickedDevicesPage: (ctx: Context) => preview(ctx, 'devices', picked(ctx), false, pages.frameOf(ctx).here),

    async endManySessionsPage(ctx: Context): Promise<void> {
      const { why } = readFields(ctx, { why: { required: false, blank: true, trim: true, maxLength: longestReason } })
      await end(ctx, 'sessions', why)
    },

    endManyDevicesPage: (ctx: Context) => end(ctx, 'devices'),
  }
}

/** Shows a notice of how many were changed, and names those left out. */
export async function flashDone(
  pages: Pages,
  ctx: Context,
  { done, text, but, leftOut }: { done: number; text: string; but: string; leftOut: readonly LeftOut[] },
): Promise<void> {
  const { t, format } = pages.frameOf(ctx)
  const names = format.list(leftOut.map(one => one.username))
  const whole = leftOut.length > 0 ? `${text} ${t(but, { names })}` : text
  await pages.flash(ctx, { tone: leftOut.length > 0 || done === 0 ? 'warn' : 'good', text: whole })
}
