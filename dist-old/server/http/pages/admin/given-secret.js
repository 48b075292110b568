import { problemText } from '../fields.js';
export function createGivenSecrets({ pages, snippets }) {
    return async function show(ctx, { application, secret, text, warnings = [], isNew }) {
        const { t } = pages.frameOf(ctx);
        const { id, name } = application;
        await pages.show(ctx, 'admin/given-secret', {
            title: name,
            crumbs: [{ label: t('nav.applications'), href: '/admin/applications' }],
            application: { id, name },
            secret,
            text,
            warnings: warnings.map(warning => problemText(warning, t)),
            snippets: snippets(application),
            isNew: isNew === true,
        });
    };
}
//# sourceMappingURL=given-secret.js.map