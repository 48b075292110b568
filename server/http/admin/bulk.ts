// Acts on many at once: the address says which (`ids` in the body, or the filter of the list), the first call answers whom it
// would reach, and the same call with that answer's `at` and `count` does it.
import type { Done, LeftOut, Previewed, Reached, Selection } from '../../identity/bulk.js'
import type { DeviceEnds } from '../../identity/device-ends.js'
import type { SessionEnds } from '../../identity/session-ends.js'
import type { Sessions } from '../../identity/sessions.js'
import type { UserAct, UserActs } from '../../identity/user-acts.js'
import { isUserId } from '../../protocol/claims.js'
import { refuseField } from '../../protocol/errors.js'
import { isJsonObject } from '../../protocol/json.js'
import { type Context, personOf } from '../handler.js'
import { presentTime } from '../me/present.js'
import { readFields, readTexts } from '../wire/fields.js'
import { readDeviceFilter, readSessionFilter, readUserFilter } from './filters.js'

export type AdminBulkDeps = { sessionEnds: SessionEnds; deviceEnds: DeviceEnds; userActs: UserActs; sessions: Sessions }

type Preview = Previewed & Reached & { leftOut: LeftOut[] }

export function createAdminBulkHandlers({ sessionEnds, deviceEnds, userActs, sessions }: AdminBulkDeps) {
  async function actOnUsers(ctx: Context, act: UserAct): Promise<void> {
    const { actor } = personOf(ctx)
    const selection = readSelection(ctx, readUserId, () => readUserFilter(ctx).filter)
    await answer(
      ctx,
      () => userActs.preview(selection, act, actor),
      previewed => userActs.run(selection, act, previewed, actor),
    )
  }

  return {
    async endSessions(ctx: Context): Promise<void> {
      const { actor, sid } = personOf(ctx)
      const selection = readSelection(ctx, asItIs, () => readSessionFilter(ctx))
      const options = { keep: sid, why: readWhy(ctx) }
      await answer(
        ctx,
        () => sessionEnds.preview(selection, actor, options),
        previewed => sessionEnds.run(selection, previewed, actor, options),
      )
    },

    async endDevices(ctx: Context): Promise<void> {
      const { actor, sid } = personOf(ctx)
      const selection = readSelection(ctx, asItIs, () => readDeviceFilter(ctx))
      const options = { keep: (await sessions.require(sid)).session.deviceId, why: readWhy(ctx) }
      await answer(
        ctx,
        () => deviceEnds.preview(selection, actor, options),
        previewed => deviceEnds.run(selection, previewed, actor, options),
      )
    },

    disableUsers: (ctx: Context) => actOnUsers(ctx, { what: 'disable' }),
    signOutUsers: (ctx: Context) => actOnUsers(ctx, { what: 'sign_out' }),
    addRoleToUsers: (ctx: Context) => actOnUsers(ctx, { what: 'add_role', ...readFields(ctx, { role: {} }) }),
    removeRoleFromUsers: (ctx: Context) => actOnUsers(ctx, { what: 'remove_role', ...readFields(ctx, { role: {} }) }),
  }
}

/** Previews without `at` and `count`, does it with them. */
async function answer(
  ctx: Context,
  preview: () => Promise<Preview>,
  run: (previewed: Previewed) => Promise<Done>,
): Promise<void> {
  const previewed = readPreviewed(ctx)
  ctx.body = previewed ? presentDone(await run(previewed)) : presentPreview(await preview())
}

function readSelection<Id, Filter>(
  ctx: Context,
  readId: (text: string) => Id,
  readFilter: () => Filter,
): Selection<Id, Filter> {
  const { body } = ctx.request
  return isJsonObject(body) && 'ids' in body ? { ids: readTexts(ctx, 'ids').map(readId) } : { filter: readFilter() }
}

const asItIs = (id: string) => id

function readUserId(text: string): number {
  if (!isUserId(text)) throw refuseField('ids', 'Must be ids of users.')
  return Number(text)
}

function readWhy(ctx: Context): string | undefined {
  return readFields(ctx, { why: { required: false, blank: true, trim: true, maxLength: 255 } }).why
}

function readPreviewed(ctx: Context): Previewed | null {
  const { at, count } = readFields(ctx, { at: { required: false }, count: { required: false } })
  if (at === undefined && count === undefined) return null
  const time = Date.parse(at ?? '')
  if (Number.isNaN(time)) throw refuseField('at', 'Must be the `at` of a preview.')
  if (!/^\d{1,9}$/.test(count ?? '')) throw refuseField('count', 'Must be the `count` of a preview.')
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
