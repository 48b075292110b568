// Bulk actions: a request selects users, sessions or devices (`ids` in the body, or the filter of the list in the
// address). The first call answers a preview of how many it would change; the same call with that answer's `at` and
// `count` does it, if it would still change as many.
import type { Done, LeftOut, Previewed, Reached, Selection } from '../../identity/bulk.js'
import type { DeviceEnds } from '../../identity/devices/device-ends.js'
import type { SessionEnds } from '../../identity/devices/session-ends.js'
import type { Sessions } from '../../identity/devices/sessions.js'
import type { UserAct, UserActs } from '../../identity/people/user-acts.js'
import { isUserId } from '../../protocol/claims.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import { type Context, personOf } from '../handler.js'
import { deviceFilters } from '../lists/devices.js'
import { readAsked } from '../lists/filters.js'
import { userFilters } from '../lists/users.js'
import { presentTime } from '../me/present.js'
import { waitParameter } from '../waiting.js'
import { answer } from '../wire/answers.js'
import { readBody } from '../wire/fields.js'
import { readSessionFilter } from './filters.js'
import { bulkRoutes as routes } from './routes/bulk.js'

export type AdminBulkDeps = {
  sessionEnds: SessionEnds
  deviceEnds: DeviceEnds
  userActs: UserActs
  sessions: Sessions
  now: () => number
}

type Preview = Previewed & Reached & { leftOut: LeftOut[] }

/** Members of the body of a bulk action: the ids selected, and `at` and `count` of the preview. */
type Asked = { ids?: string[] | undefined; at?: number | undefined; count?: number | undefined }

type ActOnUsers = 'disableUsers' | 'signOutUsers' | 'addRoleToUsers' | 'removeRoleFromUsers'

export function createAdminBulkHandlers({ sessionEnds, deviceEnds, userActs, sessions, now }: AdminBulkDeps) {
  /** Previews without `at` and `count` in the body; runs with those of a valid preview. @throws preview_outdated */
  async function previewOrRun<P extends Preview, D extends Done>(
    asked: Asked,
    preview: (asOf?: number) => Promise<P>,
    run: (previewed: Previewed) => Promise<D>,
  ) {
    const previewed = previewedIn(asked, now())
    if (!previewed) return presentPreview(await preview())
    const { count } = await preview(previewed.at)
    if (count !== previewed.count) throw refuse('preview_outdated', { figures: { count } })
    return presentDone(await run(previewed))
  }

  async function actOnUsers(ctx: Context, route: (typeof routes)[ActOnUsers], act: UserAct): Promise<void> {
    const { actor, userId } = personOf(ctx)
    const asked = readBody(ctx, { body: routes.disableUsers.body })
    const selection = selectionOf(ctx, asked, readUserId, () => readAsked(ctx, userFilters))
    // The caller's own user is left out: without its permission the run would stop halfway. Adding a role takes nothing
    // away.
    const keep = act.what === 'add_role' ? null : userId
    const outcome = await previewOrRun(
      asked,
      asOf => userActs.preview(selection, act, actor, { keep, asOf }),
      previewed => userActs.run(selection, act, previewed, actor, { keep }),
    )
    answer(ctx, route, outcome)
  }

  return {
    async endSessions(ctx: Context): Promise<void> {
      const { actor, sid } = personOf(ctx)
      const asked = readBody(ctx, routes.endSessions)
      const selection = selectionOf(ctx, asked, asItIs, () => readSessionFilter(ctx))
      const options = { keep: sid, why: asked.why }
      const outcome = await previewOrRun(
        asked,
        asOf => sessionEnds.preview(selection, actor, { ...options, asOf }),
        previewed => sessionEnds.run(selection, previewed, actor, options),
      )
      answer(ctx, routes.endSessions, outcome)
    },

    async endDevices(ctx: Context): Promise<void> {
      const { actor, sid } = personOf(ctx)
      const asked = readBody(ctx, routes.endDevices)
      const selection = selectionOf(ctx, asked, asItIs, () => readAsked(ctx, deviceFilters))
      const keep = sid === null ? null : (await sessions.require(sid)).session.deviceId
      const options = { keep, why: asked.why }
      const outcome = await previewOrRun(
        asked,
        asOf => deviceEnds.preview(selection, actor, { ...options, asOf }),
        previewed => deviceEnds.run(selection, previewed, actor, options),
      )
      answer(ctx, routes.endDevices, outcome)
    },

    disableUsers: (ctx: Context) => actOnUsers(ctx, routes.disableUsers, { what: 'disable' }),

    signOutUsers: (ctx: Context) => actOnUsers(ctx, routes.signOutUsers, { what: 'sign_out' }),

    async addRoleToUsers(ctx: Context): Promise<void> {
      const { role } = readBody(ctx, routes.addRoleToUsers)
      await actOnUsers(ctx, routes.addRoleToUsers, { what: 'add_role', role })
    },

    async removeRoleFromUsers(ctx: Context): Promise<void> {
      const { role } = readBody(ctx, routes.removeRoleFromUsers)
      await actOnUsers(ctx, routes.removeRoleFromUsers, { what: 'remove_role', role })
    },
  }
}

function selectionOf<Id, Filter>(
  ctx: Context,
  { ids }: Asked,
  readId: (text: string) => Id,
  readFilter: () => Filter,
): Selection<Id, Filter> {
  if (ids === undefined) return { filter: readFilter() }
  const filters = [...new URLSearchParams(ctx.querystring).keys()].filter(name => !(name in waitParameter))
  if (filters.length > 0) throw refuseField('ids', 'ids_with_filters')
  return { ids: ids.map(readId) }
}

const asItIs = (id: string) => id

function readUserId(text: string): number {
  if (!isUserId(text)) throw refuseField('ids', 'not_user_ids')
  return Number(text)
}

function previewedIn({ at, count }: Asked, now: number): Previewed | null {
  if (at === undefined && count === undefined) return null
  if (at === undefined) throw refuseField('at', 'not_preview_time')
  if (at > now) throw refuseField('at', 'preview_in_future')
  if (count === undefined) throw refuseField('count', 'not_preview_count')
  return { at, count }
}

function presentPreview<P extends Preview>({ at, leftOut, userIds: _, ...counts }: P) {
  return { preview: true, at: presentTime(at), ...counts, left_out: leftOut.map(presentLeftOut) } as const
}

function presentDone<D extends Done & { users?: number }>({ leftOut, users: _, ...counts }: D) {
  return { preview: false, ...counts, left_out: leftOut.map(presentLeftOut) } as const
}

function presentLeftOut({ userId, username, count, why }: LeftOut) {
  return { user_id: userId, username, count, why }
}
