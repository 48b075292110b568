// Tokens to try a resource server with, under the real signing key: a good one, those that are to be refused, and those that
// are revoked while somebody looks on. The command line has them; nothing that answers requests does. Nothing is opened for
// anybody: sessions and roles in them are made up, and the log and the audit log alone know of them.
import { calculateJwkThumbprint } from 'jose';
import { ownApplicationId } from '../../policy/application-metadata.js';
import { triggers } from '../../policy/revocation.js';
import { resourceServersOf } from '../../policy/session-scope.js';
import { usernameKey } from '../../policy/username.js';
import { generatePair } from '../../protocol/algorithms.js';
import { refuseField } from '../../protocol/errors.js';
import { resourceMeant } from '../../protocol/scopes.js';
import { hostileTokens } from '../../tokens/hostile/hostile-tokens.js';
import { createSigner, foreignJwk } from '../../tokens/hostile/signer.js';
/** Seconds that a test token lives at most. */
const longestLife = 900;
/** In the audit log. */
const why = 'darvoza doctor';
export function createTestTokens(deps) {
    const { issuer, database, userStore, signingKeys, secrets, tail, policy, applications, changes, random, uuid } = deps;
    /** @throws invalid_fields: tokens are made for those alone whom this server makes some for */
    function audienceOf({ audience, address }) {
        const own = policy().audience || issuer;
        const servers = applications.resourceServers();
        const known = resourceServersOf(servers, issuer).map(one => one.resource);
        const asked = audience === undefined ? longestStart(known, address) : resourceMeant(audience, [...known, own]);
        if (asked === undefined && audience !== undefined)
            throw refuseField('audience', 'not_one_of', { choices: [...new Set([own, ...known])] });
        const server = servers.find(one => one.resource === asked);
        return { audience: asked ?? own, application: server?.id ?? ownApplicationId };
    }
    async function personOf(username) {
        if (username === undefined)
            return null;
        const user = await userStore.findByKey(database, usernameKey(username));
        if (!user)
            throw refuseField('user', 'unknown_user', { name: username });
        return user;
    }
    return {
        /** @throws invalid_fields (no such audience or user), database_unavailable */
        async open(wanted, actor) {
            const { audience, application } = audienceOf(wanted);
            const person = await personOf(wanted.username);
            const key = signingKeys.active();
            const jti = `doctor-${random(16).toString('hex')}`;
            const sid = uuid();
            const role = `doctor-${random(6).toString('hex')}`;
            const scope = wanted.scopes.join(' ');
            const seconds = () => Math.floor(deps.now() / 1000);
            function claims() {
                const { seq, accessLifetime } = tail.lastHead;
                const iat = seconds();
                return {
                    iss: issuer,
                    sub: person ? String(person.id) : application,
                    aud: audience,
                    exp: iat + Math.min(longestLife, accessLifetime),
                    iat,
                    jti,
                    client_id: application,
                    ...(scope !== '' && { scope }),
                    token_type: 'access',
                    ...(person
                        ? {
                            auth_time: iat,
                            sid,
                            username: person.username,
                            roles: [...wanted.roles, role],
                            [policy().user_id_claim]: String(person.id),
                        }
                        : { roles: [] }),
                    ...(wanted.permissions.length > 0 && { permissions: [...wanted.permissions] }),
                    rev: seq,
                };
            }
            const signer = createSigner({
                issuer,
                audience,
                key,
                foreignKey: await foreignPair(key.algorithm),
                refreshSecret: secrets.present('refresh'),
                trap: wanted.trap,
                now: seconds,
                claims,
            });
            const ended = new Set();
            async function end(trigger, kind, subject) {
                await changes.run(actor, async (_, { record, note }) => {
                    await record(trigger, { subject, madeUp: true });
                    note({ action: 'revocation_added', subject, after: { kind, effect: triggers[trigger].effect, why } });
                });
                ended.add(subject);
            }
            // Each is good until its own end: what one entry ends says nothing of the next.
            const [sidToEnd, otherSid] = [uuid(), uuid()];
            const ofOther = person ? { sid: otherSid, roles: [...wanted.roles] } : {};
            const ofEnding = { jti: `${jti}-2`, sid: sidToEnd, roles: [...wanted.roles] };
            const ofPerson = [
                { what: 'role', token: () => signer.good(), end: () => end('role_stale', 'role', role) },
                { what: 'session', token: () => signer.good(ofEnding), end: () => end('session_ended', 'session', sidToEnd) },
            ];
            const endings = [
                ...(person ? ofPerson : []),
                { what: 'token', token: () => signer.good(ofOther), end: () => end('token_revoked', 'token', jti) },
            ];
            return {
                about: {
                    issuer,
                    audience,
                    application,
                    kid: key.kid,
                    algorithm: key.algorithm,
                    user: person?.username ?? null,
                },
                /** What the trap hands out to whoever follows a token there. */
                foreignJwk: foreignJwk(signer),
                good: () => signer.good(),
                hostile: (name) => hostileTokens[name].make(signer),
                /** Good ones that may less than was asked for. */
                weaker() {
                    const tokens = [];
                    if (scope !== '')
                        tokens.push(['without its scope', signer.good({ scope: undefined })], ['with another scope', signer.good({ scope: 'doctor:nothing' })]);
                    if (wanted.permissions.length > 0)
                        tokens.push(['without its permissions', signer.good({ permissions: [] })]);
                    if (wanted.roles.length > 0)
                        tokens.push(['without its roles', signer.good({ roles: [] })]);
                    return tokens;
                },
                endings,
                /** Ends what is still good. */
                async close() {
                    if (!ended.has(jti))
                        await end('token_revoked', 'token', jti);
                    if (person && !ended.has(sid))
                        await end('session_ended', 'session', sid);
                },
            };
        },
    };
}
async function foreignPair(algorithm) {
    const { publicKey, privateKey } = await generatePair(algorithm);
    return { kid: await calculateJwkThumbprint(publicKey.export({ format: 'jwk' })), algorithm, privateKey };
}
/** The identifier that an address lies below; the longest, where several are. */
function longestStart(known, address) {
    const below = known.filter(one => address === one || address.startsWith(one.endsWith('/') ? one : `${one}/`));
    return below.sort((a, b) => b.length - a.length)[0];
}
//# sourceMappingURL=test-tokens.js.map