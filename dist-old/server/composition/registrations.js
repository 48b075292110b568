// Applications that register themselves.
import { createApplicationChanges } from '../identity/applications/application-changes.js';
import { createInitialAccessTokens } from '../identity/registrations/initial-access-tokens.js';
import { createRegistrations } from '../identity/registrations/registrations.js';
import { createUnusedRegistrations } from '../identity/registrations/unused-registrations.js';
export function composeRegistrations({ random, uuid }, { storage, revocation, tokens }, { applications, applicationSecrets, applicationWriting }, { networkThrottle }) {
    const { now, policy, tail, applications: inForce } = revocation;
    const { database, applicationStore, initialAccessTokenStore, registeredApplicationStore } = storage;
    const changes = createApplicationChanges({ changes: tokens.changes, tail });
    const initialAccessTokens = createInitialAccessTokens({
        database,
        initialAccessTokenStore,
        applications: inForce,
        tail,
        changes: tokens.changes,
        random,
        uuid,
        now,
    });
    return {
        initialAccessTokens,
        registrations: createRegistrations({
            database,
            applicationStore,
            initialAccessTokenStore,
            registeredApplicationStore,
            initialAccessTokens,
            applications,
            applicationSecrets,
            inForce,
            policy,
            tail,
            changes,
            admit: address => networkThrottle.admit('registration', address),
            count: tokens.counters.count,
            random,
            now,
        }),
        unusedRegistrations: createUnusedRegistrations({
            database,
            initialAccessTokenStore,
            registeredApplicationStore,
            applicationWriting,
            policy,
            changes,
            now,
        }),
    };
}
//# sourceMappingURL=registrations.js.map