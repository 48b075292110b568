// Composition of configuration files: policies, roles and applications.

import type { Settings } from '../../config/settings.js'
import { createApplicationChanges } from '../identity/applications/application-changes.js'
import { createApplicationCheck } from '../identity/applications/application-check.js'
import { createConfiguration } from '../identity/configuration/configuration.js'
import { createConfigurationCheck } from '../identity/configuration/configuration-check.js'
import { createConfigurationWriting } from '../identity/configuration/configuration-writing.js'
import { createConsequences } from '../identity/configuration/consequences.js'
import type { Identity } from '../identity/identity.js'
import type { Infrastructure } from './infrastructure.js'

export function composeConfiguration(
  { issuer }: Pick<Settings, 'issuer'>,
  { storage, revocation: { now, tail }, tokens }: Infrastructure,
  { roles }: Identity['people'],
  { applications, applicationSecrets, secretChanges }: Identity['applications'],
  { policies }: Identity['policies'],
): Identity['configuration'] {
  const { database, policyVersionStore, roleStore, applicationStore, registeredApplicationStore, keyStore } = storage
  const { logHeadStore } = storage
  const applicationCheck = createApplicationCheck({
    ...{ issuer, applicationStore, registeredApplicationStore, roleStore, keyStore, now },
  })
  return {
    configuration: createConfiguration({
      database,
      policyVersionStore,
      roleStore,
      applicationStore,
      applicationSecrets,
      policies,
      roles,
      configurationCheck: createConfigurationCheck({ applicationCheck }),
      configurationWriting: createConfigurationWriting({
        roleStore,
        applicationStore,
        logHeadStore,
        secretChanges,
        roles,
        applications,
      }),
      consequences: createConsequences({ database, applicationStore, policies, roles, applications, now }),
      changes: createApplicationChanges({ changes: tokens.changes, tail }),
    }),
  }
}
