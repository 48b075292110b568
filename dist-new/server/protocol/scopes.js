// What scopes and resources are on the wire (RFC 6749 §3.3, RFC 8707 §2).
/** The words of a scope, each once, in the order in which they came. */
export function scopeWordsOf(scope) {
    return [...new Set(scope.split(' ').filter(Boolean))];
}
/**
 * The registered identifier that a `resource` means, or undefined. One trailing slash more or less is the same one: many
 * programs make an address with a path out of one that has none. A fragment is never part of one (RFC 8707 §2).
 */
export function resourceMeant(asked, known) {
    if (asked.includes('#'))
        return undefined;
    return known.find(one => one === asked) ?? known.find(one => withoutSlash(one) === withoutSlash(asked));
}
function withoutSlash(resource) {
    return resource.endsWith('/') ? resource.slice(0, -1) : resource;
}
//# sourceMappingURL=scopes.js.map