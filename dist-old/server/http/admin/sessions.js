import { personOf } from '../handler.js';
import { deviceColumns, deviceFilters } from '../lists/devices.js';
import { readAsked } from '../lists/filters.js';
import { sessionColumns } from '../lists/sessions.js';
import { answer } from '../wire/answers.js';
import { answerCsv, readCsvChoice, wantsCsv } from './csv.js';
import { readSessionFilter } from './filters.js';
import { answerRows, readPage } from './paging.js';
import { presentSessionOf } from './present.js';
import { sessionRoutes as routes } from './routes/sessions.js';
export function createAdminSessionHandlers({ sessions, sessionList, deviceList }) {
    return {
        async listSessions(ctx) {
            const filter = readSessionFilter(ctx);
            if (wantsCsv(ctx))
                return answerCsv(ctx, 'sessions', sessionColumns, sessionList.every(filter), readCsvChoice(ctx));
            const found = await sessionList.page(filter, readPage(ctx));
            await answerRows(ctx, found, sessionColumns, () => sessionList.count(filter));
        },
        async showSession(ctx) {
            answer(ctx, routes.showSession, presentSessionOf(await sessions.require(ctx.params.id)));
        },
        async endSession(ctx) {
            await sessions.end(ctx.params.id, null, personOf(ctx).actor);
            ctx.status = 204;
        },
        async listDevices(ctx) {
            const filter = readAsked(ctx, deviceFilters);
            const found = await deviceList.page(filter, readPage(ctx));
            await answerRows(ctx, found, deviceColumns, () => deviceList.count(filter));
        },
        async endDevice(ctx) {
            await sessions.endDevice(ctx.params.id, null, personOf(ctx).actor);
            ctx.status = 204;
        },
    };
}
//# sourceMappingURL=sessions.js.map