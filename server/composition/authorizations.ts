// How people let applications in: what they decide, and what is remembered of it.
import type { Settings } from '../../config/settings.js'
import { createAuthorizationRequests } from '../identity/authorizations/authorization-requests.js'
import { createCodes } from '../identity/authorizations/codes.js'
import { createConsents } from '../identity/authorizations/consents.js'
import { createDecisions } from '../identity/authorizations/decisions.js'
import { createLogoutRequests } from '../identity/authorizations/logout-requests.js'
import { createSessionStates } from '../identity/devices/session-state.js'
import type { Identity } from '../identity/identity.js'
import { createQuota, quotas } from '../identity/quota.js'
import type { ActorRights } from '../identity/rights.js'
import type { Ground } from './ground.js'
import type { Given } from './ports.js'

export function composeAuthorizations(
  { issuer }: Pick<Settings, 'issuer'>,
  { random }: Given,
  { storage, revocation, tokens: { changes, sessionTokens, idTokenHints }, signIn: { openSession } }: Ground,
  rights: ActorRights,
): Identity['authorizations'] {
  const { database, userStore, applicationStore, sessionStore, browserSessionStore, consentStore, codeStore } = storage
  const { applications, policy, now, tail, clock } = revocation
  return {
    consents: createConsents({
      issuer,
      database,
      userStore,
      applicationStore,
      consentStore,
      codeStore,
      sessionStore,
      ownListStore: storage.ownListStore,
      states: createSessionStates({ policy, now }),
      rights,
      changes,
      applications,
    }),
    authorizationRequests: createAuthorizationRequests({
      issuer,
      database,
      browserSessionStore,
      consentStore,
      applications,
      idTokenHints,
      tail,
      now,
    }),
    logoutRequests: createLogoutRequests({ database, sessionStore, applications, idTokenHints, tail }),
    codes: createCodes({
      issuer,
      database,
      codeStore,
      consentStore,
      sessionStore,
      openSession,
      sessionTokens,
      changes,
      applications,
      policy,
      random,
      now,
      latest: clock.latest,
    }),
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
      codeQuota: createQuota(quotas.codes, { now }),
      random,
      now,
    }),
  }
}
