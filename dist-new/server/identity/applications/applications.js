import { usesSecret, withDefaults } from '../../policy/application-defaults.js';
import { ownApplicationId, } from '../../policy/application-metadata.js';
import { saysItself } from '../../policy/own-description.js';
import { refuseField, refuseFields } from '../../protocol/errors.js';
import { canonical } from '../../protocol/json.js';
import { problem } from '../../protocol/problems.js';
import { isDuplicate } from '../../storage/database.js';
import { auditedChange, auditedWhole } from './audited.js';
import { publicApplication } from './public-application.js';
/** What may be changed of our own application: the house needs the rest as it is. */
const changeableOfOwn = ['lifetimes', 'client_uri', 'policy_uri', 'tos_uri', 'contacts'];
export function createApplications(deps) {
    const { applicationStore, applicationWriting, applicationSecrets, applicationCheck, applicationRights } = deps;
    const { applicationList, changes, random, now } = deps;
    const { lock, lockOther } = applicationRights;
    /**
     * What was changed of it, in a transaction that may do more; nothing is written where nothing differs.
     * @throws not_found, permission_denied, invalid_fields
     */
    async function changeIn(tx, change, before, wanted, actor, isGivenSecret = false) {
        const after = { ...before, ...wanted };
        if (before.id === ownApplicationId)
            requireHarmless(before, after);
        const warnings = await applicationCheck.require(tx, { ...after, isGivenSecret });
        await applicationRights.require(tx, actor, before, after);
        const told = auditedChange(before, after);
        if (told === null)
            return { application: publicApplication(before), warnings };
        // Otherwise one that was retired would prove it again, once it proves itself by secrets again.
        if (usesSecret(before.metadata) && !usesSecret(after.metadata) && before.id !== ownApplicationId) {
            await applicationStore.deleteSecrets(tx, before.id);
            await change.record('secret_rotated', { subject: before.id });
        }
        change.note({ action: 'application_changed', subject: before.id, ...told });
        await applicationWriting.change(tx, change, before.id, wanted);
        return { application: publicApplication({ ...after, version: before.version + 1 }), warnings };
    }
    /**
     * @param input with whatever its kind has where nothing is said
     * @param given its secret, or whether one is made where it proves itself by one
     * @throws invalid_fields, permission_denied
     */
    async function createIn(tx, change, input, origin, actor, given = true) {
        const { id, name, kind, metadata, resource = null, resourceScopes = [], registrationTokenHash = null } = input;
        const row = { id, name, kind, origin, active: true, createdAt: now(), registrationTokenHash };
        const application = { ...row, metadata, resource, resourceScopes };
        const makesSecret = usesSecret(metadata) && given !== false;
        const warnings = await applicationCheck.require(tx, { ...application, isNew: true, isGivenSecret: makesSecret });
        await applicationRights.require(tx, actor, application);
        change.note({ action: 'application_created', subject: id, after: auditedWhole(application) });
        await applicationWriting.insert(tx, application);
        const secret = makesSecret
            ? await applicationSecrets.add(tx, id, 0, typeof given === 'string' ? given : undefined)
            : null;
        return {
            application: publicApplication({ ...application, version: 1, endedSeq: 0, deletedAt: null }),
            warnings,
            secret,
        };
    }
    /** Disabled or enabled, in a transaction that may do more. */
    async function setActiveIn(tx, change, id, active, actor) {
        const before = await lockOther(tx, id, actor);
        if (before.active === active)
            return;
        change.note({ action: active ? 'application_enabled' : 'application_disabled', subject: id });
        await applicationWriting.change(tx, change, id, { active });
    }
    async function removeIn(tx, change, id, actor) {
        const before = await lockOther(tx, id, actor);
        change.note({ action: 'application_deleted', subject: id, before: auditedWhole(before) });
        await applicationStore.deleteSecrets(tx, id);
        const nothing = {
            metadata: leftToTell(before.metadata),
            resource: null,
            resourceScopes: [],
            registrationTokenHash: null,
        };
        await applicationWriting.change(tx, change, id, { active: false, deletedAt: now(), ...nothing });
    }
    /** As a room hands them on. */
    const { page: list, ...looked } = applicationList;
    return {
        list,
        ...looked,
        changeIn,
        createIn,
        setActiveIn,
        removeIn,
        /** @throws invalid_fields with all that is wrong, permission_denied */
        async create(input, actor) {
            const id = input.id ?? idOf(input, random);
            const whole = { ...input, id, metadata: withDefaults(input.kind, input.metadata) };
            try {
                return await changes.run(actor, (tx, change) => createIn(tx, change, whole, 'administrator', actor));
            }
            catch (error) {
                throw isDuplicate(error) ? refuseFields({ client_id: [problem('application_id_taken')] }) : error;
            }
        },
        /** @throws not_found, invalid_fields with all that is wrong, permission_denied */
        change: (id, wanted, actor) => changes.run(actor, async (tx, change) => {
            const before = await lock(tx, id, actor);
            const { metadata, ...columns } = wanted;
            const given = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
            const merged = metadata && { metadata: mergedMetadata(before.metadata, metadata) };
            requireNotItsOwn(before, { ...before, ...given, ...merged });
            return changeIn(tx, change, before, { ...given, ...merged }, actor);
        }),
        /**
         * One that registered itself is an administrator's from then on: it can no longer change itself, and people are no
         * longer warned of it.
         * @param seen the version that somebody has looked at; undefined: whichever it is
         * @returns whether it was still that one; it is left alone where it has changed itself since
         * @throws not_found, permission_denied, invalid_fields where it has not registered itself
         */
        adopt: (id, actor, seen) => changes.run(actor, async (tx, change) => {
            const before = await lockOther(tx, id, actor);
            if (before.origin !== 'registration')
                throw refuseField('origin', 'not_registered_by_itself');
            if (seen !== undefined && before.version !== seen)
                return false;
            change.note({ action: 'application_adopted', subject: id });
            await changeIn(tx, change, before, { origin: 'administrator', registrationTokenHash: null }, actor);
            return true;
        }),
        /** Ends its sessions. @throws not_found, permission_denied */
        disable: (id, actor) => changes.run(actor, (tx, change) => setActiveIn(tx, change, id, false, actor)),
        /** Revives none of its sessions. @throws not_found, permission_denied */
        enable: (id, actor) => changes.run(actor, (tx, change) => setActiveIn(tx, change, id, true, actor)),
        /** Ends its sessions. The row stays, with its name and nothing else, so that its id is never used again. @throws not_found, permission_denied */
        remove: (id, actor) => changes.run(actor, (tx, change) => removeIn(tx, change, id, actor)),
        /** All of them at once, whatever their number. @throws not_found, permission_denied */
        endSessions: (id, actor) => changes.run(actor, async (tx, { record, note }) => {
            await lock(tx, id, actor);
            await record('application_ended', { subject: id });
            note({ action: 'application_sessions_ended', subject: id });
        }),
    };
}
/** Of our own row. @throws invalid_fields */
function requireHarmless(before, after) {
    const fields = {};
    const refused = [problem('application_built_in')];
    const names = new Set([...Object.keys(before.metadata), ...Object.keys(after.metadata)]);
    const differ = (a, b) => JSON.stringify(a) !== JSON.stringify(b);
    for (const name of names)
        if (!changeableOfOwn.includes(name) && differ(before.metadata[name], after.metadata[name]))
            fields[name] = refused;
    if (before.kind !== after.kind)
        fields.kind = refused;
    if (before.resource !== after.resource)
        fields.resource = refused;
    if (differ(before.resourceScopes, after.resourceScopes))
        fields.resource_scopes = refused;
    if (Object.keys(fields).length > 0)
        throw refuseFields(fields);
}
/** Of one that nobody here has looked at. @throws invalid_fields with what it says itself */
function requireNotItsOwn(before, after) {
    const refused = [problem(before.origin === 'document' ? 'said_by_document' : 'said_by_itself')];
    const said = ({ name, kind, metadata }) => ({ ...metadata, client_name: name, kind });
    const [was, is] = [said(before), said(after)];
    const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    const wrong = names.filter(name => saysItself(before.origin, name) && canonical(was[name]) !== canonical(is[name]));
    if (wrong.length > 0)
        throw refuseFields(Object.fromEntries(wrong.map(name => [name, refused])));
}
function mergedMetadata(before, changes) {
    const merged = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null && value !== undefined);
    return Object.fromEntries(merged);
}
/** Readable in logs and addresses; the random part keeps two of one name apart, and gives away nothing. */
function idOf({ name, kind }, random) {
    const words = name
        .normalize('NFKD')
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 40)
        .replace(/-+$/, '');
    return `${words || kind.replace('_', '-')}-${random(4).toString('hex')}`;
}
/** What ended with it is told to it all the same: by where, and signed as it has registered. */
function leftToTell({ backchannel_logout_uri: uri, id_token_signed_response_alg: algorithm }) {
    if (uri === undefined)
        return {};
    return { backchannel_logout_uri: uri, ...(algorithm && { id_token_signed_response_alg: algorithm }) };
}
//# sourceMappingURL=applications.js.map