// How what a file wants differs from what is there. Pure: whoever shows it and whoever writes it reckon it alike, and what
// differs between the two has been changed by somebody else.
import { usesSecret } from '../../policy/application-defaults.js';
import { metadataNames } from '../../policy/application-description.js';
import { policyNames } from '../../policy/policies.js';
import { canonical } from '../../protocol/json.js';
import { stateOf } from '../applications/public-application.js';
/** @param prune of a section that is there also what it does not name */
export function differencesOf(present, wanted, prune) {
    return {
        policies: policyNames.flatMap(name => {
            const [before, after] = [present.policy[name], wanted.policies?.get(name)];
            return after === undefined || after === before ? [] : [{ name, before, after }];
        }),
        roles: wanted.roles ? rolesOf(present, wanted.roles, prune) : [],
        applications: wanted.applications ? applicationsOf(present, wanted.applications, prune) : [],
    };
}
export function areSame(one, other) {
    return canonical(one) === canonical(other);
}
export function isNothing({ policies, roles, applications }) {
    return policies.length + roles.length + applications.length === 0;
}
function rolesOf({ roles }, wanted, prune) {
    const found = [];
    const present = new Map(roles.map(role => [role.name, role]));
    for (const [name, permissions] of wanted) {
        const after = [...new Set(permissions)].sort();
        // As its row has them; one that was made by hand may have them in another order.
        const before = present.get(name)?.permissions.toSorted() ?? null;
        if (before === null)
            found.push({ name, act: 'create', before, after });
        else if (before.join() !== after.join())
            found.push({ name, act: 'change', before, after });
    }
    const left = prune ? roles.filter(role => !role.builtIn && !wanted.has(role.name)) : [];
    for (const { name, permissions } of left)
        found.push({ name, act: 'delete', before: permissions, after: null });
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
function applicationsOf({ applications, otherSecrets }, wanted, prune) {
    const found = [];
    for (const [id, one] of wanted) {
        const before = applications.get(id) ?? null;
        const after = whole(one, before);
        const members = membersOf(before, after);
        const isMade = before === null && one.secret === null && usesSecret(one.metadata);
        const secret = isMade ? 'made' : otherSecrets.has(id) ? 'given' : null;
        if (before === null || members.length > 0 || secret)
            found.push({ id, name: one.name, act: before ? 'change' : 'create', members, secret });
    }
    const own = [...applications.values()].filter(one => one.origin === 'administrator' && one.deletedAt === null);
    for (const { id, name } of prune ? own.filter(one => !wanted.has(one.id)) : [])
        found.push({ id, name, act: 'delete', members: [], secret: null });
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}
/** What the file says of it, and what it does not say as it is now. */
export function whole(wanted, before) {
    const { name, kind, metadata, resource, resourceScopes, state } = wanted;
    const active = state === null ? (before?.active ?? true) : state === 'active';
    return { name, kind, origin: 'administrator', active, metadata, resource, resourceScopes };
}
function membersOf(before, after) {
    const [was, is] = [before ? valuesOf(before) : {}, valuesOf(after)];
    return memberNames.flatMap(name => canonical(was[name]) === canonical(is[name]) ? [] : [{ name, before: was[name], after: is[name] }]);
}
const memberNames = ['client_name', 'kind', 'origin', 'state', 'resource', 'resource_scopes', ...metadataNames];
function valuesOf(application) {
    const { name, kind, origin, metadata, resource, resourceScopes } = application;
    return {
        ...{ client_name: name, kind, origin, state: stateOf(application) },
        ...(resource !== null && { resource }),
        ...(resourceScopes.length > 0 && { resource_scopes: resourceScopes }),
        ...metadata,
    };
}
//# sourceMappingURL=differences.js.map