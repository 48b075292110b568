// What an application's own token is for (RFC 6749 §4.4): like a session's (session-scope.ts), but nobody stands behind it, so
// of scopes it has those of resource servers alone, and not those that act for a person.
import { resourceMeant, scopeWordsOf } from '../protocol/scopes.js';
/** They act for whoever is signed in. */
const ofPersons = new Set(['darvoza:account', 'darvoza:admin']);
/**
 * @param servers that are active now
 * @param otherwise the audience of a token that has no scope of any of them
 */
export function programTarget({ scope, resources }, { scope: ownScope = '' }, servers, otherwise) {
    const known = new Set(servers.flatMap(server => server.scopes).filter(word => !ofPersons.has(word)));
    const may = scopeWordsOf(ownScope).filter(word => known.has(word));
    // RFC 6749 §3.3: what it may have where it asks for nothing.
    const wanted = scope === undefined ? may : scopeWordsOf(scope);
    if (wanted.some(word => !may.includes(word)))
        return { refused: 'invalid_scope' };
    const ofServer = (server) => wanted.filter(word => server.scopes.includes(word));
    const forServer = (server) => ({ audience: server.resource, scope: ofServer(server).join(' ') });
    const [named, ...others] = resources;
    if (others.length > 0)
        return { refused: 'invalid_target', why: 'one_resource_at_a_time' };
    if (named !== undefined) {
        const meant = resourceMeant(named, servers.map(one => one.resource));
        const server = servers.find(one => one.resource === meant);
        return server && ofServer(server).length > 0 ? forServer(server) : { refused: 'invalid_target' };
    }
    const candidates = servers.filter(server => ofServer(server).length > 0);
    if (candidates.length === 0)
        return { audience: otherwise, scope: '' };
    const server = candidates.length === 1 ? candidates[0] : candidates.find(one => one.resource === otherwise);
    // RFC 8707 §2.1: better none than a token for nobody.
    return server ? forServer(server) : { refused: 'invalid_target', why: 'resource_unnamed' };
}
//# sourceMappingURL=program-scope.js.map