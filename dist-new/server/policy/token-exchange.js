// What a token that an application was sent may be exchanged for (RFC 8693), so that it can call another resource server in
// the person's name. An administrator says it, one rule for each target; the person is not asked again: what was agreed to
// is what the first resource server does, and by whose help it does so is the house's own affair. Pure.
import { countActors, mostActors } from '../protocol/claims.js';
import { resourceMeant, scopeWordsOf } from '../protocol/scopes.js';
import { permissionsFor } from './application-metadata.js';
export const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** RFC 8693 §3: the one type that is taken, and given. */
export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
/**
 * Whom the new token is for, and which of its words it says: those of the rules that the token which was sent fulfils. The
 * scopes of OpenID Connect never pass: they are of the application that the person signed in to.
 * @param had scope of the token that was sent
 * @param servers that are active now, but for our own: nobody acts here by a token that was meant for another
 */
export function exchangeTarget({ scope, resource, audience }, had, rules, servers) {
    const words = scopeWordsOf(had);
    const inForce = rules.filter(({ subject_scope: needed = [] }) => needed.every(word => words.includes(word)));
    const may = servers.filter(server => inForce.some(rule => rule.resource === server.resource));
    const named = [
        ...resource.map(name => serverBy(may, name)),
        ...audience.map(name => may.find(one => one.id === name) ?? serverBy(may, name)),
    ];
    if (named.some(one => one === undefined))
        return { refused: 'invalid_target' };
    const [server, ...others] = new Set(named.length > 0 ? named : may);
    if (others.length > 0)
        return { refused: 'invalid_target', why: named.length > 0 ? 'one_resource_at_a_time' : 'resource_unnamed' };
    if (!server)
        return { refused: 'invalid_target' };
    const ofServer = inForce.filter(rule => rule.resource === server.resource);
    const allowed = new Set(ofServer.flatMap(rule => rule.scope ?? []).filter(word => server.scopes.includes(word)));
    // A rule whose words are gone gives nothing; one that names none is for a server that goes by roles or permissions.
    if (allowed.size === 0 && ofServer.every(rule => rule.scope))
        return { refused: 'invalid_target' };
    const wanted = scope === undefined ? [...allowed] : scopeWordsOf(scope);
    if (wanted.some(word => !allowed.has(word)))
        return { refused: 'invalid_scope' };
    return { audience: server.resource, scope: wanted.join(' ') };
}
function serverBy(servers, name) {
    const meant = resourceMeant(name, servers.map(one => one.resource));
    return servers.find(one => one.resource === meant);
}
/** Whom a token came through, the one that it was given to first. */
export function actorsOf({ act, client_id }) {
    return act ? [act.sub, ...(act.act ? actorsOf({ act: act.act, client_id }) : [])] : [client_id];
}
/**
 * RFC 8693 §4.1: who acts now, and in it who did before; at the end the application that the person signed in to, by which the
 * session can end.
 * @returns null where the token came through so many that it goes no further
 */
export function actorNow(id, before) {
    const act = { sub: id, act: before.act ?? { sub: before.client_id } };
    return countActors(act) > mostActors ? null : act;
}
/**
 * What the new token says of rights: no more than the one that was sent, and than each may that it came through.
 * @param through those applications, and the one that asks
 * @param user as it is now
 */
export function narrowerRights(sent, through, user) {
    const said = sent.permissions && new Set(sent.permissions);
    // Where they were too many to be said, those that each application lists are what it would have said.
    const permissions = through.reduce((left, one) => permissionsFor(one, 'roles', left), user.allPermissions.filter(permission => said?.has(permission) ?? true));
    // Of an application that may not know them it says none; otherwise all, for the log matches on them.
    return sent.roles.length > 0 ? { roles: [...user.roles], permissions } : { roles: [], permissions };
}
//# sourceMappingURL=token-exchange.js.map