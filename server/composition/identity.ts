// Composition of the rooms of identity/, in the order of their dependencies.
import type { Settings } from '../../config/settings.js'
import { createHousekeeping } from '../identity/housekeeping.js'
import type { Identity } from '../identity/identity.js'
import { createIssuerClaim } from '../identity/issuer-claim.js'
import { createNames } from '../identity/people/names.js'
import { createRights } from '../identity/rights.js'
import { composeApiKeys } from './api-keys.js'
import { composeApplications } from './applications.js'
import { composeAuthorizations } from './authorizations.js'
import { composeConfiguration } from './configuration.js'
import { composeDeliveries } from './deliveries.js'
import { composeDevices } from './devices.js'
import type { Infrastructure } from './infrastructure.js'
import { composeKeys } from './keys.js'
import { composeLegacy } from './legacy.js'
import { composeLogs } from './logs.js'
import { composePeople } from './people.js'
import { composePolicies } from './policies.js'
import type { Afterwards, Given } from './ports.js'
import { composeRegistrations } from './registrations.js'

export function composeIdentity(
  settings: Pick<Settings, 'issuer' | 'legacyJwt'>,
  given: Given,
  infrastructure: Infrastructure,
  afterwards: Afterwards,
): Identity {
  const { database, userStore, sessionStore, deviceStore, codeStore, revocationStore, heartbeatStore } =
    infrastructure.storage
  const { installationStore, apiKeyStore, verifierStore, deviceCodeStore } = infrastructure.storage
  const { now, policy, projection, highWater, applications } = infrastructure.revocation
  const { changes, auditTrail, deliveryWriting, sweeping } = infrastructure.tokens
  const rights = createRights({ userStore })
  const names = createNames({ database, userStore, sessionStore, deviceStore, applications })
  const logs = composeLogs(infrastructure, rights, names)
  const devices = composeDevices(infrastructure, rights, names, logs)
  const people = composePeople(infrastructure, rights, names, devices)
  const ofApplications = composeApplications(settings, given, infrastructure, rights, devices, afterwards)
  const policies = composePolicies(infrastructure, rights)
  const authorizations = composeAuthorizations(settings, given, infrastructure, rights, ofApplications)
  const deliveries = composeDeliveries(given, infrastructure, names, afterwards)
  return {
    people,
    devices,
    apiKeys: composeApiKeys(settings, given, infrastructure, rights, names),
    applications: ofApplications,
    authorizations,
    registrations: composeRegistrations(given, infrastructure, ofApplications, authorizations),
    policies,
    deliveries,
    configuration: composeConfiguration(settings, infrastructure, people, ofApplications, policies),
    keys: composeKeys(given, infrastructure, rights),
    legacy: composeLegacy(settings, infrastructure, devices),
    logs,
    maintenance: {
      issuerClaim: createIssuerClaim({ database, installationStore, heartbeatStore, changes, now }),
      housekeeping: createHousekeeping({
        database,
        heartbeatStore,
        revocationStore,
        sessionStore,
        deviceStore,
        codeStore,
        deviceCodeStore,
        apiKeyStore,
        verifierStore,
        auditTrail,
        deliveryWriting,
        sweeping,
        sending: deliveries.sending,
        projection,
        policy,
        highWater,
        now,
      }),
    },
  }
}
