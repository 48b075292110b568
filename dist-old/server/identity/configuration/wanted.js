// What a file of configuration wants: of policies, roles and applications those that it names. What it does not name it has
// no say in; what it names is as it says, all of it.
import { withDefaults } from '../../policy/application-defaults.js';
import { describedNames, givenMetadata, kindOf, metadataNames, readDescription, } from '../../policy/application-description.js';
import { lifetimeNames, resourceScopesSchema, } from '../../policy/application-metadata.js';
import { formatDuration, parseDuration } from '../../policy/durations.js';
import { isJsonObject } from '../../protocol/json.js';
import { nearest } from '../../protocol/near.js';
import { problem } from '../../protocol/problems.js';
import { applicationStates } from '../../storage/application-lists.js';
import { stateOf } from '../applications/public-application.js';
/** What an entry of an application may have; `client_secret_env` is for who reads the file. */
export const entryNames = [...describedNames, 'state', 'client_secret_env'];
/**
 * The shape alone; what the values are worth the rules say.
 * @param given no other names than `entryNames`
 */
export function readEntry(id, { state = null, client_secret_env: _, ...given }, secret) {
    const { lifetimes, problems: ofLifetimes } = readLifetimes(given.lifetimes);
    const { description, problems } = readDescription({ ...given, ...(lifetimes && { lifetimes }) }, describedNames);
    const { name = id, kind = kindOf(description), resource = null, resourceScopes = [] } = description;
    const metadata = withDefaults(kind, givenMetadata(description.metadata));
    // In so many words: it has none, and not what its kind would give it.
    for (const one of metadataNames)
        if (given[one] === null)
            delete metadata[one];
    const isState = state === null || applicationStates.some(one => one === state);
    const ofState = isState ? {} : { state: [problem('not_one_of', { choices: applicationStates })] };
    // Their own names are asked for before the schema has its say.
    const read = resourceScopesSchema.safeParse(resourceScopes);
    const ofScopes = {};
    for (const { path, message } of read.error?.issues ?? [])
        ofScopes[['resource_scopes', ...path].join('.')] = [problem('application_metadata', { reason: message })];
    return {
        application: {
            ...{ name, kind, metadata, resource },
            resourceScopes: read.success ? resourceScopes : [],
            state: isState ? state : null,
            secret,
        },
        problems: { ...ofScopes, ...ofState, ...ofLifetimes, ...problems },
    };
}
/** In seconds, or as people write them. */
function readLifetimes(given) {
    if (!isJsonObject(given))
        return { lifetimes: null, problems: {} };
    const problems = {};
    const lifetimes = {};
    for (const [name, value] of Object.entries(given)) {
        const seconds = typeof value === 'string' ? parseDuration(value) : value;
        if (!lifetimeNames.some(one => one === name))
            problems[`lifetimes.${name}`] = [unknownLifetime(name)];
        else if (seconds === null)
            problems[`lifetimes.${name}`] = [problem('policy_not_duration')];
        else
            lifetimes[name] = seconds;
    }
    return { lifetimes, problems };
}
function unknownLifetime(name) {
    const near = nearest(name, lifetimeNames);
    const known = { known: lifetimeNames };
    return near === null ? problem('unknown_member', known) : problem('misspelt_member', { near, ...known });
}
/** As `readEntry` reads it, so that nothing differs. */
export function writeEntry(application) {
    const { name, kind, metadata, resource, resourceScopes, active } = application;
    const entry = { client_name: name, kind };
    if (!active)
        entry.state = stateOf({ active });
    if (resource !== null)
        entry.resource = resource;
    if (resourceScopes.length > 0)
        entry.resource_scopes = resourceScopes;
    const byKind = withDefaults(kind, metadata);
    for (const one of metadataNames) {
        if (metadata[one] !== undefined)
            entry[one] = one === 'lifetimes' ? writtenLifetimes(metadata) : metadata[one];
        // Somebody has taken it away.
        else if (byKind[one] !== undefined)
            entry[one] = null;
    }
    return entry;
}
function writtenLifetimes({ lifetimes = {} }) {
    return Object.fromEntries(Object.entries(lifetimes).map(([name, seconds]) => [name, formatDuration(seconds)]));
}
//# sourceMappingURL=wanted.js.map