// Composition of authorizations: requests, decisions, consents, codes.
import type { Settings } from '../../config/settings.js'
import { createAuthorizationRequests } from '../identity/authorizations/authorization-requests.js'
import { createClientDocuments } from '../identity/authorizations/client-documents.js'
import { createCodes } from '../identity/authorizations/codes.js'
import { createConsents } from '../identity/authorizations/consents.js'
import { createDeciding } from '../identity/authorizations/deciding.js'
import { createDecisions } from '../identity/authorizations/decisions.js'
import { createDeviceCodes } from '../identity/authorizations/device-codes.js'
import { createDeviceDecisions } from '../identity/authorizations/device-decisions.js'
import { createDeviceRequests } from '../identity/authorizations/device-requests.js'
import { createDocumentApplications } from '../identity/authorizations/document-applications.js'
import { createHeldConsent } from '../identity/authorizations/held-consent.js'
import { createLogoutRequests } from '../identity/authorizations/logout-requests.js'
import { createNetworkThrottle } from '../identity/authorizations/network-throttle.js'
import { createPushedRequests } from '../identity/authorizations/pushed-requests.js'
import { createSessionStates } from '../identity/devices/session-state.js'
import type { Identity } from '../identity/identity.js'
import { createQuota, quotas } from '../identity/quota.js'
import type { ActorRights } from '../identity/rights.js'
import type { Infrastructure } from './infrastructure.js'
import type { Given } from './ports.js'

export function composeAuthorizations(
  { issuer }: Pick<Settings, 'issuer'>,
  { random, log }: Given,
  { storage, revocation, tokens, signIn: { openSession, guesses } }: Infrastructure,
  rights: ActorRights,
  { applicationWriting }: Identity['applications'],
): Identity['authorizations'] {
  const { database, userStore, applicationStore, sessionStore, browserSessionStore, consentStore, codeStore } = storage
  const { deviceCodeStore, pushedRequestStore } = storage
  const { applications, policy, now, tail, clock } = revocation
  const { changes, counters, sessionTokens, idTokenHints, signingKeys, outgoing } = tokens
  const networkThrottle = createNetworkThrottle({ count: counters.count, now, log })
  const documentApplications = createDocumentApplications({
    clientDocuments: createClientDocuments({ outgoing, networkThrottle, now, log }),
    applications,
    applicationStore,
    applicationWriting,
    signingKeys,
    policy,
    changes,
    documentQuota: createQuota(quotas.documents, { now }),
    now,
  })
  const pushedRequests = createPushedRequests({ database, pushedRequestStore, random, now, latest: clock.latest })
  const holdsConsent = createHeldConsent({ issuer, consentStore, applications })
  const codeQuota = createQuota(quotas.codes, { now })
  const deciding = createDeciding({
    issuer,
    userStore,
    applicationStore,
    sessionStore,
    browserSessionStore,
    consentStore,
    applications,
    policy,
    now,
  })
  return {
    pushedRequests,
    consents: createConsents({
      issuer,
      database,
      userStore,
      applicationStore,
      consentStore,
      codeStore,
      deviceCodeStore,
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
      documentApplications,
      idTokenHints,
      pushedRequests,
      policy,
      tail,
      now,
    }),
    logoutRequests: createLogoutRequests({ database, sessionStore, applications, idTokenHints, tail }),
    networkThrottle,
    codes: createCodes({
      issuer,
      database,
      codeStore,
      holdsConsent,
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
      deciding,
      codeStore,
      changes,
      pushedRequests,
      codeQuota,
      documentApplications,
      random,
      now,
    }),
    deviceRequests: createDeviceRequests({
      issuer,
      database,
      deviceCodeStore,
      networkThrottle,
      applications,
      tail,
      random,
      now,
    }),
    deviceCodes: createDeviceCodes({
      issuer,
      database,
      deviceCodeStore,
      holdsConsent,
      sessionStore,
      openSession,
      sessionTokens,
      applications,
      now,
      latest: clock.latest,
    }),
    deviceDecisions: createDeviceDecisions({
      database,
      deviceCodeStore,
      deciding,
      changes,
      applications,
      tail,
      guesses,
      codeQuota,
      count: counters.count,
      now,
    }),
  }
}
