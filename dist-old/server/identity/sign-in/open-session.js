import { mayUse, ownApplicationId } from '../../policy/application-metadata.js';
import { absoluteEnd } from '../../policy/session.js';
import { refuse } from '../../protocol/errors.js';
/** The evidence, or the user that it is about, is not what it was: whoever can look at the credential again does so. */
export class EvidenceOutdated extends Error {
}
/** Thrown inside the transaction when the database has a newer policy, newer keys or newer applications than this process. */
class Behind extends Error {
    /** @param outdated applications to be loaded */
    constructor(outdated) {
        super();
        this.outdated = outdated;
    }
}
const tries = 3;
export function createOpenSession(deps) {
    const { userStandingStore, sessionStore, knownDevices, room, renewal, issue, changes, secrets, tail, policy } = deps;
    const { applications, now, uuid } = deps;
    /**
     * @throws EvidenceOutdated, application_disabled, session_limit_reached, database_unavailable, what the evidence throws
     */
    async function openSession(evidence, applicationId, opening) {
        for (let attempt = 1; attempt <= tries; attempt++) {
            try {
                return await openOnce(evidence, applicationId, opening);
            }
            catch (error) {
                if (!(error instanceof Behind))
                    throw error;
                if (error.outdated.length > 0)
                    await applications.load(error.outdated);
                await tail.readNow();
            }
        }
        throw refuse('database_unavailable', { retryAfter: 1 });
    }
    async function openOnce(evidence, applicationId, { device, origin, grant, replaces = false, apart = false, succeeds, action, renews }) {
        const issuedAt = now();
        // One policy from beginning to end: the one that is in force when the log's number is read.
        const eras = policy.eras();
        const { userId } = evidence;
        const actor = { name: `user:${userId}`, origin, credential: null };
        const standing = await changes.run(actor, async (tx, change) => {
            const user = await userStandingStore.lockUser(tx, userId);
            if (!user?.active || !(await evidence.stillHolds(tx, user)))
                throw new EvidenceOutdated();
            const found = requireInForce(await userStandingStore.of(tx, user, applicationId), evidence, eras);
            if (renews !== undefined) {
                const { ended } = found;
                const session = await renewal.renew(tx, { sessionId: renews, evidence, origin, ended, eras });
                if (session) {
                    noteSignIn(change, session, action, { renewed: true });
                    return { ...found, session, crowdedUpto: null };
                }
            }
            const { id: deviceId, isNew } = await deviceOf(tx, userId, device, origin);
            const granted = typeof grant === 'function' ? grant() : grant;
            const about = { applicationId, deviceId, address: origin.address, grant: granted };
            const made = newSession(evidence, about, eras);
            const opened = succeeds ? { ...made, windowFrom: 0, windowStartedAt: made.createdAt } : made;
            const inForce = { replaces: replaces && !isNew, ended: found.ended, eras };
            const retaken = apart ? null : await room.retake(tx, opened, inForce);
            const session = retaken ?? opened;
            await evidence.spend?.(tx, session, eras);
            if (!retaken) {
                await room.make(tx, change, session, inForce);
                await sessionStore.insert(tx, session);
            }
            noteSignIn(change, session, action);
            return { ...found, session, crowdedUpto: null };
        });
        return { standing, eras, issuedAt };
    }
    async function deviceOf(tx, userId, device, origin) {
        if (!('deviceId' in device))
            return knownDevices.recognise(tx, userId, device, origin);
        if (!(await knownDevices.isOpen(tx, userId, device)))
            throw new EvidenceOutdated();
        return { id: device.deviceId, isNew: false };
    }
    function noteSignIn({ note }, { id, userId, deviceId, applicationId }, action = 'signed_in', more = {}) {
        const after = { session: id, device: deviceId, application: applicationId, ...more };
        note({ action, subject: String(userId), after });
    }
    /** What is asked of every evidence, beside what it says itself. */
    function requireInForce(found, { seq }, eras) {
        if (!found?.application.active)
            throw refuse('application_disabled');
        const { ended, policyVersion } = found;
        // An end that came in between supersedes what was proved before it.
        if (seq < Math.max(ended.user, ended.application, ended.log))
            throw new EvidenceOutdated();
        const outdated = applications.outdated([found.application]);
        // What another application may have depends on the resource servers too.
        const isOutdated = found.application.id !== ownApplicationId && found.resourcesVersion !== applications.resourceHead;
        if (policyVersion !== eras.head || isOutdated || outdated.length > 0 || issue.isBehind(found))
            throw new Behind(outdated);
        const held = applications.find(found.application.id);
        if (held && !mayUse(held.metadata, found.user.roles))
            throw new EvidenceOutdated();
        return found;
    }
    function newSession({ userId, seq, authenticatedAt }, { applicationId, deviceId, address, grant, }, eras) {
        const createdAt = now();
        const policyVersion = eras.version;
        const rules = eras.of({ policyVersion, applicationId });
        return {
            id: uuid(),
            userId,
            deviceId,
            applicationId,
            seq,
            policyVersion,
            generation: 1,
            rotatedAt: createdAt,
            expiresAt: Math.min(createdAt + rules.refresh_token_lifetime * 1000, absoluteEnd({ createdAt }, rules)),
            refreshKeyVersion: secrets.present('refresh').version,
            rotation: '',
            windowFrom: 1,
            windowStartedAt: 0,
            olderFrom: 1,
            olderStartedAt: 0,
            authenticatedAt,
            createdAt,
            lastSeenAt: createdAt,
            address,
            endedAt: null,
            endedReason: null,
            endedBy: null,
            ...grant,
        };
    }
    return openSession;
}
//# sourceMappingURL=open-session.js.map