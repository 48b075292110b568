// What the audit log says of a change, as a line of the process's log: who did what to what, from where. The values stay in
// the audit log, where they are kept and read by right.
import { nameOf, originOf } from '../policy/actor.js';
import { auditActions } from '../policy/audit.js';
export function createAuditLines({ log }) {
    return (actor, { action, subject }) => {
        // A refused sign-in has its line already, with the reason; the entry follows a moment later.
        if (action === 'sign_in_failed')
            return;
        const { subject: about, what } = auditActions[action];
        const { address, requestId } = originOf(actor) ?? {};
        log.info({ action, about, id: subject, actor: nameOf(actor).slice(0, 100), address, requestId }, what);
    };
}
//# sourceMappingURL=audit-lines.js.map