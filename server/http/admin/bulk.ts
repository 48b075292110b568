// Acts on many at once: the address says which (`ids` in the body, or the filter of the list), the first call answers whom it
// would reach, and the same call with that answer's `at` and `count` does it, as long as it would reach as many.
import type { Done, LeftOut, Previewed, Reached, Selection } from '../../identity/bulk.js'
import type { DeviceEnds } from '../../identity/devices/device-ends.js'
import type { SessionEnds } from '../../identity/devices/session-ends.js'
import type { Sessions } from '../../identity/devices/sessions.js'
import type { UserAct, UserActs } from '../../identity/people/user-acts.js'
import { isUserId } from '../../protocol/claims.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import { isJsonObject } from '../../protocol/json.js'
import { type Context, personOf } from '../handler.js'
import { deviceFilters } from '../lists/devices.js'
import { readAsked } from '../lists/filters.js'
import { userFilters } from '../lists/users.js'
import { presentTime } from '../me/present.js'
import { readFields, readTexts } from '../wire/fields.js'
import { readSessionFilter } from './filters.js'
import { parseTime } from './paging.js'

export type AdminBulkDeps = {
  sessionEnds: SessionEnds
  deviceEnds: DeviceEnds
  userActs: UserActs
  sessions: Sessions
  now: () => number
}

type Preview = Previewed & Reached & { leftOut: LeftOut[] }

export function createAdminBulkHandlers({ sessionEnds, deviceEnds, userActs, sessions, now }: AdminBulkDeps) {
  /** Previews without `at` and `count`; with those of a preview that still holds, does it. @throws preview_outdated */
  async function answer(
    ctx: Context,
    preview: (asOf?: number) => Promise<Preview>,
    run: (previewed: Previewed) => Promise<Done>,
  ): Promise<void> {
    const previewed = readPreviewed(ctx, now())
    if (!previewed) {
      ctx.body = presentPreview(await preview())
      return
    }
    const { count } = await preview(previewed.at)
    if (count !== previewed.count) throw refuse('preview_outdated', { figures: { count } })
    ctx.body = presentDone(await run(previewed))
  }

  async function actOnUsers(ctx: Context, act: UserAct): Promise<void> {
    const { actor, userId } = personOf(ctx)
    const selection = readSelection(ctx, readUserId, () => readAsked(ctx, userFilters))
    // The sender is left out: without its own right the run would stop halfway. Adding a role takes nothing away.
    const keep = act.what === 'add_role' ? null : userId
    await answer(
      ctx,
      asOf => userActs.preview(selection, act, actor, { keep, asOf }),
      previewed => userActs.run(selection, act, previewed, actor, { keep }),
    )
  }

  return {
    async endSessions(ctx: Context): Promise<void> {
      const { actor, sid } = personOf(ctx)
      const selection = readSelection(ctx, asItIs, () => readSessionFilter(ctx))
      const options = { keep: sid, why: readWhy(ctx) }
      await answer(
        ctx,
        asOf => sessionEnds.preview(selection, actor, { ...options, asOf }),
        previewed => sessionEnds.run(selection, previewed, actor, options),
      )
    },

    async endDevices(ctx: Context): Promise<void> {
      const { actor, sid } = personOf(ctx)
      const selection = readSelection(ctx, asItIs, () => readAsked(ctx, deviceFilters))
      const keep = sid === null ? null : (await sessions.require(sid)).session.deviceId
      const options = { keep, why: readWhy(ctx) }
      await answer(
        ctx,
        asOf => deviceEnds.preview(selection, actor, { ...options, asOf }),
        previewed => deviceEnds.run(selection, previewed, actor, options),
      )
    },

    disableUsers: (ctx: Context) => actOnUsers(ctx, { what: 'disable' }),
    signOutUsers: (ctx: Context) => actOnUsers(ctx, { what: 'sign_out' }),
    addRoleToUsers: (ctx: Context) => actOnUsers(ctx, { what: 'add_role', ...readFields(ctx, { role: {} }) }),
    removeRoleFromUsers: (ctx: Context) => actOnUsers(ctx, { what: 'remove_role', ...readFields(ctx, { role: {} }) }),
  }
}

function readSelection<Id, Filter>(
  ctx: Context,
  readId: (text: string) => Id,
  readFilter: () => Filter,
): Selection<Id, Filter> {
  const { body } = ctx.request
  if (!isJsonObject(body) || !('ids' in body)) return { filter: readFilter() }
  if (ctx.querystring !== '') throw refuseField('ids', 'ids_with_filters')
  return { ids: readTexts(ctx, 'ids').map(readId) }
}

const asItIs = (id: string) => id

function readUserId(text: string): number {
  if (!isUserId(text)) throw refuseField('ids', 'not_user_ids')
  return Number(text)
}

function readWhy(ctx: Context): string | undefined {
  return readFields(ctx, { why: { required: false, blank: true, trim: true, maxLength: 255 } }).why
}

function readPreviewed(ctx: Context, now: number): Previewed | null {
  const { at, count } = readFields(ctx, { at: { required: false }, count: { required: false } })
  if (at === undefined && count === undefined) return null
  const time = parseTime(at ?? '')
  if (time === null) throw refuseField('at', 'not_preview_time')
  if (time > now) throw refuseField('at', 'preview_in_future')
  if (!/^\d{1,9}$/.test(count ?? '')) throw refuseField('count', 'not_preview_count')
  return { at: time, count: Number(count) }
}

function presentPreview({ at, leftOut, userIds: _, ...counts }: Preview) {
  return { preview: true, at: presentTime(at), ...counts, left_out: leftOut.map(presentLeftOut) }
}

function presentDone({ leftOut, users: _, ...counts }: Done & { users?: number }) {
  return { preview: false, ...counts, left_out: leftOut.map(presentLeftOut) }
}

function presentLeftOut({ userId, username, count, why }: LeftOut) {
  return { user_id: userId, username, count, why }
}
