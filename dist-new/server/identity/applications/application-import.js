import { withDefaults } from '../../policy/application-defaults.js';
import { describedNames, givenMetadata, kindOf, readDescription, } from '../../policy/application-description.js';
import { ownApplicationId } from '../../policy/application-metadata.js';
import { Refusal } from '../../protocol/errors.js';
import { isJsonObject } from '../../protocol/json.js';
import { problem } from '../../protocol/problems.js';
import { isDuplicate } from '../../storage/database.js';
import { applicationIdProblem } from './application-check.js';
import { givenSecretProblem } from './application-secrets.js';
import { isSameResource } from './application-writing.js';
import { ImportProblems } from './import-problems.js';
const names = ['client_id', 'client_secret', ...describedNames];
export function createApplicationImport(deps) {
    const { database, applicationStore, applications, applicationCheck, secretChanges, changes } = deps;
    /** @returns all entries, with everything that is wrong with any of them */
    async function readAll(given, origin) {
        const found = [];
        const entries = [];
        for (const [index, value] of given.entries()) {
            if (!isJsonObject(value)) {
                found.push({ index, id: null, fields: { non_field_errors: [problem('not_json_object')] } });
                continue;
            }
            const { description, problems } = readDescription(value, names);
            const entry = entryOf(description);
            const fields = {
                ...(await checked(entry, origin)),
                ...twice(entry, entries),
                ...secretProblems(description, entry),
                ...problems,
            };
            if (Object.keys(fields).length > 0)
                found.push({ index, id: description.id ?? null, fields });
            entries.push(entry);
        }
        if (found.length > 0)
            throw new ImportProblems(found);
        return entries;
    }
    async function checked({ input, secret }, origin) {
        const { id, name, kind, metadata, resource = null, resourceScopes = [] } = input;
        if (id === ownApplicationId)
            return { client_id: [problem('application_built_in')] };
        const described = { id, name, kind, origin, metadata, resource, resourceScopes };
        // Whether it is there already is asked when it is written: other servers may be reading the same file.
        const { problems } = await applicationCheck.check(database, { ...described, isGivenSecret: !!secret });
        const ofId = applicationIdProblem(id);
        return ofId ? { ...problems, client_id: [ofId] } : problems;
    }
    async function writeOne({ input, secret }, { origin, actor, makesSecrets }) {
        const { id } = input;
        return changes.run(actor, async (tx, change) => {
            await applicationStore.lock(tx, id);
            const before = await applicationStore.find(tx, id);
            if (!before) {
                const made = await applications.createIn(tx, change, input, origin, actor, secret ?? makesSecrets);
                return { id, outcome: 'created', secret: secret ? null : made.secret, warnings: made.warnings };
            }
            if (before.deletedAt !== null)
                return { id, outcome: 'deleted', secret: null, warnings: [] };
            const { name, kind, metadata, resource = null, resourceScopes = [] } = input;
            const wanted = { name, kind, origin, metadata, resource, resourceScopes };
            const saved = await applications.changeIn(tx, change, before, wanted, actor, secret !== undefined);
            const isNewSecret = secret !== undefined && (await secretChanges.takeIn(tx, change, id, secret));
            const isChanged = isNewSecret || saved.application.version !== before.version;
            return { id, outcome: isChanged ? 'changed' : 'unchanged', secret: null, warnings: saved.warnings };
        });
    }
    return {
        /** @throws ImportProblems with all that is wrong, before anything is written; database_unavailable */
        async run(given, options) {
            const entries = await readAll(given, options.origin);
            const done = new Map();
            // Those that have scopes come before those that ask for them.
            for (const entry of [...entries].sort((a, b) => Number(!a.input.resource) - Number(!b.input.resource)))
                done.set(entry.input.id, await orAgain(() => writeOne(entry, options)));
            return entries.map(({ input }) => done.get(input.id));
        },
    };
}
/** Another server that starts may have made it in between: then it is there, and most likely as it shall be. */
async function orAgain(work) {
    try {
        return await work();
    }
    catch (error) {
        const isTaken = error instanceof Refusal && error.details.fields?.client_id?.some(one => one.code === 'application_id_taken');
        if (!isTaken && !isDuplicate(error))
            throw error;
        return work();
    }
}
function entryOf(description) {
    const { id = '', secret, name = id, kind = kindOf(description), resource, resourceScopes } = description;
    const metadata = withDefaults(kind, givenMetadata(description.metadata));
    return { input: { id, name, kind, metadata, resource, resourceScopes }, secret };
}
/** What stands in the file before it. */
function twice({ input }, before) {
    const fields = {};
    if (input.id !== '' && before.some(one => one.input.id === input.id))
        fields.client_id = [problem('given_twice')];
    const { resource } = input;
    if (resource && before.some(one => one.input.resource && isSameResource(one.input.resource, resource)))
        fields.resource = [problem('application_resource_taken')];
    return fields;
}
function secretProblems({ id, secret }, { input }) {
    const fields = {};
    if (id === undefined)
        fields.client_id = [problem('required')];
    const found = secret === undefined ? null : givenSecretProblem(secret, input.metadata);
    if (found)
        fields.client_secret = [found];
    return fields;
}
//# sourceMappingURL=application-import.js.map