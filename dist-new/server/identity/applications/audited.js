import { canonical } from '../../protocol/json.js';
export function auditedWhole({ name, kind, origin, metadata, resource, resourceScopes }) {
    return {
        name,
        application_kind: kind,
        origin,
        ...metadata,
        ...(resource !== null && { resource }),
        ...(resourceScopes.length > 0 && { resource_scopes: resourceScopes }),
    };
}
/** What differs, before and after; null where nothing does. */
export function auditedChange(before, after) {
    const [was, is] = [auditedWhole(before), auditedWhole(after)];
    const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    const differing = names.filter(name => canonical(was[name]) !== canonical(is[name]));
    if (differing.length === 0)
        return null;
    const only = (values) => Object.fromEntries(differing.filter(name => values[name] !== undefined).map(name => [name, values[name]]));
    return { before: only(was), after: only(is) };
}
//# sourceMappingURL=audited.js.map