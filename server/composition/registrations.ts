// Composition of dynamic client registration.
import { createApplicationChanges } from '../identity/applications/application-changes.js'
import type { Identity } from '../identity/identity.js'
import { createInitialAccessTokens } from '../identity/registrations/initial-access-tokens.js'
import { createRegistrations } from '../identity/registrations/registrations.js'
import { createUnusedRegistrations } from '../identity/registrations/unused-registrations.js'
import type { Infrastructure } from './infrastructure.js'
import type { Given } from './ports.js'

export function composeRegistrations(
  { random, uuid }: Given,
  { storage, revocation, tokens }: Infrastructure,
  { applications, applicationSecrets, applicationWriting }: Identity['applications'],
  { networkThrottle }: Pick<Identity['authorizations'], 'networkThrottle'>,
): Identity['registrations'] {
  const { now, policy, tail, applications: inForce } = revocation
  const { database, applicationStore, initialAccessTokenStore, registeredApplicationStore } = storage
  const changes = createApplicationChanges({ changes: tokens.changes, tail })
  const initialAccessTokens = createInitialAccessTokens({
    database,
    initialAccessTokenStore,
    applications: inForce,
    tail,
    changes: tokens.changes,
    random,
    uuid,
    now,
  })
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
  }
}
