import { userOrders } from '../../identity/people/user-list.js';
import { auditSubjects } from '../../policy/audit.js';
import { refuseField } from '../../protocol/errors.js';
import { readAsked } from '../lists/filters.js';
import { auditFilters, revocationFilters } from '../lists/logs.js';
import { sessionFilters } from '../lists/sessions.js';
import { readParameter, readParameters } from '../wire/parameters.js';
export const userOrder = {
    order: { is: 'choice', of: userOrders, about: '`newest` where it is not said.' },
};
/** @throws invalid_fields, as all of these */
export function readUserOrder(ctx) {
    return readParameter(ctx, 'order', userOrder.order) ?? 'newest';
}
export const endedSessions = {
    all: { is: 'mark', about: 'Those that have ended as well; not together with `state`.' },
};
/** Those that live, unless a state or `all` is asked for. */
export function readSessionFilter(ctx) {
    const filter = readAsked(ctx, sessionFilters);
    const isAll = readParameter(ctx, 'all', endedSessions.all);
    if (isAll && filter.state !== undefined)
        throw refuseField('all', 'state_with_all');
    return { ...filter, state: filter.state ?? (isAll ? undefined : 'live') };
}
export function readRevocationFilter(ctx) {
    const filter = readAsked(ctx, revocationFilters);
    if (filter.subject !== undefined && filter.kind === undefined)
        throw refuseField('kind', 'subject_without_kind');
    return filter;
}
export const auditSubject = {
    subject_kind: { is: 'choice', of: auditSubjects, about: 'What an entry is about; together with `subject`.' },
    subject: { is: 'text', about: 'The id or name of what an entry is about; together with `subject_kind`.' },
};
export function readAuditFilter(ctx) {
    const { subject_kind: kind, subject: id } = readParameters(ctx, auditSubject);
    if ((kind === undefined) !== (id === undefined))
        throw refuseField(kind === undefined ? 'subject_kind' : 'subject', 'subject_incomplete');
    return { ...readAsked(ctx, auditFilters), subject: kind && id ? { kind, id } : undefined };
}
//# sourceMappingURL=filters.js.map