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
  ground: Infrastructure,
  afterwards: Afterwards,
): Identity {
  const { database, userStore, sessionStore, deviceStore, codeStore, revocationStore, heartbeatStore } = ground.storage
  const { installationStore, apiKeyStore, verifierStore, deviceCodeStore } = ground.storage
  const { now, policy, projection, highWater, applications } = ground.revocation
  const { changes, auditTrail, deliveryWriting, sweeping } = ground.tokens
  const rights = createRights({ userStore })
  const names = createNames({ database, userStore, sessionStore, deviceStore, applications })
  const logs = composeLogs(ground, rights, names)
  const devices = composeDevices(ground, rights, names, logs)
  const people = composePeople(ground, rights, names, devices)
  const ofApplications = composeApplications(settings, given, ground, rights, devices, afterwards)
  const policies = composePolicies(ground, rights)
  const authorizations = composeAuthorizations(settings, given, ground, rights, ofApplications)
  const deliveries = composeDeliveries(given, ground, names, afterwards)
  return {
    people,
    devices,
    apiKeys: composeApiKeys(settings, given, ground, rights, names),
    applications: ofApplications,
    authorizations,
    registrations: composeRegistrations(given, ground, ofApplications, authorizations),
    policies,
    deliveries,
    configuration: composeConfiguration(settings, ground, people, ofApplications, policies),
    keys: composeKeys(given, ground, rights),
    legacy: composeLegacy(settings, ground, devices),
    logs,
    house: {
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
