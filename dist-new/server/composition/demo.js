import { randomBytes } from 'node:crypto';
import { createDemo } from '../demo/demo.js';
/** People who never were, for the command line alone. */
export function composeDemo({ storage, revocation, tokens, signIn: { hashing } }, random = randomBytes) {
    const { database, userStore, roleStore, applicationStore, policyVersionStore } = storage;
    const { revocationStore, auditStore, figureStore } = storage;
    const { tail, policy, now } = revocation;
    const { auditTrail, secrets } = tokens;
    return createDemo({
        ...{
            database,
            userStore,
            roleStore,
            applicationStore,
            policyVersionStore,
            revocationStore,
            auditStore,
            auditTrail,
        },
        figureStore,
        secrets,
        hashing,
        tail,
        policy,
        now,
        random,
    });
}
//# sourceMappingURL=demo.js.map