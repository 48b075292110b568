import { isManual, manualTrigger, manualTriggers } from '../../policy/manual-revocation.js';
import { rightsOf } from '../../policy/permissions.js';
import { isUserId } from '../../protocol/claims.js';
import { refuseField } from '../../protocol/errors.js';
import { revocationList } from '../../storage/log-lists.js';
import { cursorIn, every, listed } from '../listing.js';
/** The log as an administrator reads it, and writes it by hand. */
export function createRevocationLog(deps) {
    const { database, revocationStore, logListStore, userStore, roleStore, applicationStore, rights, changes } = deps;
    /** Is there such a subject, and may the actor act on it? @throws invalid_fields, permission_denied */
    async function requireSubject(kind, tx, actor, subject) {
        if (kind !== 'all' && subject === '')
            throw refuseField('subject', 'blank');
        await requireOf[kind](tx, actor, subject);
    }
    const requireOf = {
        async token(_, __, subject) {
            if (!/^[\x21-\x7e]{8,190}$/.test(subject))
                throw refuseField('subject', 'not_token_id');
        },
        async user(tx, actor, subject) {
            const id = isUserId(subject) ? Number(subject) : null;
            if (id !== null)
                await userStore.lock(tx, id);
            const user = id === null ? null : await userStore.find(tx, id);
            if (!user)
                throw refuseField('subject', 'unknown_user', { name: subject });
            await rights.require(tx, actor, rightsOf(user));
        },
        async role(tx, actor, subject) {
            const role = await roleStore.lock(tx, subject);
            if (!role)
                throw refuseField('subject', 'unknown_role', { name: subject });
            await rights.require(tx, actor, new Set(role.permissions));
        },
        async application(tx, actor, subject) {
            if (!(await applicationStore.find(tx, subject)))
                throw refuseField('subject', 'unknown_application', { name: subject });
            // Its users may be administrators.
            await rights.require(tx, actor, 'everything');
        },
        async all(tx, actor, subject) {
            if (subject !== '')
                throw refuseField('subject', 'subject_of_all');
            await rights.require(tx, actor, 'everything');
        },
    };
    /** Newest first. @throws invalid_fields */
    async function page(filter, page) {
        const after = cursorIn(revocationList, page);
        const scanned = await logListStore.revocations.page(database, filter, { ...page, after });
        return listed(scanned, scanned.rows);
    }
    return {
        page,
        count: (filter) => logListStore.revocations.count(database, filter),
        every: (filter) => every(next => page(filter, next)),
        /** Could the actor write this now? What an entry by hand would be. @throws invalid_fields, permission_denied */
        async check(wanted, actor) {
            const { kind, trigger } = readWanted(wanted);
            await requireSubject(kind, database, actor, wanted.subject);
            return { kind, trigger };
        },
        /** Writes an entry by hand. @throws invalid_fields, permission_denied */
        async add(wanted, actor) {
            const { kind, trigger } = readWanted(wanted);
            const { subject, effect, why } = wanted;
            const userIds = kind === 'user' && isUserId(subject) ? [Number(subject)] : [];
            await changes.run(actor, async (tx, { record, note }) => {
                await requireSubject(kind, tx, actor, subject);
                await record(trigger, { subject });
                note({ action: 'revocation_added', subject: subject || 'everybody', after: { kind, effect, why } });
            }, { users: userIds, ...(kind === 'role' && { roles: [subject] }) });
            return (await revocationStore.latestOf(database, kind, subject));
        },
    };
}
/** @throws invalid_fields */
function readWanted({ kind, effect }) {
    if (!isManual(kind))
        throw refuseField('kind', 'not_one_of', { choices: Object.keys(manualTriggers) });
    const trigger = manualTrigger(kind, effect);
    if (trigger)
        return { kind, trigger };
    throw refuseField('effect', 'not_effect_of_kind', { effects: Object.keys(manualTriggers[kind]) });
}
//# sourceMappingURL=revocation-log.js.map