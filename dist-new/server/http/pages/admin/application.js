import { saysItself } from '../../../policy/own-description.js';
import { browserUserOf } from '../../handler.js';
import { problemsOf, problemText, typedIn } from '../fields.js';
import { pathWith } from '../paths.js';
import { gathered, readMetadata, typedValues } from './application-form.js';
import { createApplicationView, formOf, overlaps } from './application-view.js';
import { createGivenSecrets } from './given-secret.js';
import { readScopes, typedRows } from './resource-form.js';
export function createOneApplicationPages(deps) {
    const { pages, applications, secretChanges } = deps;
    const show = createApplicationView(deps);
    const give = createGivenSecrets(deps);
    const found = (ctx) => applications.require(ctx.params.id ?? '');
    const pathOf = ({ id }, tab) => pathWith(`/admin/applications/${encodeURIComponent(id)}`, { tab });
    async function done(ctx, application, told, tab) {
        await pages.tell(ctx, { tone: 'good', text: pages.translate(ctx)(told, { name: application.name }) });
        pages.go(ctx, pathOf(application, tab));
    }
    /** Does something with the application, tells it on its page, and leads back there. */
    async function act(ctx, work, told, tab) {
        const application = await found(ctx);
        await work(application.id, browserUserOf(ctx).actor);
        await done(ctx, application, told, tab);
    }
    /** Saves a form of a tab; what is wrong with it is told beside it, and what one should know on the page after. */
    async function save(ctx, tab) {
        const application = await found(ctx);
        const form = formOf(application, tab);
        const isNamed = tab === 'settings' && !saysItself(application.origin, 'client_name');
        const name = isNamed ? typedIn(ctx, ['client_name']).client_name : application.name;
        try {
            const metadata = Object.fromEntries(Object.entries(readMetadata(ctx, form)).map(([member, value]) => [member, value ?? emptied(member)]));
            const changes = { metadata, ...(isNamed && { name: name.trim() }) };
            const { warnings } = await applications.change(application.id, changes, browserUserOf(ctx).actor);
            const { t } = pages.frameOf(ctx);
            const text = [t('application.saved', { name: name.trim() })];
            for (const warning of warnings)
                text.push(problemText(warning, t));
            await pages.tell(ctx, { tone: warnings.length > 0 ? 'warn' : 'good', text: text.join(' ') });
            pages.go(ctx, pathOf(application, tab));
        }
        catch (error) {
            const values = { ...typedValues(ctx, form), client_name: name };
            await show(ctx, application, { values, problems: problemsIn(ctx, error) }, tab);
        }
    }
    const problemsIn = (ctx, error) => gathered(problemsOf(error, pages.frameOf(ctx)));
    return {
        async applicationPage(ctx) {
            await show(ctx, await found(ctx));
        },
        saveApplicationPage: (ctx) => save(ctx, 'settings'),
        saveApplicationAccess: (ctx) => save(ctx, 'access'),
        async saveApplicationResource(ctx) {
            const application = await found(ctx);
            const { resource } = typedIn(ctx, ['resource']);
            try {
                const resourceScopes = readScopes(ctx, application.resourceScopes);
                const changes = { resource: resource.trim() || null, resourceScopes };
                await applications.change(application.id, changes, browserUserOf(ctx).actor);
            }
            catch (error) {
                const problems = problemsIn(ctx, error);
                return await show(ctx, application, { values: { resource }, problems, rows: typedRows(ctx) }, 'resource');
            }
            await done(ctx, application, 'application.saved', 'resource');
        },
        async newApplicationSecret(ctx) {
            const application = await found(ctx);
            const overlap = Number(typedIn(ctx, ['overlap']).overlap);
            const overlapSeconds = overlaps.find(seconds => seconds === overlap) ?? overlaps[0];
            let secret;
            try {
                secret = await secretChanges.rotate(application.id, { overlapSeconds }, browserUserOf(ctx).actor);
            }
            catch (error) {
                const problems = { non_field_errors: Object.values(problemsIn(ctx, error)).join(' ') };
                return await show(ctx, application, { values: {}, problems }, 'secrets');
            }
            const text = pages.translate(ctx)('application.secretMade', { name: application.name });
            await give(ctx, { application, secret, text });
        },
        retireApplicationSecret: (ctx) => act(ctx, (id, actor) => secretChanges.end(id, ctx.params.secret ?? '', actor), 'application.secretEnded', 'secrets'),
        disableApplicationPage: (ctx) => act(ctx, applications.disable, 'application.nowDisabled'),
        enableApplicationPage: (ctx) => act(ctx, applications.enable, 'application.nowEnabled'),
        endApplicationSessionsPage: (ctx) => act(ctx, applications.endSessions, 'application.allEnded'),
        async deleteApplicationPage(ctx) {
            const { id, name } = await found(ctx);
            await applications.remove(id, browserUserOf(ctx).actor);
            await pages.tell(ctx, { tone: 'good', text: pages.translate(ctx)('application.nowDeleted', { name }) });
            pages.go(ctx, '/admin/applications');
        },
    };
}
/** What is emptied is taken away; scopes of which none is left are none, and not those that its kind begins with. */
const emptied = (member) => (member === 'scope' ? '' : null);
//# sourceMappingURL=application.js.map