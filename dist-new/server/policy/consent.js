// What a user has to be asked before an application may have it. A scope is a word, and two resource servers may use the same
// one for different things: who agreed to `read` at one of them has not agreed to it at the other. So consent is kept by the
// resource server that a word belongs to, and asked for what the remembered one lacks.
import { standardScopes } from './application-metadata.js';
/** Where the standard scopes stand. */
const ofNoServer = '';
/**
 * Where each word belongs. A standard one to no resource server; any other to each of the named ones that has it, or, where
 * none is named, to each that has it: a token for any of them may say it later. A word that none of these has belongs
 * nowhere, is asked of nobody, and must not be granted.
 * @param servers that are active now
 */
export function scopesByServer({ scope, resources }, servers) {
    const words = [...new Set(scope)];
    const isStandard = (word) => standardScopes.includes(word);
    const meant = resources.length === 0 ? servers : servers.filter(({ resource }) => resources.includes(resource));
    return ordered([
        [ofNoServer, words.filter(isStandard)],
        ...meant.map(({ resource, scopes }) => [
            resource,
            words.filter(word => !isStandard(word) && scopes.includes(word)),
        ]),
    ]);
}
/** Of what is asked for, what was not agreed to. @param remembered null: nothing was */
export function lacking(asked, remembered) {
    return ordered(Object.entries(asked).map(([server, words]) => [
        server,
        words.filter(word => !(remembered && Object.hasOwn(remembered, server) && remembered[server].includes(word))),
    ]));
}
export function isNothing(scopes) {
    return Object.keys(scopes).length === 0;
}
/**
 * Whether a consent still covers what a code was given for, or what a token is to say; applications of our own
 * (`first_party`) are not asked about. Whoever issues a token for one resource server of a session that named none asks with
 * that one as `resources`: a server that came to know the word since was never agreed to.
 * @param consented null: there is none, or it was withdrawn
 */
export function covers(consented, asked, servers) {
    // Also where nothing is asked for: an application that the user has sent away gets no token at all.
    return consented !== null && isNothing(lacking(scopesByServer(asked, servers), consented));
}
/** Both together: what was agreed to before stays agreed to. */
export function merged(one, other) {
    const servers = [...new Set([...Object.keys(one ?? {}), ...Object.keys(other)])];
    const of = (scopes, server) => scopes && Object.hasOwn(scopes, server) ? scopes[server] : [];
    return ordered(servers.map(server => [server, [...new Set([...of(one, server), ...of(other, server)])]]));
}
/** Every word once, whichever resource server it is of. */
export function wordsIn(scopes) {
    return [...new Set(Object.values(scopes).flat())];
}
/** The resource servers that words belong to; standard ones belong to none. */
export function serversIn(scopes) {
    return Object.keys(scopes).filter(server => server !== ofNoServer);
}
/** Without servers that nothing is said of. */
function ordered(entries) {
    return Object.fromEntries(entries.filter(([, words]) => words.length > 0));
}
//# sourceMappingURL=consent.js.map