import { lifetimeNames } from '../../../policy/application-metadata.js';
import { readPolicyValue } from '../../../policy/policy-values.js';
import { browserUserOf } from '../../handler.js';
import { problemsOf, typedIn } from '../fields.js';
import { gathered } from './application-form.js';
import { createApplicationView } from './application-view.js';
import { policyProblemText, titleOf, valueText } from './policy-texts.js';
import { countText } from './role-texts.js';
export function createApplicationLifetimePages(deps) {
    const { pages, applications, policy } = deps;
    const show = createApplicationView(deps);
    const found = (ctx) => applications.require(ctx.params.id ?? '');
    /** Shows the form again with what is wrong. */
    const again = (ctx, application, problems) => show(ctx, application, { values: typedIn(ctx, lifetimeNames), problems }, 'lifetimes');
    /** As they were typed, and what is wrong with each. */
    function read(ctx) {
        const frame = pages.frameOf(ctx);
        const typed = typedIn(ctx, lifetimeNames);
        const lifetimes = {};
        const problems = {};
        for (const name of lifetimeNames) {
            const text = typed[name].trim();
            if (text === '')
                continue;
            const value = readPolicyValue(name, text);
            const problem = policyProblemText(name, value, frame);
            if (problem === null)
                lifetimes[name] = value;
            else
                problems[name] = problem;
        }
        return { lifetimes, problems };
    }
    return {
        async weighApplicationLifetimes(ctx) {
            const application = await found(ctx);
            const frame = pages.frameOf(ctx);
            const { lifetimes, problems } = read(ctx);
            const before = application.metadata.lifetimes ?? {};
            const changed = lifetimeNames.filter(name => before[name] !== lifetimes[name]);
            if (Object.keys(problems).length > 0)
                return await again(ctx, application, problems);
            if (changed.length === 0)
                return await again(ctx, application, { non_field_errors: frame.t('policies.nothingChanged') });
            const said = (name, own) => valueText(name, own ?? policy()[name], frame);
            const { sessions, users } = await applications.previewLifetimes(application.id, Object.keys(lifetimes).length > 0 ? lifetimes : null);
            const path = `/admin/applications/${encodeURIComponent(application.id)}`;
            await pages.show(ctx, 'admin/application-lifetimes', {
                title: frame.t('application.lifetimePreview'),
                crumbs: [
                    { label: frame.t('nav.applications'), href: '/admin/applications' },
                    { label: application.name, href: path },
                ],
                application: { id: application.id, name: application.name },
                changes: changed.map(name => ({
                    name,
                    title: titleOf(name, frame),
                    before: said(name, before[name]),
                    after: said(name, lifetimes[name]),
                })),
                ends: { count: sessions.count, sessions: countText(sessions, frame), users: countText(users, frame) },
                hidden: Object.fromEntries(lifetimeNames.map(name => [name, String(typedIn(ctx, [name])[name])])),
            });
        },
        async saveApplicationLifetimes(ctx) {
            const application = await found(ctx);
            const { t } = pages.frameOf(ctx);
            const { lifetimes, problems } = read(ctx);
            if (Object.keys(problems).length > 0)
                return await again(ctx, application, problems);
            try {
                const own = Object.keys(lifetimes).length > 0 ? lifetimes : null;
                await applications.change(application.id, { metadata: { lifetimes: own } }, browserUserOf(ctx).actor);
            }
            catch (error) {
                const told = gathered(problemsOf(error, pages.frameOf(ctx)));
                return await again(ctx, application, { non_field_errors: Object.values(told).join(' ') });
            }
            await pages.tell(ctx, { tone: 'good', text: t('application.saved', { name: application.name }) });
            pages.go(ctx, `/admin/applications/${encodeURIComponent(application.id)}?tab=lifetimes`);
        },
    };
}
//# sourceMappingURL=application-lifetimes.js.map