// The applications that get tokens.
import type { Settings } from '../../config/settings.js'
import { createApplicationAuthentication } from '../identity/applications/application-authentication.js'
import { createApplicationSecrets } from '../identity/applications/application-secrets.js'
import { createApplicationWriting } from '../identity/applications/application-writing.js'
import type { Identity } from '../identity/identity.js'
import type { Ground } from './ground.js'
import type { Afterwards, Given } from './ports.js'

export function composeApplications(
  { issuer }: Pick<Settings, 'issuer'>,
  { random, uuid, log }: Given,
  { storage, revocation, signIn: { guesses } }: Ground,
  afterwards: Afterwards,
): Identity['applications'] {
  const { now, monotonic, accessLifetime, applications, tail } = revocation
  const { database, applicationStore, auditStore, revocationStore } = storage
  const applicationSecrets = createApplicationSecrets({
    database,
    applicationStore,
    random,
    uuid,
    now,
    monotonic,
    afterwards,
  })
  return {
    applicationWriting: createApplicationWriting({
      issuer,
      applicationStore,
      auditStore,
      revocationStore,
      accessLifetime,
    }),
    applicationSecrets,
    applicationAuthentication: createApplicationAuthentication({
      applications,
      applicationSecrets,
      guesses,
      tail,
      log,
    }),
  }
}
