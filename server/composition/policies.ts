// Composition of the policies, which change while the server runs.
import type { Identity } from '../identity/identity.js'
import { createPolicies } from '../identity/policies/policies.js'
import { createPolicyPreview } from '../identity/policies/policy-preview.js'
import { createPolicyWriting } from '../identity/policies/policy-writing.js'
import { createSettledPolicies } from '../identity/policies/settled-policies.js'
import type { ActorRights } from '../identity/rights.js'
import type { Infrastructure } from './infrastructure.js'

export function composePolicies(
  { storage, revocation: { now, policy, accessLifetime }, tokens: { changes } }: Infrastructure,
  rights: ActorRights,
): Identity['policies'] {
  const { database, policyVersionStore, sessionSurveyStore, userStore, deviceStore, auditStore, revocationStore } =
    storage
  const policyPreview = createPolicyPreview({ database, sessionSurveyStore, userStore, deviceStore, policy, now })
  const policyWriting = createPolicyWriting({
    policyVersionStore,
    auditStore,
    revocationStore,
    accessLifetime,
    rights,
    changes,
    now,
  })
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
  }
}
