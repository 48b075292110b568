import { foldEras } from '../../policy/eras.js';
import { readPolicy } from '../../policy/policies.js';
import { areAlike, nextVersion, setSince, whyNotNext, whyNotValues, } from '../../policy/policy-change.js';
import { readVersions, undoing } from '../../policy/policy-version.js';
import { refuse, refuseField, refuseFields } from '../../protocol/errors.js';
import { problem } from '../../protocol/problems.js';
export function createPolicies({ database, policyVersionStore, policyPreview, policyWriting, rights }) {
    async function preview(actor, make) {
        const inUse = readVersions(await policyVersionStore.inUse(database));
        const seesSessions = await rights.may(database, actor, 'darvoza:sessions:read');
        return policyPreview.preview(inUse, await make(inUse), seesSessions);
    }
    /** @throws not_found, invalid_fields, policy_conflict */
    async function requireUndoing(tx, inUse, named, apply) {
        const undoes = named ?? inUse.at(-1).version;
        const values = await requireBefore(tx, undoes);
        requireValues(values, apply);
        const made = nextVersion(inUse, { values, apply, undoes });
        const problems = whyNotNext(made);
        if (problems.length > 0)
            throw conflict(problem('undo_contradicts', { version: undoes, problems }));
        if (areAlike(foldEras(inUse), made.eras))
            throw conflict(problem('nothing_to_undo', { version: undoes }));
        return made;
    }
    /** What a version has changed, as it was before. */
    async function requireBefore(tx, version) {
        if (version === 1)
            throw refuseField('version', 'first_version');
        const written = version > 1 ? await policyVersionStore.since(tx, version - 1) : [];
        if (written.length < 2)
            throw refuse('not_found', { problem: problem('unknown_version', { version }) });
        const found = undoing(readVersions(written));
        if ('values' in found)
            return found.values;
        throw conflict(problem('undo_conflict', { conflicts: found.conflicts.map(one => problem('set_again', one)) }));
    }
    /** What was changed since somebody looked is not written over. */
    async function requireUntouched(tx, values, seen) {
        const [known, ...newer] = readVersions(await policyVersionStore.since(tx, seen));
        if (known?.version !== seen)
            throw refuseField('version', 'no_such_version');
        const found = setSince(newer, Object.keys(values));
        if (found)
            throw conflict(problem('set_since', found));
    }
    async function settingIn(tx, inUse, values, { apply = 'refresh', seen }) {
        if (seen !== undefined)
            await requireUntouched(tx, values, seen);
        return requireNext(inUse, { values: values, apply, undoes: null });
    }
    return {
        async show() {
            return read((await policyVersionStore.latest(database)));
        },
        /** The newest first, those below a version. */
        async versions(page) {
            // One more: what a version changed is told by the one before it.
            const found = await policyVersionStore.list(database, { ...page, limit: page.limit + 1 });
            return found.slice(0, page.limit).map((record, index) => listed(record, found[index + 1] ?? null));
        },
        /**
         * What a change would end, and what it would leave. Changes nothing.
         * @throws invalid_fields
         */
        async preview(values, actor, apply = 'refresh') {
            requireValues(values, apply);
            return preview(actor, inUse => requireNext(inUse, { values: values, apply, undoes: null }));
        },
        /** The same of an undoing. @throws like `undo` */
        previewUndo: (named, actor, apply = 'refresh') => preview(actor, inUse => requireUndoing(database, inUse, named, apply)),
        /**
         * Writes a new version.
         * @throws invalid_fields, policy_conflict, permission_denied; nothing has changed then
         */
        async set(values, actor, reason, how = {}) {
            requireValues(values, how.apply ?? 'refresh');
            return read(await policyWriting.write(actor, reason, (tx, inUse) => settingIn(tx, inUse, values, how)));
        },
        /** The same in a transaction that may do more; see PolicyWriting.writeIn. */
        async setIn(tx, change, values, actor, reason, how = {}) {
            requireValues(values, how.apply ?? 'refresh');
            const make = (_, inUse) => settingIn(tx, inUse, values, how);
            return read(await policyWriting.writeIn(tx, change, actor, reason, make));
        },
        /**
         * Takes back what one version changed, the last one if none is named, as a new version: for everybody who had it.
         * @throws not_found, invalid_fields, policy_conflict, permission_denied
         */
        async undo(named, actor, reason, apply = 'refresh') {
            return read(await policyWriting.write(actor, reason, (tx, inUse) => requireUndoing(tx, inUse, named, apply)));
        },
    };
}
function requireValues(values, apply) {
    const fields = whyNotValues(values, apply);
    if (Object.keys(fields).length > 0)
        throw refuseFields(fields);
}
function requireNext(inUse, change) {
    const made = nextVersion(inUse, change);
    const problems = whyNotNext(made);
    if (problems.length > 0)
        throw refuseFields({ non_field_errors: problems });
    return made;
}
function conflict(problem) {
    return refuse('policy_conflict', { problem });
}
function read(record, before = null) {
    const { actor, reason, createdAt, settledAt } = record;
    const { settled: _, ...version } = readVersions(before ? [before, record] : [record]).at(-1);
    return { ...version, actor, reason, since: createdAt, settledAt };
}
function listed(record, before) {
    const { policy, ...version } = read(record, before);
    const earlier = before && readPolicy(before.policy);
    const changes = earlier ? version.changed.map(name => ({ name, before: earlier[name], after: policy[name] })) : [];
    return { ...version, changes };
}
//# sourceMappingURL=policies.js.map