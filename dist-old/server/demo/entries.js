// The entries of a demo's audit log, as the server itself would have noted them.
import { auditedWhole } from '../identity/applications/audited.js';
import { noted } from '../tokens/audit-trail.js';
import { demoActor, endedBy, requestIdOf } from './history.js';
import { incidentRow } from './rows.js';
import { anOffice, anOfficesAgent } from './surroundings.js';
export function entryOf(event, history, seed) {
    const { before, after, subject, ...from } = tell[event.action](event, history);
    const note = { action: event.action, subject, ...(before && { before }), ...(after && { after }) };
    const requestId = from.address === '' ? '' : requestIdOf(seed, event);
    return { createdAt: event.at, ...from, requestId, ...noted(note) };
}
const fromNowhere = { actor: demoActor, address: '', userAgent: '' };
function fromSession(user, { address, device }) {
    return { actor: `user:${user.id}`, address, userAgent: device.userAgent };
}
/** By page, from the office; or by the command line. */
const fromBoss = ({ boss }) => boss === demoActor ? fromNowhere : { actor: boss, address: anOffice, userAgent: anOfficesAgent };
const aboutUser = (from, user) => ({ ...from, subject: String(user.id) });
const tell = {
    role_created: ({ more }) => {
        const { name, permissions } = more;
        return { ...fromNowhere, subject: name, after: { permissions } };
    },
    application_created({ more }) {
        const application = more;
        return { ...fromNowhere, subject: application.id, after: auditedWhole(application) };
    },
    user_imported: ({ user }) => ({
        ...aboutUser(fromNowhere, user),
        after: { username: user.username, roles: user.roles, permissions: [] },
    }),
    signed_in: ({ user, session }) => ({
        ...aboutUser(fromSession(user, session), user),
        after: { session: session.id, device: session.device.id, application: session.applicationId },
    }),
    sign_in_failed: ({ user, session, more }) => ({
        ...aboutUser(session ? fromSession(user, session) : fromNowhere, user),
        ...more,
        actor: 'system',
    }),
    signed_out: ({ user, session }) => ({
        ...fromSession(user, session),
        subject: session.id,
        before: { user: user.id, device: session.device.id },
    }),
    session_ended: ({ user, session }, { helper }) => {
        const by = endedBy(session, user, helper);
        const from = by === user ? session : (by.sessions.at(-1) ?? session);
        return {
            ...fromSession(by, from),
            subject: session.id,
            before: { user: user.id, device: session.device.id },
        };
    },
    device_ended: ({ user, session }) => {
        const { id, sessions } = session.device;
        const ended = sessions.filter(one => one.end?.why === 'device_ended').map(one => one.id);
        return { ...fromSession(user, session), subject: id, before: { user: user.id, sessions: ended } };
    },
    refresh_token_reused: ({ user, session }) => {
        const { address, userAgent, presentedGeneration, presentGeneration } = incidentRow(user, session);
        return {
            actor: 'system',
            address,
            userAgent,
            subject: session.id,
            before: { user: user.id, generation: presentGeneration, presented: presentedGeneration },
        };
    },
    password_changed: ({ user }) => aboutUser(fromSession(user, user.fate.keptBy), user),
    sessions_ended: ({ user }, history) => aboutUser(fromBoss(history), user),
    user_disabled: ({ user }, history) => aboutUser(fromBoss(history), user),
    user_deleted: ({ user }, history) => ({
        ...aboutUser(fromBoss(history), user),
        before: { roles: user.roles },
    }),
    policy_changed: ({ more }) => more,
};
//# sourceMappingURL=entries.js.map