// What the tokens of a session are for: one resource server, and of what was granted the scopes that belong to it.
import { refuse } from '../protocol/errors.js';
import { resourceMeant } from '../protocol/scopes.js';
import { scopeWords, standardScopes } from './application-metadata.js';
/** @param active resource servers that are active now; our own row has no identifier and goes by the issuer */
export function resourceServersOf(active, issuer) {
    return active.map(({ resource, resourceScopes }) => ({
        resource: resource ?? issuer,
        scopes: resourceScopes.map(scope => scope.name),
    }));
}
/**
 * Of the scopes that were granted, a token says those that the application may still have and the resource server still
 * knows: of the one that was named, or of the only one whose scopes were granted; beside them the standard ones.
 * @param servers that are active now
 * @param otherwise the audience of a token that is for none of them
 */
export function targetOf(session, { scope: ownScope = '' }, servers, otherwise) {
    const may = new Set(scopeWords(ownScope));
    const granted = scopeWords(session.scope).filter(word => may.has(word));
    const [named, ...others] = session.resources;
    const candidates = named !== undefined && others.length === 0
        ? servers.filter(server => server.resource === named)
        : servers.filter(server => (named === undefined || session.resources.includes(server.resource)) &&
            server.scopes.some(scope => granted.includes(scope)));
    const server = candidates.length === 1 ? candidates[0] : undefined;
    const known = new Set([...standardScopes, ...(server?.scopes ?? [])]);
    // Named, and no resource server any more: nobody else is given what was meant for it.
    const audience = server?.resource ?? (others.length === 0 ? named : undefined) ?? otherwise;
    return { audience, scope: granted.filter(word => known.has(word)).join(' ') };
}
export const isAskedFor = ({ scope, resource = [] }) => scope !== undefined || resource.length > 0;
/**
 * What was granted, as far as a token request asks for it: that narrows one token, and never the session.
 * @param servers that are active now
 * @throws invalid_scope (RFC 6749 §6: more than was granted), invalid_target (RFC 8707 §2.2: not one of those that the grant
 *   is for; also two at once, as a token has one audience)
 */
export function narrowed(granted, { scope, resource: [asked, ...others] = [] }, servers) {
    const had = scopeWords(granted.scope);
    const words = scope === undefined ? had : [...new Set(scopeWords(scope))];
    if (words.some(word => !had.includes(word)))
        throw refuse('invalid_scope');
    if (asked === undefined)
        return { scope: words.join(' '), resources: granted.resources };
    const named = granted.resources;
    const may = servers.filter(server => named.length > 0 ? named.includes(server.resource) : server.scopes.some(word => had.includes(word)));
    const meant = resourceMeant(asked, may.map(server => server.resource));
    if (meant === undefined || others.length > 0)
        throw refuse('invalid_target');
    return { scope: words.join(' '), resources: [meant] };
}
//# sourceMappingURL=session-scope.js.map