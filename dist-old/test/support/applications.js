// Applications and their sessions, made through the stores: what no endpoint makes yet.
import { randomUUID } from 'node:crypto';
import { passwordGrant } from '../../server/storage/session-rows.js';
import { aSessionRow } from './database.js';
const silent = { record: async () => true, recordEnds: async () => new Set(), note: () => { } };
export function anApplicationRow(id, changes = {}) {
    return {
        id,
        name: id,
        kind: 'web',
        origin: 'administrator',
        active: true,
        createdAt: 1,
        resource: null,
        resourceScopes: [],
        registrationTokenHash: null,
        ...changes,
        metadata: { ...(peopleSignInTo(changes) && usual), ...changes.metadata },
    };
}
const peopleSignInTo = ({ kind = 'web' }) => kind !== 'machine' && kind !== 'resource_server';
/** What people sign in to, unless a test says otherwise. */
const usual = { grant_types: ['authorization_code', 'refresh_token'] };
export async function anApplication({ composed }, id, changes = {}) {
    const { storage, applications } = composed.parts;
    await storage.database.transaction(tx => applications.applicationWriting.insert(tx, anApplicationRow(id, changes)));
}
/** One that proves itself. @returns its secret */
export async function aConfidentialApplication(server, id, changes = {}) {
    const { storage, applications } = server.composed.parts;
    await anApplication(server, id, changes);
    return storage.database.transaction(tx => applications.applicationSecrets.add(tx, id, 0));
}
export const inForm = { 'Content-Type': 'application/x-www-form-urlencoded' };
/** The Authorization header of an application (RFC 6749 §2.3.1). */
export const basic = (id, secret) => ({
    Authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});
/** Its row alone: no token of before is told. */
export async function changeApplication({ composed }, id, changes) {
    const { storage, applications } = composed.parts;
    const all = changes.metadata ? { ...changes, metadata: { ...usual, ...changes.metadata } } : changes;
    await storage.database.transaction(tx => applications.applicationWriting.change(tx, silent, id, all));
}
/** As a code would open it. @returns its refresh token, and the row */
export async function aSessionOf({ composed, clock }, user, applicationId, grant = {}) {
    const { storage, tokens, revocation } = composed.parts;
    const at = clock.now();
    const { version, of } = revocation.policy.eras();
    const { refresh_token_lifetime: idle } = of({ policyVersion: version, applicationId });
    const session = aSessionRow(randomUUID(), at, {
        ...passwordGrant,
        userId: user.id,
        applicationId,
        seq: revocation.tail.position,
        policyVersion: version,
        expiresAt: at + idle * 1000,
        refreshKeyVersion: tokens.secrets.present('refresh').version,
        grantType: 'authorization_code',
        ...grant,
    });
    await storage.sessionStore.insert(storage.database, session);
    return { refresh: tokens.issue.refresh(session, user.username), session };
}
//# sourceMappingURL=applications.js.map