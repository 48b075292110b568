import { describedNames, givenMetadata, kindOf, readDescription, } from '../../policy/application-description.js';
import { parseDuration } from '../../policy/durations.js';
import { refuseField, refuseFields } from '../../protocol/errors.js';
import { problem, wireText } from '../../protocol/problems.js';
import { personOf } from '../handler.js';
import { applicationColumns, applicationFilters } from '../lists/applications.js';
import { readAsked } from '../lists/filters.js';
import { presentTime } from '../me/present.js';
import { answer } from '../wire/answers.js';
import { bodyOf, readBody } from '../wire/fields.js';
import { answerCsv, readCsvChoice, wantsCsv } from './csv.js';
import { answerRows, readPage } from './paging.js';
import { presentApplication } from './present-application.js';
import { applicationRoutes as routes } from './routes/applications.js';
export function createAdminApplicationHandlers({ applications, secretChanges }) {
    /** As it is now. */
    const present = async (ctx) => presentApplication(await applications.require(idOf(ctx)));
    return {
        async listApplications(ctx) {
            const filter = readAsked(ctx, applicationFilters);
            if (wantsCsv(ctx))
                return answerCsv(ctx, 'applications', applicationColumns, applications.every(filter), readCsvChoice(ctx));
            const found = await applications.list(filter, readPage(ctx));
            await answerRows(ctx, found, applicationColumns, () => applications.count(filter));
        },
        async createApplication(ctx) {
            const { description, problems } = readDescription(bodyOf(ctx), ['client_id', ...describedNames]);
            const missing = description.name === undefined ? { client_name: [problem('required')] } : {};
            requireNone({ ...missing, ...problems });
            const { name = '', kind = kindOf(description) } = description;
            const input = { ...description, name, kind, metadata: givenMetadata(description.metadata) };
            const { application, secret, warnings } = await applications.create(input, personOf(ctx).actor);
            // RFC 6749 §5.1 says so of whatever holds credentials.
            ctx.set('Cache-Control', 'no-store');
            answer(ctx, routes.createApplication, {
                ...presentApplication(application),
                ...(secret !== null && { client_secret: secret, client_secret_expires_at: 0 }),
                warnings: warnings.map(wireText),
            });
        },
        /** With what lives of it, counted up to a few thousand. */
        async showApplication(ctx) {
            const application = await present(ctx);
            const { sessions, users } = await applications.counts(idOf(ctx));
            answer(ctx, routes.showApplication, { ...application, live: { sessions, users } });
        },
        async changeApplication(ctx) {
            const { description, problems } = readDescription(bodyOf(ctx), describedNames);
            requireNone(problems);
            const { warnings } = await applications.change(idOf(ctx), changesOf(description), personOf(ctx).actor);
            answer(ctx, routes.changeApplication, { ...(await present(ctx)), warnings: warnings.map(wireText) });
        },
        async deleteApplication(ctx) {
            await applications.remove(idOf(ctx), personOf(ctx).actor);
            ctx.status = 204;
        },
        async disableApplication(ctx) {
            await applications.disable(idOf(ctx), personOf(ctx).actor);
            answer(ctx, routes.disableApplication, await present(ctx));
        },
        async enableApplication(ctx) {
            await applications.enable(idOf(ctx), personOf(ctx).actor);
            answer(ctx, routes.enableApplication, await present(ctx));
        },
        async endApplicationSessions(ctx) {
            await applications.endSessions(idOf(ctx), personOf(ctx).actor);
            ctx.status = 204;
        },
        /** What `lifetimes` would end, in place of those it has; null: it overrides nothing. */
        async previewApplicationLifetimes(ctx) {
            const { id } = await applications.require(idOf(ctx));
            const { lifetimes } = readBody(ctx, routes.previewApplicationLifetimes);
            const ends = await applications.previewLifetimes(id, lifetimes);
            answer(ctx, routes.previewApplicationLifetimes, { ends });
        },
        async listApplicationSecrets(ctx) {
            const found = await secretChanges.list(idOf(ctx));
            answer(ctx, routes.listApplicationSecrets, {
                results: found.map(({ id, hint, createdAt, expiresAt, lastUsedAt }) => ({
                    id,
                    hint,
                    created_at: presentTime(createdAt),
                    expires_at: presentTime(expiresAt),
                    last_used_at: presentTime(lastUsedAt),
                })),
            });
        },
        /** `overlap`: how long the one before stays good, in seconds or as text such as `1d`; not at all where it is not said. */
        async rotateApplicationSecret(ctx) {
            const overlapSeconds = readOverlap(readBody(ctx, routes.rotateApplicationSecret).overlap);
            const secret = await secretChanges.rotate(idOf(ctx), { overlapSeconds }, personOf(ctx).actor);
            ctx.set('Cache-Control', 'no-store');
            const given = { client_id: idOf(ctx), client_secret: secret, client_secret_expires_at: 0 };
            answer(ctx, routes.rotateApplicationSecret, given);
        },
        async endApplicationSecret(ctx) {
            await secretChanges.end(idOf(ctx), ctx.params.secret, personOf(ctx).actor);
            ctx.status = 204;
        },
    };
}
function idOf(ctx) {
    return ctx.params.id;
}
function changesOf({ id: _, secret: __, ...changes }) {
    return changes;
}
/** @throws invalid_fields */
function requireNone(problems) {
    if (Object.keys(problems).length > 0)
        throw refuseFields(problems);
}
/** @throws invalid_fields */
function readOverlap(value) {
    if (value === undefined)
        return 0;
    const seconds = typeof value === 'string' ? parseDuration(value) : value;
    if (typeof seconds !== 'number')
        throw refuseField('overlap', 'policy_not_duration');
    return seconds;
}
//# sourceMappingURL=applications.js.map