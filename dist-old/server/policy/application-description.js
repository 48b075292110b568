// An application as programs, files and the command line write it: the names of RFC 7591, and ours. Read and written here,
// so that what one gives back the other takes.
import { problem } from '../protocol/problems.js';
import { applicationKinds, applicationMetadata, } from './application-metadata.js';
export const metadataNames = Object.keys(applicationMetadata.shape);
/** What describes it beside its metadata, and may be changed. */
export const describedNames = ['client_name', 'kind', 'resource', 'resource_scopes', ...metadataNames];
const text = value => (typeof value === 'string' ? null : problem('not_string'));
const readers = {
    client_id: text,
    client_secret: text,
    client_name: text,
    kind: value => applicationKinds.some(kind => kind === value) ? null : problem('not_one_of', { choices: applicationKinds }),
    resource: value => (value === null ? null : text(value)),
    // What stands in it is judged with the rules.
    resource_scopes: value => (Array.isArray(value) ? null : problem('not_texts')),
};
/**
 * Reads the shape; what the values are worth the rules say.
 * @param names that may be there
 */
export function readDescription(given, names) {
    const problems = {};
    for (const [name, value] of Object.entries(given)) {
        const found = names.includes(name) ? readers[name]?.(value) : problem('unknown_field');
        if (found)
            problems[name] = [found];
    }
    const read = (name) => (problems[name] ? undefined : given[name]);
    const metadata = Object.entries(given).filter(([name]) => metadataNames.some(one => one === name));
    return {
        description: {
            id: read('client_id'),
            secret: read('client_secret'),
            name: read('client_name'),
            kind: read('kind'),
            resource: read('resource'),
            resourceScopes: read('resource_scopes'),
            metadata: Object.fromEntries(metadata),
        },
        problems,
    };
}
/** What it most likely is, where nobody says. */
export function kindOf({ resource, metadata }) {
    const { grant_types, redirect_uris, application_type, token_endpoint_auth_method } = metadata;
    if (grant_types?.length === 1 && grant_types[0] === 'client_credentials')
        return 'machine';
    if (resource && !redirect_uris)
        return 'resource_server';
    if (application_type === 'native')
        return 'native';
    return token_endpoint_auth_method === 'none' ? 'browser' : 'web';
}
/** Without the members that are null: for a new one there is nothing to be taken away. */
export function givenMetadata(metadata) {
    return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null && value !== undefined));
}
//# sourceMappingURL=application-description.js.map