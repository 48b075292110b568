// Composition of the applications that get tokens.
import type { Settings } from '../../config/settings.js'
import { createApplicationAuthentication } from '../identity/applications/application-authentication.js'
import { createApplicationChanges } from '../identity/applications/application-changes.js'
import { createApplicationCheck } from '../identity/applications/application-check.js'
import { createApplicationImport } from '../identity/applications/application-import.js'
import { createApplicationList } from '../identity/applications/application-list.js'
import { createApplicationRights } from '../identity/applications/application-rights.js'
import { createApplicationSecretChanges } from '../identity/applications/application-secret-changes.js'
import { createApplicationSecrets } from '../identity/applications/application-secrets.js'
import { createApplicationUses } from '../identity/applications/application-uses.js'
import { createApplicationWriting } from '../identity/applications/application-writing.js'
import { createApplications } from '../identity/applications/applications.js'
import { createTokenRevocation } from '../identity/applications/token-revocation.js'
import { createSessionStates } from '../identity/devices/session-state.js'
import type { Identity } from '../identity/identity.js'
import { createPolicyPreview } from '../identity/policies/policy-preview.js'
import { createQuota, quotas } from '../identity/quota.js'
import type { ActorRights } from '../identity/rights.js'
import type { Infrastructure } from './infrastructure.js'
import type { Afterwards, Given } from './ports.js'

export function composeApplications(
  { issuer }: Pick<Settings, 'issuer'>,
  { random, uuid, log }: Given,
  { storage, revocation, signIn: { guesses }, tokens }: Infrastructure,
  rights: ActorRights,
  { sessions }: Identity['devices'],
  afterwards: Afterwards,
): Identity['applications'] {
  const { now, monotonic, policy, accessLifetime, applications: inForce, tail } = revocation
  const { inspect, assertions } = tokens
  const changes = createApplicationChanges({ changes: tokens.changes, tail })
  const { database, applicationStore, applicationListStore, auditStore, revocationStore, roleStore, keyStore } = storage
  const { registeredApplicationStore, sessionListStore, sessionSurveyStore, userStore, deviceStore } = storage
  const applicationWriting = createApplicationWriting({
    issuer,
    applicationStore,
    registeredApplicationStore,
    auditStore,
    revocationStore,
    accessLifetime,
  })
  const applicationSecrets = createApplicationSecrets({
    database,
    applicationStore,
    random,
    uuid,
    now,
    monotonic,
    afterwards,
  })
  const applicationList = createApplicationList({
    database,
    applicationStore,
    applicationListStore,
    sessionListStore,
    states: createSessionStates({ policy, now }),
    policy,
    policyPreview: createPolicyPreview({ database, sessionSurveyStore, userStore, deviceStore, policy, now }),
  })
  const applicationRights = createApplicationRights({ applicationStore, rights })
  const applicationCheck = createApplicationCheck({
    ...{ issuer, applicationStore, registeredApplicationStore, roleStore, keyStore, now },
  })
  const applications = createApplications({
    applicationStore,
    applicationList,
    applicationWriting,
    applicationSecrets,
    applicationCheck,
    applicationRights,
    changes,
    random,
    now,
  })
  const secretChanges = createApplicationSecretChanges({
    applicationStore,
    applicationSecrets,
    applicationList,
    applicationRights,
    changes,
    now,
  })
  const applicationImport = createApplicationImport({
    database,
    applicationStore,
    applications,
    applicationCheck,
    secretChanges,
    changes,
  })
  const applicationUses = createApplicationUses({
    database,
    applicationUseStore: storage.applicationUseStore,
    states: createSessionStates({ policy, now }),
  })
  return {
    applications,
    applicationUses,
    secretChanges,
    applicationWriting,
    applicationImport,
    applicationSecrets,
    applicationAuthentication: createApplicationAuthentication({
      applications: inForce,
      applicationSecrets,
      assertions,
      guesses,
      tail,
      log,
    }),
    tokenRevocation: createTokenRevocation({
      database,
      revocationStore,
      inspect,
      sessions,
      changes: tokens.changes,
      personQuota: createQuota(quotas.revocations, { now }),
      now,
    }),
  }
}
