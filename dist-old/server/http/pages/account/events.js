import { nameDevice } from '../../../identity/devices/device-name.js';
import { browserUserOf } from '../../handler.js';
import { readSize, readWhole } from '../query.js';
/** What happened to my account, as the audit log has it: what I did, and what others did to me. */
export function createEventPages({ pages, auditLog }) {
    return {
        async eventsPage(ctx) {
            const t = pages.translate(ctx);
            const { userId } = browserUserOf(ctx);
            const before = readWhole(ctx, 'before', Number.MAX_SAFE_INTEGER);
            const { results, next } = await auditLog.ofPerson(userId, before, readSize(ctx));
            const events = results.map(entry => presentEvent(entry, userId));
            const data = { title: t('events.title'), lead: t('events.lead'), events, next };
            await pages.show(ctx, 'account/events', data);
        },
    };
}
function presentEvent({ seq, createdAt, action, actor, address, userAgent }, userId) {
    // Whoever tried a wrong password may have been anybody; from where is the person's to know.
    const told = actor === `user:${userId}` || action === 'sign_in_failed';
    return {
        seq,
        at: createdAt,
        action,
        /** Whoever else it was, '' for the person; nobody is named. */
        by: told ? '' : kindOf(actor),
        address: told ? address : '',
        device: told && userAgent !== '' ? nameDevice(userAgent).name : '',
    };
}
function kindOf(actor) {
    if (actor.startsWith('user:'))
        return 'administrator';
    return actor.startsWith('operator:') ? 'operator' : 'system';
}
//# sourceMappingURL=events.js.map