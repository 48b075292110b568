import { isUnseen } from '../../../policy/application-metadata.js';
import { browserUserOf } from '../../handler.js';
import { webAddress } from '../paths.js';
import { scopeTexts } from '../scope-texts.js';
/** What may act for me, with which rights, and how to take it back. */
export function createOwnApplicationPages({ pages, consents }) {
    return {
        async ownApplicationsPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t } = frame;
            const found = await consents.listOf(browserUserOf(ctx).userId);
            const applications = found.map(one => presentLetIn(one, frame));
            await pages.show(ctx, 'account/applications', {
                title: t('letIn.title'),
                lead: t('letIn.lead'),
                applications,
            });
        },
        async withdrawOwnApplication(ctx) {
            const t = pages.translate(ctx);
            const { userId, actor } = browserUserOf(ctx);
            const { name } = await consents.withdraw(userId, ctx.params.id, actor);
            await pages.tell(ctx, { tone: 'good', text: t('letIn.withdrawn', { application: name }) });
            pages.go(ctx, '/account/applications');
        },
    };
}
export function presentLetIn({ application, since, rights, sessions, lastUsedAt }, frame) {
    const { id, name, metadata } = application;
    return {
        id,
        name,
        site: webAddress(metadata.client_uri),
        isFirstParty: since === null,
        isUnseen: isUnseen(application),
        since,
        rights: scopeTexts(rights, frame),
        sessions,
        lastUsedAt,
    };
}
//# sourceMappingURL=applications.js.map