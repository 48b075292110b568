// How people let applications in: what they decide, and what is remembered of it.
import type { Settings } from '../../config/settings.js'
import { createDecisions } from '../identity/authorizations/decisions.js'
import type { Identity } from '../identity/identity.js'
import type { Ground } from './ground.js'
import type { Given } from './ports.js'

export function composeAuthorizations(
  { issuer }: Pick<Settings, 'issuer'>,
  { random }: Given,
  { storage, revocation: { applications, policy, now }, tokens: { changes } }: Ground,
): Identity['authorizations'] {
  const { userStore, applicationStore, sessionStore, browserSessionStore, consentStore, codeStore } = storage
  return {
    decisions: createDecisions({
      issuer,
      userStore,
      applicationStore,
      sessionStore,
      browserSessionStore,
      consentStore,
      codeStore,
      changes,
      applications,
      policy,
      random,
      now,
    }),
  }
}
