import { createPolicies } from '../identity/policies/policies.js';
import { createPolicyPreview } from '../identity/policies/policy-preview.js';
import { createPolicyWriting } from '../identity/policies/policy-writing.js';
import { createSettledPolicies } from '../identity/policies/settled-policies.js';
export function composePolicies({ storage, revocation: { now, policy, accessLifetime }, tokens: { changes } }, rights) {
    const { database, policyVersionStore, sessionSurveyStore, userStore, deviceStore, auditStore, revocationStore } = storage;
    const policyPreview = createPolicyPreview({ database, sessionSurveyStore, userStore, deviceStore, policy, now });
    const policyWriting = createPolicyWriting({
        policyVersionStore,
        auditStore,
        revocationStore,
        accessLifetime,
        rights,
        changes,
        now,
    });
    return {
        policies: createPolicies({ database, policyVersionStore, policyPreview, policyWriting, rights }),
        settledPolicies: createSettledPolicies({
            database,
            policyVersionStore,
            sessionSurveyStore,
            revocationStore,
            accessLifetime,
            now,
        }),
    };
}
//# sourceMappingURL=policies.js.map