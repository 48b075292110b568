// The applications that get tokens.
import type { Settings } from '../../config/settings.js'
import { createApplicationSecrets } from '../identity/applications/application-secrets.js'
import { createApplicationWriting } from '../identity/applications/application-writing.js'
import type { Identity } from '../identity/identity.js'
import type { Ground } from './ground.js'
import type { Given } from './ports.js'

export function composeApplications(
  { issuer }: Pick<Settings, 'issuer'>,
  { random, uuid }: Given,
  { storage, revocation: { now, accessLifetime } }: Ground,
): Identity['applications'] {
  const { database, applicationStore, auditStore, revocationStore } = storage
  return {
    applicationWriting: createApplicationWriting({
      issuer,
      applicationStore,
      auditStore,
      revocationStore,
      accessLifetime,
    }),
    applicationSecrets: createApplicationSecrets({ database, applicationStore, random, uuid, now }),
  }
}
