// Devices and sessions of all users.
import type { DeviceList } from '../../identity/devices/device-list.js'
import type { SessionList } from '../../identity/devices/session-list.js'
import type { Sessions } from '../../identity/devices/sessions.js'
import { type Context, personOf } from '../handler.js'
import { deviceColumns, deviceFilters } from '../lists/devices.js'
import { readAsked } from '../lists/filters.js'
import { sessionColumns } from '../lists/sessions.js'
import { answer } from '../wire/answers.js'
import { answerCsv, readCsvChoice, wantsCsv } from './csv.js'
import { readSessionFilter } from './filters.js'
import { answerRows, readPage } from './paging.js'
import { presentSessionOf } from './present.js'
import { sessionRoutes as routes } from './routes/sessions.js'

export type AdminSessionsDeps = { sessions: Sessions; sessionList: SessionList; deviceList: DeviceList }

export function createAdminSessionHandlers({ sessions, sessionList, deviceList }: AdminSessionsDeps) {
  return {
    async listSessions(ctx: Context): Promise<void> {
      const filter = readSessionFilter(ctx)
      if (wantsCsv(ctx))
        return answerCsv(ctx, 'sessions', sessionColumns, sessionList.every(filter), readCsvChoice(ctx))
      const found = await sessionList.page(filter, readPage(ctx))
      await answerRows(ctx, found, sessionColumns, () => sessionList.count(filter))
    },

    async showSession(ctx: Context): Promise<void> {
      answer(ctx, routes.showSession, presentSessionOf(await sessions.require(ctx.params.id!)))
    },

    async endSession(ctx: Context): Promise<void> {
      await sessions.end(ctx.params.id!, null, personOf(ctx).actor)
      ctx.status = 204
    },

    async listDevices(ctx: Context): Promise<void> {
      const filter = readAsked(ctx, deviceFilters)
      const found = await deviceList.page(filter, readPage(ctx))
      await answerRows(ctx, found, deviceColumns, () => deviceList.count(filter))
    },

    async endDevice(ctx: Context): Promise<void> {
      await sessions.endDevice(ctx.params.id!, null, personOf(ctx).actor)
      ctx.status = 204
    },
  }
}
