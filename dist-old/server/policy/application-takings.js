// What a change of an application takes: tokens that say it, or that were given by it, are stale then.
import { scopeWords } from './application-metadata.js';
/**
 * Whether its own tokens may say, or rest on, what it has no more: a scope, a permission, a grant, what it exchanges tokens for, or people who could use it.
 * A grant counts, too: what client credentials gave has no session that a refresh could look at.
 */
export function takesOfItsOwn(before, after) {
    const lists = ({ metadata }) => [
        ...scopeWords(metadata.scope ?? '').map(scope => `scope ${scope}`),
        ...(metadata.permissions ?? []).map(permission => `permission ${permission}`),
        ...(metadata.grant_types ?? []).map(grant => `grant ${grant}`),
        ...(metadata.token_exchange ?? []).flatMap(exchanges),
    ];
    const left = new Set(lists(after));
    return lists(before).some(one => !left.has(one)) || requiresOthers(before, after);
}
/** By which rule it got what; a rule that asks for more takes what the former one gave to everybody. */
function exchanges({ resource, scope = [''], subject_scope: needed = [] }) {
    const by = [...needed].sort().join(' ');
    return scope.map(word => `exchange ${resource} ${word} by ${by}`);
}
/** Without required roles everybody may use it; with some, whoever has one of them. */
function requiresOthers({ metadata: before }, { metadata: after }) {
    const required = new Set(after.required_roles);
    if (required.size === 0)
        return false;
    const could = before.required_roles ?? [];
    return could.length === 0 || could.some(role => !required.has(role));
}
/**
 * Scopes that others may have been given for its resource, and that it offers no more: it lacks them, goes by another
 * identifier, or is disabled.
 */
export function takesOfAskers(before, after) {
    if (!before.active || before.resource === null)
        return [];
    const left = after.active && after.resource === before.resource ? new Set(after.resourceScopes.map(one => one.name)) : new Set();
    return before.resourceScopes.map(one => one.name).filter(name => !left.has(name));
}
//# sourceMappingURL=application-takings.js.map